"""A dial: it turns by mouse, wheel and keys, and tells of what a person does only."""

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from livedream.settings import by_word
from livedream.ui.panel.macro_dial import MacroDial

Key, Shift, Left = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
NoModifier = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def dial(shown: Callable[[QWidget], QWidget]) -> MacroDial:
    dial = MacroDial(by_word()["macro.depth"])
    shown(dial)
    return dial


@pytest.fixture
def wanted(dial: MacroDial) -> list[float]:
    wanted: list[float] = []
    dial.wanted.connect(wanted.append)
    return wanted


def drag(dial: MacroDial, up_px: int, held: Qt.KeyboardModifier = NoModifier) -> None:
    QTest.mousePress(dial, Left, held, QPoint(30, 90))
    for y in (90 - up_px // 2, 90 - up_px):
        at = QPointF(30, y)
        dial.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, Left, held))
    QTest.mouseRelease(dial, Left, held, QPoint(30, 90 - up_px))


def test_the_mouse_turns_it_up_and_down(dial: MacroDial, wanted: list[float]) -> None:
    drag(dial, 40)
    assert wanted[-1] == dial.share == pytest.approx(0.75)
    drag(dial, -80)
    assert dial.share == pytest.approx(0.25)


def test_shift_turns_it_finely(dial: MacroDial) -> None:
    drag(dial, 80, Shift)
    assert dial.share == pytest.approx(0.5 + 80 / 160 / 8)


def test_it_stops_at_its_ends_and_tells_once(dial: MacroDial, wanted: list[float]) -> None:
    QTest.keyClick(dial, Key.Key_End)
    QTest.keyClick(dial, Key.Key_Up)
    assert wanted == [1.0]
    QTest.keyClick(dial, Key.Key_Home)
    assert wanted == [1.0, 0.0]


@pytest.mark.parametrize(
    ("key", "moved"),
    [(Key.Key_Up, 0.01), (Key.Key_Left, -0.01), (Key.Key_PageUp, 0.1), (Key.Key_PageDown, -0.1)],
)
def test_keys_turn_it_by_steps(dial: MacroDial, wanted: list[float], key: Qt.Key, moved: float) -> None:
    QTest.keyClick(dial, key)
    assert wanted == [pytest.approx(0.5 + moved)]


def test_keys_of_the_show_go_on_to_the_window(dial: MacroDial, wanted: list[float]) -> None:
    press = QKeyEvent(QEvent.Type.KeyPress, Key.Key_B, NoModifier)
    dial.keyPressEvent(press)
    assert not press.isAccepted()
    assert wanted == []


def test_the_wheel_turns_it(dial: MacroDial, wanted: list[float]) -> None:
    def turn(held: Qt.KeyboardModifier) -> None:
        QApplication.sendEvent(
            dial,
            QWheelEvent(
                QPointF(30, 30),
                QPointF(30, 30),
                QPoint(),
                QPoint(0, 120),
                Qt.MouseButton.NoButton,
                held,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    turn(NoModifier)
    turn(Shift)
    assert wanted == [pytest.approx(0.51), pytest.approx(0.511)]


def test_what_others_turn_is_shown_and_not_told(dial: MacroDial, wanted: list[float]) -> None:
    dial.place(0.8)
    assert dial.share == 0.8
    assert dial.value() == 800
    assert wanted == []


def test_a_double_click_asks_for_rest(dial: MacroDial) -> None:
    asked: list[bool] = []
    dial.reset_wanted.connect(lambda: asked.append(True))
    QTest.mouseDClick(dial, Left)
    assert asked == [True]


def test_it_looks_otherwise_when_something_else_moves_it(dial: MacroDial) -> None:
    plain = dial.grab().toImage()
    dial.mark(0.9)
    moved = dial.grab().toImage()
    dial.label("CC 21")
    assert plain != moved != dial.grab().toImage()
    assert "CC 21" in dial.toolTip()
    dial.mark(None)
    dial.label("")
    assert dial.grab().toImage() == plain


def test_it_has_a_name_and_a_value_for_those_who_do_not_see_it(dial: MacroDial) -> None:
    assert dial.accessibleName() == "macro depth"
    assert (dial.minimum(), dial.maximum()) == (0, 1000)
