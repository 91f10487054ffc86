import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from livedream.ui.panel.pressed_slider import INSET_PX, PressedSlider

pytestmark = pytest.mark.usefixtures("qapp")

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
WIDE = round(200 + 2 * INSET_PX)


@pytest.fixture
def slider() -> PressedSlider:
    slider = PressedSlider(100, (60, 24))
    slider.resize(WIDE, 24)
    return slider


def at(share: float) -> QPoint:
    return QPoint(round(INSET_PX + share * 200), 12)


def test_it_goes_where_it_is_pressed_and_is_dragged_from_there(slider: PressedSlider) -> None:
    told: list[int] = []
    slider.valueChanged.connect(told.append)
    QTest.mousePress(slider, LEFT, pos=at(0.3))
    assert slider.isSliderDown()
    QTest.mouseMove(slider, at(0.8))
    QTest.mouseMove(slider, QPoint(WIDE + 500, 12))
    QTest.mouseRelease(slider, LEFT, pos=at(1.0))
    assert told == [30, 80, 100]
    assert not slider.isSliderDown()


def test_another_button_and_a_mouse_that_passes_move_nothing(slider: PressedSlider) -> None:
    QTest.mousePress(slider, RIGHT, pos=at(0.5))
    QTest.mouseMove(slider, at(0.7))
    QTest.mouseRelease(slider, RIGHT, pos=at(0.7))
    assert slider.value() == 0


def test_a_share_is_drawn_where_a_press_finds_it(slider: PressedSlider) -> None:
    for share in (0.0, 0.25, 1.0):
        QTest.mouseClick(slider, LEFT, pos=QPoint(round(slider.along(share)), 12))
        assert slider.value() == 100 * share


def test_it_keeps_its_least_size(slider: PressedSlider) -> None:
    assert slider.minimumSizeHint().width() == slider.minimumWidth() == 60
    assert slider.sizeHint().height() == 24
