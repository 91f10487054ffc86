"""A picture scaled by a GPU: a texture at the picture's own size, and the shader that enlarges it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6 import sip
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QOpenGLContext
from PyQt6.QtOpenGL import QOpenGLBuffer, QOpenGLShader, QOpenGLShaderProgram, QOpenGLTexture

from livedream.ui.gl_functions import GL_FLOAT, gl_functions
from livedream.ui.gpu_fault import GpuFault
from livedream.ui.preview import Pixels

CUBIC_FROM = 1.5
"""Enlarged more than this, straight lines between pixels are seen as diamonds."""

CORNERS = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)

VERTEX = """
attribute vec2 corner;
uniform float mirror;
varying vec2 uv;
void main() {
    uv = vec2(0.5 + 0.5 * mirror * corner.x, 0.5 - 0.5 * corner.y);
    gl_Position = vec4(corner, 0.0, 1.0);
}
"""

# Catmull-Rom weights of four pixels a direction. The inner two are fetched as one, by the texture unit's own
# filter at the place between them that has their weights: nine fetches in place of sixteen.
FRAGMENT = """
uniform sampler2D picture;
uniform vec2 size;
uniform float cubic;
varying vec2 uv;
vec3 enlarged() {
    vec2 at = uv * size - 0.5;
    vec2 f = fract(at), base = floor(at) + 0.5;
    vec2 w0 = f * (f * (1.0 - 0.5 * f) - 0.5);
    vec2 w3 = f * f * (0.5 * f - 0.5);
    vec2 w2 = f * (f * (2.0 - 1.5 * f) + 0.5);
    vec2 w12 = 1.0 - w0 - w3;
    vec2 t0 = (base - 1.0) / size, t12 = (base + w2 / w12) / size, t3 = (base + 2.0) / size;
    return w0.y * (w0.x * texture2D(picture, vec2(t0.x, t0.y)).rgb
                   + w12.x * texture2D(picture, vec2(t12.x, t0.y)).rgb
                   + w3.x * texture2D(picture, vec2(t3.x, t0.y)).rgb)
         + w12.y * (w0.x * texture2D(picture, vec2(t0.x, t12.y)).rgb
                    + w12.x * texture2D(picture, t12).rgb
                    + w3.x * texture2D(picture, vec2(t3.x, t12.y)).rgb)
         + w3.y * (w0.x * texture2D(picture, vec2(t0.x, t3.y)).rgb
                   + w12.x * texture2D(picture, vec2(t12.x, t3.y)).rgb
                   + w3.x * texture2D(picture, t3).rgb);
}
void main() {
    vec3 colour = cubic > 0.5 ? enlarged() : texture2D(picture, uv).rgb;
    gl_FragColor = vec4(colour, 1.0);
}
"""


class GpuScaler:
    """Draws pictures in one context of OpenGL, which must be current at every call.

    Raises GpuFault where that context cannot do it, or no longer.
    """

    def __init__(self, context: QOpenGLContext) -> None:
        self._gl = gl_functions(context)
        self._program = _linked()
        self._corners = QOpenGLBuffer()
        if not (self._corners.create() and self._corners.bind()):
            raise GpuFault("OpenGL has no room for four corners")
        self._corners.allocate(sip.voidptr(CORNERS.tobytes()), CORNERS.nbytes)
        self._corners.release()
        self._texture: QOpenGLTexture | None = None
        self._number: int | None = None

    def draw(self, number: int, pixels: Callable[[], Pixels], place: QRect, *, mirror: bool) -> None:
        """Draw a picture (uint8 HxWx4, blue first) into a place, in device pixels from the bottom left.

        It is asked for and goes to the GPU only if its number is another one than before.
        """
        if number != self._number or self._texture is None:
            self._upload(pixels())
            self._number = number
        assert self._texture is not None
        size = self._texture.width(), self._texture.height()
        shrinks = 2 * place.width() <= size[0]
        filters = QOpenGLTexture.Filter
        self._texture.setMinificationFilter(filters.LinearMipMapLinear if shrinks else filters.Linear)
        if shrinks:
            self._texture.generateMipMaps()
        self._paint(place, size, mirror=mirror, cubic=place.width() > CUBIC_FROM * size[0])
        self._gl.check()

    def clear(self, width: int, height: int) -> None:
        """Paint it all black; device pixels."""
        self._gl.clear(width, height)

    def release(self) -> None:
        """Free what it holds on the GPU; when the program ends, Python may have freed some of it already."""
        for held in (self._texture, self._corners):
            if held is not None and not sip.isdeleted(held):
                held.destroy()
        self._texture = self._number = None

    def _upload(self, pixels: Pixels) -> None:
        height, width, _ = pixels.shape
        texture = self._texture
        if texture is None or (texture.width(), texture.height()) != (width, height):
            if texture is not None:
                texture.destroy()
            texture = self._texture = _texture(width, height)
        texture.setData(
            0,
            QOpenGLTexture.PixelFormat.BGRA,
            QOpenGLTexture.PixelType.UInt8,
            sip.voidptr(pixels.ctypes.data, pixels.nbytes),
        )

    def _paint(self, place: QRect, size_wh: tuple[int, int], *, mirror: bool, cubic: bool) -> None:
        program, texture = self._program, self._texture
        assert texture is not None
        program.bind()
        self._corners.bind()
        texture.bind()
        program.enableAttributeArray("corner")
        program.setAttributeBuffer("corner", GL_FLOAT, 0, 2)
        program.setUniformValue("picture", 0)
        program.setUniformValue("size", float(size_wh[0]), float(size_wh[1]))
        program.setUniformValue("mirror", -1.0 if mirror else 1.0)
        program.setUniformValue("cubic", float(cubic))
        self._gl.draw_quad(place)
        program.disableAttributeArray("corner")
        texture.release()
        self._corners.release()
        program.release()


def _linked() -> QOpenGLShaderProgram:
    program = QOpenGLShaderProgram()
    kinds = QOpenGLShader.ShaderTypeBit
    if not (
        program.addShaderFromSourceCode(kinds.Vertex, VERTEX)
        and program.addShaderFromSourceCode(kinds.Fragment, FRAGMENT)
        and program.link()
    ):
        raise GpuFault(f"OpenGL refuses the shader: {program.log().strip()}")
    return program


def _texture(width: int, height: int) -> QOpenGLTexture:
    texture = QOpenGLTexture(QOpenGLTexture.Target.Target2D)
    texture.setFormat(QOpenGLTexture.TextureFormat.RGBA8_UNorm)
    texture.setSize(width, height)
    texture.setMipLevels(texture.maximumMipLevels())
    texture.setAutoMipMapGenerationEnabled(False)  # only where it is shrunk
    texture.setMagnificationFilter(QOpenGLTexture.Filter.Linear)
    texture.setWrapMode(QOpenGLTexture.WrapMode.ClampToEdge)
    texture.allocateStorage(QOpenGLTexture.PixelFormat.BGRA, QOpenGLTexture.PixelType.UInt8)
    if not texture.isStorageAllocated():
        raise GpuFault(f"OpenGL has no room for a picture of {width}x{height}")
    return texture
