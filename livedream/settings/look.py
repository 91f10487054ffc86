"""The settings of the look."""

from __future__ import annotations

from livedream.settings.section import Section, setting


class LookSettings(Section):
    """How the dream is laid over the camera's picture."""

    strength: float = setting(1.15, "Factor on what the dream adds to the picture.", ge=0.0, le=3.0)
    scene: float = setting(
        0.7, "How much the picture's own edges and textures show through the dream.", ge=0.0, le=1.0
    )
    gamma: float = setting(
        1.0, "Gamma of the camera's picture, before it is dreamed; above 1 brightens what is dark.",
        ge=0.2, le=5.0,
    )  # fmt: skip
