from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent

from livedream.presets import load
from livedream.runtime.desk import Desk
from livedream.runtime.keeping import Keeper, add_keeping_commands
from livedream.runtime.outlets import add_outlet_commands
from livedream.runtime.output import Output
from livedream.runtime.panic import add_panic_commands
from livedream.runtime.picture_commands import add_picture_commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.source_switcher import add_source_commands
from livedream.sinks.sink_spec import OPTIONAL
from livedream.ui.keys import DREAM, OUTLETS, PANIC, SOURCES, STEPS, WINDOW, Action, action_of

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def press(
    key: Qt.Key, modifiers: Qt.KeyboardModifier = Modifier.NoModifier, repeated: bool = False
) -> str | None:
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
        (Key.Key_Right, "next preset"),
        (Key.Key_P, "previous preset"),
        (Key.Key_1, "preset 1"),
        (Key.Key_9, "preset 9"),
        (Key.Key_X, "next layer"),
        (Key.Key_Down, "previous layer"),
        (Key.Key_Period, "next channel"),
        (Key.Key_A, "all channels"),
        (Key.Key_PageUp, "more gamma"),
        (Key.Key_Minus, "lower floor"),
        (Key.Key_F12, None),
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


@pytest.mark.parametrize("key", [Key.Key_F, Key.Key_N, Key.Key_X, Key.Key_1, Key.Key_A])
def test_a_key_that_is_held_down_acts_once(key: Qt.Key) -> None:
    assert press(key, repeated=True) is None


@pytest.mark.parametrize("key", [Key.Key_Comma, Key.Key_BracketRight, Key.Key_Plus])
def test_what_goes_in_small_steps_repeats_while_its_key_is_held(key: Qt.Key) -> None:
    assert press(key, repeated=True) == press(key) is not None


def test_no_key_has_two_actions() -> None:
    keys = [key for binding in (*WINDOW, *PANIC, *SOURCES, *OUTLETS, *STEPS, *DREAM) for key in binding.keys]

    assert len(keys) == len(set(keys))


def test_steps_back_and_forth_are_where_they_always_are() -> None:
    assert press(Key.Key_Z, Modifier.ControlModifier) == "undo"
    assert press(Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier) == "redo"
    assert press(Key.Key_S, Modifier.ControlModifier) == "save preset"
    assert press(Key.Key_Z) == "previous layer"
    assert press(Key.Key_Q, Modifier.ControlModifier | Modifier.ShiftModifier) is None


def test_every_action_and_every_command_has_a_key(make_desk: Callable[[Playlist], Desk]) -> None:
    playlist = Playlist([load("eyes")])
    commands = make_desk(playlist).commands
    add_panic_commands(commands, Output, playlist.store, lambda: None)  # type: ignore[arg-type]
    add_outlet_commands(commands, Output, Path())  # type: ignore[arg-type]
    add_source_commands(commands, None)  # type: ignore[arg-type]
    add_keeping_commands(commands, Keeper(*[None] * 4))  # type: ignore[arg-type]
    add_picture_commands(commands, SimpleNamespace(flash_limit="live"))  # type: ignore[arg-type]
    windows, others = (
        {
            name
            for one in table
            for name in (*one.keys.values(), *one.commands.values(), *one.shifted.values())
        }
        for table in (WINDOW, (*PANIC, *SOURCES, *OUTLETS, *STEPS, *DREAM))
    )
    assert windows == set(get_args(Action))
    tiles_have_keys, is_switch = {"load A", "load B"}, set(OPTIONAL)
    assert others == set(commands) - tiles_have_keys - is_switch


@pytest.mark.parametrize("kind", ["keys", "commands", "shifted"])
def test_no_key_has_two_meanings(kind: str) -> None:
    tables = (*WINDOW, *PANIC, *SOURCES, *OUTLETS, *STEPS, *DREAM)
    keys = [key for binding in tables for key in getattr(binding, kind)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("platform", "letter", "place", "virtual", "action"),
    [
        ("linux", "\N{CYRILLIC CAPITAL LETTER I}", 56, 0x6E9, "blackout"),
        ("linux", "\N{CYRILLIC CAPITAL LETTER EM}", 55, 0x6ED, "bypass"),
        ("linux", "\N{CYRILLIC CAPITAL LETTER KA}", 27, 0x6EB, "reset dream"),
        ("linux", "\N{CYRILLIC CAPITAL LETTER HA}", 34, 0x6E8, "less gamma"),
        ("linux", "\N{GREEK CAPITAL LETTER BETA}", 56, 0x7C2, "blackout"),
        ("linux", "\N{HEBREW LETTER NUN}", 56, 0xCF0, "blackout"),
        ("linux", "\N{CYRILLIC CAPITAL LETTER ZHE}", 47, 0x6F6, None),
        ("linux", "\N{LATIN CAPITAL LETTER O WITH DOUBLE ACUTE}", 56, 0x1D5, None),
        ("win32", "\N{CYRILLIC CAPITAL LETTER I}", 48, 0x42, "blackout"),
        ("win32", "\N{CYRILLIC CAPITAL LETTER KA}", 19, 0x52, "reset dream"),
        ("win32", "\N{CYRILLIC CAPITAL LETTER HA}", 26, 0xDB, "less gamma"),
        ("darwin", "\N{CYRILLIC CAPITAL LETTER I}", 56, 11, None),
    ],
)
def test_with_another_script_a_letter_is_the_key_in_its_place(
    monkeypatch: pytest.MonkeyPatch, platform: str, letter: str, place: int, virtual: int, action: str | None
) -> None:
    monkeypatch.setattr("livedream.ui.keys.sys.platform", platform)
    kind, none = QEvent.Type.KeyPress, Modifier.NoModifier
    event = QKeyEvent(kind, ord(letter), none, place, virtual, 0, letter.lower())
    assert action_of(event) == action


def test_with_another_script_ctrl_z_is_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedream.ui.keys.sys.platform", "linux")
    event = QKeyEvent(
        QEvent.Type.KeyPress,
        ord("\N{CYRILLIC CAPITAL LETTER YA}"),
        Modifier.ControlModifier,
        52,
        0x6F1,
        0,
        "",
    )
    assert action_of(event) == "undo"
