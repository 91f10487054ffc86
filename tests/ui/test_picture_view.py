"""Which surface draws, and that a GPU that fails is replaced, with a sentence."""

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QPainter, QPalette
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from livedream.clock import ManualClock
from livedream.frame import Rgb, Shown
from livedream.ui.picture import Picture
from livedream.ui.picture_view import UNPAINTED, PictureView, ProcessorSurface
from livedream.ui.preview import Preview
from livedream.ui.scaling import ON_PROCESSOR, Scaling
from livedream.ui.viewport import Viewport


class FakeGpu:
    """Makes a green widget in the place of OpenGL's."""

    def __init__(self) -> None:
        self.failed: Callable[[str], None] | None = None
        self.picture: Picture | None = None

    def __call__(self, picture: Picture, failed: Callable[[str], None], *, swaps_in_step: bool) -> QWidget:
        self.picture, self.failed, self.in_step = picture, failed, swaps_in_step
        widget = QWidget()
        widget.setAutoFillBackground(True)
        widget.setPalette(QPalette(QColor(0, 255, 0)))
        return widget


def view_of(
    qtbot: QtBot,
    scaling: Scaling,
    said: list[str],
    gpu: FakeGpu | None = None,
    clock: ManualClock | None = None,
) -> PictureView:
    view = PictureView(
        Preview(mirror=False), scaling, clock or ManualClock(), said=said.append, swaps_in_step=True, gpu=gpu
    )
    qtbot.addWidget(view)
    view.setFixedSize(64, 36)
    view.show()
    assert QTest.qWaitForWindowExposed(view)
    return view


def colour(view: PictureView, x: int) -> tuple[int, ...]:
    return view.grab().toImage().pixelColor(x, 18).getRgb()[:3]


def test_the_processor_draws_where_no_gpu_does(qtbot: QtBot, half_red: Rgb) -> None:
    view = view_of(qtbot, ON_PROCESSOR, [])
    assert view.take(Shown(0, half_red))
    assert not view.take(Shown(0, half_red))
    assert colour(view, 5) == (255, 0, 0)
    assert colour(view, 60) == (0, 0, 255)


def test_a_gpu_that_fails_is_replaced_and_that_is_said_once(qtbot: QtBot, half_red: Rgb) -> None:
    said: list[str] = []
    gpu = FakeGpu()
    view = view_of(qtbot, Scaling("a card"), said, gpu)
    view.take(Shown(0, half_red))
    assert view.told() == "scaled on the GPU (a card)"
    assert gpu.in_step
    assert colour(view, 5) == (0, 255, 0)

    assert gpu.failed is not None
    gpu.failed("OpenGL says: the context was lost")
    gpu.failed("and again")

    qtbot.waitUntil(lambda: bool(said))
    assert said == ["the picture is scaled on the processor (OpenGL says: the context was lost) from now on"]
    assert colour(view, 5) == (255, 0, 0)
    assert len([child for child in view.children() if isinstance(child, ProcessorSurface)]) == 1


def test_a_gpu_that_paints_nothing_any_more_is_found_out(qtbot: QtBot, half_red: Rgb) -> None:
    said: list[str] = []
    gpu = FakeGpu()
    view = view_of(qtbot, Scaling("a card"), said, gpu)
    for number in range(UNPAINTED):
        view.take(Shown(number, half_red))
    assert gpu.picture is not None
    gpu.picture.paint(lambda: None)
    for number in range(UNPAINTED, 2 * UNPAINTED):
        view.take(Shown(number, half_red))
    assert view.scaling.on_gpu, "it has painted in between"

    view.take(Shown(2 * UNPAINTED, half_red))

    qtbot.waitUntil(lambda: bool(said))
    assert said == ["the picture is scaled on the processor (OpenGL draws no more) from now on"]


def test_a_window_out_of_sight_is_no_fault_of_the_gpu(qtbot: QtBot, half_red: Rgb) -> None:
    view = view_of(qtbot, Scaling("a card"), [], FakeGpu())
    view.hide()
    for number in range(3 * UNPAINTED):
        view.take(Shown(number, half_red))
    assert view.scaling.on_gpu


def test_it_tells_what_drawing_costs(qtbot: QtBot) -> None:
    clock = ManualClock()

    def slow(painter: QPainter, viewport: Viewport) -> None:
        clock.advance(0.0125)

    view = PictureView(Preview(mirror=False), ON_PROCESSOR, clock, over=slow, said=print)
    qtbot.addWidget(view)
    assert view.told() == "scaled on the processor"
    view.grab()
    assert view.cost_ms == pytest.approx(12.5)
    assert view.told().endswith(", 12.5 ms a frame")


def test_a_picture_of_another_size_is_drawn_whole(qtbot: QtBot) -> None:
    view = view_of(qtbot, ON_PROCESSOR, [])
    for number, side in enumerate((9, 90, 9)):
        view.take(Shown(number, np.full((side, side, 3), 10 * side % 256, np.uint8)))
        assert colour(view, 32) == (10 * side % 256,) * 3
        assert colour(view, 2) == (0, 0, 0)
