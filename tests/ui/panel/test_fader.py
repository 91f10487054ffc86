from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from livedream.ui.panel.fader import Fader

Key = Qt.Key


@pytest.fixture
def fader(shown: Callable[[QWidget], QWidget]) -> Fader:
    fader = Fader()
    fader.setFixedWidth(220)
    return shown(fader)


@pytest.fixture
def moved(fader: Fader) -> list[float]:
    heard: list[float] = []
    fader.moved.connect(heard.append)
    return heard


def seen(fader: Fader) -> QImage:
    return fader.grab().toImage()


def at(fader: Fader, share: float) -> QPoint:
    return QPoint(round(fader.along(share)), fader.height() // 2)


def test_where_it_is_placed_it_is_shown_and_nobody_is_told(fader: Fader, moved: list[float]) -> None:
    before = seen(fader)
    fader.place(0.75)
    assert fader.value() == 750
    assert seen(fader) != before
    assert moved == []


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_it_goes_where_it_is_pressed_and_tells_so(fader: Fader, moved: list[float], share: float) -> None:
    QTest.mouseClick(fader, Qt.MouseButton.LeftButton, pos=at(fader, share))
    assert moved[0] == pytest.approx(share, abs=0.005)
    assert fader.value() == round(moved[0] * 1000)


def test_a_touch_where_it_is_already_is_told_too(fader: Fader, moved: list[float]) -> None:
    fader.go(0.0)
    assert moved == [0.0]


def test_it_is_not_pulled_away_from_a_hand(fader: Fader) -> None:
    QTest.mousePress(fader, Qt.MouseButton.LeftButton, pos=at(fader, 0.5))
    held = fader.value()
    fader.place(0.9)
    assert fader.value() == held
    QTest.mouseRelease(fader, Qt.MouseButton.LeftButton, pos=at(fader, 0.5))
    fader.place(0.9)
    assert fader.value() == 900


@pytest.mark.parametrize(
    ("key", "goes_to"),
    [
        (Key.Key_Right, 0.52),
        (Key.Key_Left, 0.48),
        (Key.Key_PageUp, 0.6),
        (Key.Key_PageDown, 0.4),
        (Key.Key_Home, 0.0),
        (Key.Key_End, 1.0),
    ],
)
def test_keys_move_it(fader: Fader, moved: list[float], key: Qt.Key, goes_to: float) -> None:
    fader.place(0.5)
    QTest.keyClick(fader, key)
    assert moved == [goes_to]


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Key.Key_A, Qt.KeyboardModifier.NoModifier), (Key.Key_Right, Qt.KeyboardModifier.ControlModifier)],
)
def test_other_keys_are_left_to_others(
    fader: Fader, moved: list[float], key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    QTest.keyClick(fader, key, modifier)
    assert moved == []


def test_what_modulation_makes_of_it_is_marked_beside_the_handle(fader: Fader) -> None:
    fader.place(0.2)
    plain = seen(fader)
    fader.place(0.2, seen=0.8)
    marked = seen(fader)
    assert marked.pixelColor(at(fader, 0.8)) != plain.pixelColor(at(fader, 0.8))
    assert marked.pixelColor(at(fader, 0.2)) == plain.pixelColor(at(fader, 0.2))
