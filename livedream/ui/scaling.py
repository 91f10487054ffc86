"""Which way pictures are scaled to a window here: on the GPU, or on the processor, and why."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtGui import QGuiApplication

from livedream.ui.gpu_fault import GpuFault

UNSEEN = frozenset({"offscreen", "minimal"})
"""Qt's platforms on which nobody sees a window."""

SOFTWARE = (
    "llvmpipe",
    "softpipe",
    "swiftshader",
    "swrast",
    "software rasterizer",
    "apple software renderer",
    "gdi generic",
    "microsoft basic render",
)
"""Parts of the names of renderers that draw on the processor, in small letters."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """A way to scale pictures.

    renderer: of OpenGL, which scales them; "" if the processor does. reason: why it does.
    """

    renderer: str = ""
    reason: str = ""

    @property
    def on_gpu(self) -> bool:
        """Return whether a GPU scales."""
        return bool(self.renderer)

    def told(self) -> str:
        """Return a few words on which way it is, and why."""
        if self.on_gpu:
            return f"scaled on the GPU ({self.renderer})"
        return f"scaled on the processor ({self.reason})" if self.reason else "scaled on the processor"


ON_PROCESSOR = Scaling()


def find_scaling() -> Scaling:
    """Find the way to scale here; there must be an application."""
    platform = QGuiApplication.platformName()
    if platform in UNSEEN:
        return Scaling(reason=f'Qt\'s platform "{platform}" has no screen')
    try:
        # Qt's OpenGL is a library of its own, which may lack what it needs.
        from livedream.ui.gl_functions import renderer_here

        renderer = renderer_here()
    except (ImportError, GpuFault) as fault:
        return Scaling(reason=str(fault))
    return scaling_by(renderer)


def scaling_by(renderer: str) -> Scaling:
    """Judge a renderer of OpenGL by its name: one that runs in software is slower than our own scaling."""
    if any(name in renderer.lower() for name in SOFTWARE):
        return Scaling(reason=f"OpenGL runs in software here: {renderer}")
    return Scaling(renderer)
