"""The settings of the look."""

from __future__ import annotations

from livedream.settings.section import Section, setting


class LookSettings(Section):
    """How deep the dream is, and how it is laid over the camera's picture."""

    group = "Look"

    depth: float = setting(
        0.44,
        "How deep the dream is: 0 is the camera alone, at 1 what is shown differs from the picture by "
        "a fifth of the range on average. Any picture comes to it: steps go further where less is "
        "seen, and the dream is let go of where it is deeper.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    steer: bool = setting(
        True,
        "Keep the dream as deep as depth says; false: steps are dream.step_size everywhere, without a bound.",
    )
    strength: float = setting(1.0, "Factor on what the dream adds to the picture.", ge=0.0, le=3.0)
    light: float = setting(
        0.7,
        "How much of the picture's light and colours, its low frequencies, the camera keeps: at 1 the "
        "dream adds forms alone, at 0 it also changes the light.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    light_radius: float = setting(
        0.04,
        "Size from which on light is light and not form: sigma of a Gaussian.",
        unit="of the picture's longer side",
        ge=0.005,
        le=0.25,
        scale="logarithmic",
    )
    shutter: float = setting(
        0.3,
        "Share of the frame before in the dream that is shown, as a shutter sees what moves; 0: "
        "forms that move are sharper, and all of them flicker more.",
        ge=0.0,
        le=0.5,
    )
    scene: float = setting(
        0.0, "How much the picture's own edges and textures show through the dream.", ge=0.0, le=1.0
    )
    gamma: float = setting(
        1.0,
        "Gamma of the camera's picture, before it is dreamed; above 1 brightens what is dark.",
        ge=0.2,
        le=5.0,
        step=0.1,
        basic=True,
    )
