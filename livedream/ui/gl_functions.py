"""The few functions of OpenGL that drawing a picture takes."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QOffscreenSurface, QOpenGLContext
from PyQt6.QtOpenGL import QOpenGLVersionFunctionsFactory, QOpenGLVersionProfile

from livedream.ui.gpu_fault import GpuFault

# Of the OpenGL registry's gl.h.
GL_COLOR_BUFFER_BIT = 0x4000
GL_BLEND = 0x0BE2
GL_FLOAT = 0x1406
GL_TRIANGLE_STRIP = 0x0005
GL_RENDERER = 0x1F01
FAULTS = {
    0x0500: "invalid enum",
    0x0501: "invalid value",
    0x0502: "invalid operation",
    0x0505: "out of memory",
    0x0506: "invalid framebuffer",
    0x0507: "the context was lost",
}


class GlFunctions:
    """Calls functions of OpenGL 2.0 in the context that is current."""

    def __init__(self, functions: Any) -> None:
        self._gl = functions

    def renderer(self) -> str:
        """Return the renderer's name."""
        return str(self._gl.glGetString(GL_RENDERER))

    def clear(self, width: int, height: int) -> None:
        """Paint it all black; device pixels."""
        self._gl.glViewport(0, 0, width, height)
        self._gl.glClearColor(0.0, 0.0, 0.0, 1.0)
        self._gl.glClear(GL_COLOR_BUFFER_BIT)

    def draw_quad(self, place: QRect) -> None:
        """Draw the four vertices that are bound into a place, in device pixels from the bottom left."""
        self._gl.glViewport(place.x(), place.y(), place.width(), place.height())
        self._gl.glDisable(GL_BLEND)
        self._gl.glDrawArrays(GL_TRIANGLE_STRIP, 0, 4)

    def check(self) -> None:
        """Raise GpuFault if something went wrong since the last check."""
        if code := self._gl.glGetError():
            raise GpuFault(f"OpenGL says: {FAULTS.get(code, f'error {code:#06x}')}")


def gl_functions(context: QOpenGLContext) -> GlFunctions:
    """Load the functions for a context that is current. Raises GpuFault where it is older than OpenGL 2.0."""
    profile = QOpenGLVersionProfile()
    profile.setVersion(2, 0)
    functions: Any = QOpenGLVersionFunctionsFactory.get(profile, context)
    if functions is None or not functions.initializeOpenGLFunctions():
        version = ".".join(str(part) for part in context.format().version())
        raise GpuFault(f"OpenGL {'ES ' if context.isOpenGLES() else ''}{version} lacks what OpenGL 2.0 has")
    return GlFunctions(functions)


def renderer_here() -> str:
    """Return the name of OpenGL's renderer. Raises GpuFault where there is none that can be used."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not (context.create() and context.makeCurrent(surface)):
        raise GpuFault("this display has no OpenGL")
    try:
        return gl_functions(context).renderer()
    finally:
        context.doneCurrent()
