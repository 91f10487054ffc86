"""OpenGL against the processor, pixel by pixel, in a process with an X server whose OpenGL is Mesa's."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

OPENING = """
import numpy as np
from PIL import Image
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from livedream.clock import SystemClock
from livedream.frame import Shown
from livedream.ui.picture_view import PictureView
from livedream.ui.preview import Preview
from livedream.ui.scaling import ON_PROCESSOR, Scaling, find_scaling
app = QApplication([])
GPU = Scaling("forced")
said = []
def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    rows = np.frombuffer(bits, np.uint8).reshape(image.height(), -1)[:, : 3 * image.width()]
    return rows.reshape(image.height(), image.width(), 3).astype(int)
def view_of(scaling, width, height, mirror=False, over=None):
    view = PictureView(Preview(mirror=mirror), scaling, SystemClock(), over=over, said=said.append)
    view.setFixedSize(width, height)
    view.show()
    QTest.qWaitForWindowExposed(view)
    return view
def drawn(scaling, frame, width, height, mirror=False):
    view = view_of(scaling, width, height, mirror)
    view.take(Shown(0, frame))
    return pixels(view.grab().toImage())
# Colour bars over noise, nothing symmetric.
BARS = [(red, green, blue) for green in (255, 0) for red in (255, 0) for blue in (255, 0)]
frame = np.repeat(np.array(BARS, np.uint8), 20, axis=0)[None].repeat(90, axis=0)
frame[60:] = np.random.default_rng(0).integers(0, 256, (30, 160, 3))
"""


@pytest.fixture
def with_opengl(x_display: str) -> Callable[[str], None]:
    def run(script: str, **environ: str) -> None:
        path = os.pathsep.join(path for path in sys.path if path)
        display = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": x_display, "PYTHONPATH": path}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", OPENING + script],
            env=os.environ | display | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return run


def test_opengl_draws_what_the_processor_draws(with_opengl: Callable[[str], None]) -> None:
    with_opengl("""
assert "runs in software" in find_scaling().told(), find_scaling()
# As it is, larger, smaller, and black on either side or above and below.
for size in ((160, 90), (200, 140), (120, 60), (203, 301)):
    for mirror in (False, True):
        ours, theirs = (drawn(scaling, frame, *size, mirror) for scaling in (ON_PROCESSOR, GPU))
        assert abs(ours - theirs).max() <= 3, (size, mirror, abs(ours - theirs).max())
seen = drawn(GPU, frame, 160, 90)
assert [tuple(seen[20, 10 + 20 * place]) for place in range(8)] == BARS
tall = drawn(GPU, frame, 160, 150)
assert not tall[:30].any() and not tall[120:].any() and tall[31].any()
# Much larger: the cubic of Catmull and Rom, which Pillow draws too, but for how it ends at the edges.
soft = 60 + frame // 2  # no sums below black or above white, which the two cut off at different steps
cubic = np.asarray(Image.fromarray(soft).resize((640, 360), Image.Resampling.BICUBIC)).astype(int)
assert abs(drawn(GPU, soft, 640, 360) - cubic)[16:-16, 16:-16].max() <= 4
assert not said, said
""")


def test_on_a_dense_display_one_picture_pixel_is_one_device_pixel(with_opengl: Callable[[str], None]) -> None:
    with_opengl(
        """
seen = drawn(GPU, frame, 80, 45)
assert seen.shape == frame.shape and (seen == frame).all()
""",
        QT_SCALE_FACTOR="2",
    )


def test_what_lies_over_is_drawn_and_a_fault_of_opengl_is_told(with_opengl: Callable[[str], None]) -> None:
    with_opengl("""
from livedream.ui.gpu_fault import GpuFault
from livedream.ui.gpu_scaler import GpuScaler
from PyQt6.QtCore import Qt
view = view_of(GPU, 160, 90, over=lambda painter, _: painter.fillRect(0, 0, 10, 10, Qt.GlobalColor.green))
view.take(Shown(0, frame)); QTest.qWait(50)
seen = pixels(view.grab().toImage())
assert tuple(seen[5, 5]) == (0, 255, 0) and tuple(seen[5, 15]) == (255, 255, 255)
before = GpuScaler.draw
def lost(*args, **kwargs):
    raise GpuFault("OpenGL says: the context was lost")
GpuScaler.draw = lost
view.take(Shown(1, frame)); QTest.qWait(100)
assert "the context was lost) from now on" in said[0] and len(said) == 1, said
assert tuple(pixels(view.grab().toImage())[50, 30]) == (255, 255, 0)
""")


def test_a_display_without_opengl_is_told_apart(with_opengl: Callable[[str], None]) -> None:
    with_opengl(
        'assert find_scaling() == Scaling(reason="this display has no OpenGL"), find_scaling()',
        QT_XCB_GL_INTEGRATION="none",
    )
