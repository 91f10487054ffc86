"""The settings of the look."""

from __future__ import annotations

from livedream.settings.section import Section, setting


class LookSettings(Section):
    """How deep the dream is, and how it is laid over the camera's picture."""

    group = "Look"

    depth: float = setting(
        0.44,
        "How deep the dream is: 0 is the camera alone; at 1 what is shown differs from it by a fifth of "
        "the range on average. Every picture reaches this depth: steps are larger where the dream is "
        "faint, and the dream fades where it is too deep.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    steer: bool = setting(
        True,
        "Hold the dream at the depth of look.depth; false: every step is dream.step_size, without a bound.",
    )
    strength: float = setting(1.0, "Factor on what the dream adds to the picture.", ge=0.0, le=3.0)
    light: float = setting(
        0.7,
        "How much of the picture's light and colours, its low frequencies, the camera keeps: at 1 the "
        "dream adds only forms, at 0 it also changes the light.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    light_radius: float = setting(
        0.04,
        "Size above which brightness counts as light, not form: sigma of a Gaussian.",
        unit="of the picture's longer side",
        ge=0.005,
        le=0.25,
        scale="logarithmic",
    )
    shutter: float = setting(
        0.3,
        "Share of the previous frame in the dream that is shown, like the motion blur of a shutter; 0: "
        "moving forms are sharper, and everything flickers more.",
        ge=0.0,
        le=0.5,
    )
    scene: float = setting(
        0.0, "How much the picture's own edges and textures show through the dream.", ge=0.0, le=1.0
    )
    gamma: float = setting(
        1.0,
        "Gamma of the camera's picture, applied before dreaming; above 1 brightens the dark parts.",
        ge=0.2,
        le=5.0,
        step=0.1,
        basic=True,
    )
