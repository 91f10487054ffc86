import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent

from livedream.ui.keys import BINDINGS, Action, action_of

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def press(
    key: Qt.Key, modifiers: Qt.KeyboardModifier = Modifier.NoModifier, repeated: bool = False
) -> Action | None:
    return action_of(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, "", repeated))


@pytest.mark.parametrize(
    ("key", "action"),
    [
        (Key.Key_F11, "full screen"),
        (Key.Key_F, "full screen"),
        (Key.Key_D, "next display"),
        (Key.Key_H, "hud"),
        (Key.Key_M, "mirror"),
        (Key.Key_Question, "keys"),
        (Key.Key_Escape, "escape"),
        (Key.Key_Q, "close"),
        (Key.Key_Z, None),
    ],
)
def test_a_key_has_its_action(key: Qt.Key, action: str | None) -> None:
    assert press(key) == action


def test_the_question_mark_may_need_shift() -> None:
    assert press(Key.Key_Question, Modifier.ShiftModifier) == "keys"


def test_commands_close() -> None:
    assert press(Key.Key_Q, Modifier.ControlModifier) == "close"
    assert press(Key.Key_W, Modifier.ControlModifier) == "close"


@pytest.mark.parametrize("held", [Modifier.ControlModifier, Modifier.AltModifier, Modifier.MetaModifier])
def test_other_commands_do_nothing(held: Qt.KeyboardModifier) -> None:
    assert press(Key.Key_H, held) is None


def test_a_key_that_is_held_down_acts_once() -> None:
    assert press(Key.Key_F, repeated=True) is None


def test_no_key_has_two_actions() -> None:
    keys = [key for binding in BINDINGS for key in binding.keys]

    assert len(keys) == len(set(keys))
