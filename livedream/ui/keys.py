"""Which key does what; the one table that the window obeys and the key screen shows."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent

Action = Literal[
    "full screen",
    "next display",
    "hud",
    "mirror",
    "panel",
    "moods",
    "source",
    "map",
    "keys",
    "escape",
    "close",
]
"""What the window does itself; all else is done at the actions."""

_Key = Qt.Key
_COMMAND = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_WITH = _COMMAND | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that belong together.

    caps: as printed on the keys. commands: what they do with Ctrl (Cmd on macOS), shifted: with Ctrl and
    Shift. repeats: while one is held down.
    """

    caps: str
    does: str
    keys: Mapping[Qt.Key, str]
    commands: Mapping[Qt.Key, str] = field(default_factory=dict)
    shifted: Mapping[Qt.Key, str] = field(default_factory=dict)
    repeats: bool = False


WINDOW: tuple[Binding, ...] = (
    Binding(
        "F or F11",
        "full screen, on another display if any",
        {_Key.Key_F: "full screen", _Key.Key_F11: "full screen"},
    ),
    Binding("D", "output on the next display", {_Key.Key_D: "next display"}),
    Binding("H", "figures and health on or off", {_Key.Key_H: "hud"}),
    Binding("M", "mirror this preview, never the output", {_Key.Key_M: "mirror"}),
    Binding("C  G", "controls; moods, open or folded", {_Key.Key_C: "panel", _Key.Key_G: "moods"}),
    Binding(
        "Ctrl O  F2", "choose the source; map a controller", {_Key.Key_F2: "map"}, {_Key.Key_O: "source"}
    ),
    Binding("?", "these keys", {_Key.Key_Question: "keys", _Key.Key_F1: "keys"}),
    Binding("Esc", "leave full screen, fold the controls", {_Key.Key_Escape: "escape"}),
    Binding(
        "Q",
        "end the show; asks while it is live",
        {_Key.Key_Q: "close"},
        {_Key.Key_Q: "close", _Key.Key_W: "close"},
    ),
)

PANIC: tuple[Binding, ...] = (
    Binding("B", "blackout, and back", {_Key.Key_B: "blackout"}),
    Binding("V", "bypass: the camera as it is, and back", {_Key.Key_V: "bypass"}),
    Binding("Space", "freeze, and go on", {_Key.Key_Space: "freeze"}),
    Binding("R", "start the dream anew", {_Key.Key_R: "reset dream"}),
    Binding("Backspace", "undo everything done by hand", {_Key.Key_Backspace: "reset all"}),
)
"""Each acts on the next frame that goes out."""

SOURCES: tuple[Binding, ...] = (
    Binding("I  Y", "next camera; clouds", {_Key.Key_I: "next camera", _Key.Key_Y: "clouds"}),
)

OUTLETS: tuple[Binding, ...] = (
    Binding("W", "record to a new file, and end it", {_Key.Key_W: "record"}),
    Binding("K", "virtual camera, on and off", {_Key.Key_K: "virtual camera"}),
    Binding("O", "mirror what goes out", {_Key.Key_O: "mirror output"}),
    Binding(
        "S  L",
        "write a still; the last ten seconds",
        {_Key.Key_S: "still", _Key.Key_L: "last ten seconds"},
    ),
    Binding("J", "flash limiter, on and off", {_Key.Key_J: "flash limiter"}),
    Binding("Ctrl R", "try again what cannot start", {}, {_Key.Key_R: "retry outlets"}),
)

STEPS: tuple[Binding, ...] = (
    Binding(
        "Ctrl Z  Y",
        "undo, redo; also Ctrl Shift Z",
        {},
        {_Key.Key_Z: "undo", _Key.Key_Y: "redo"},
        {_Key.Key_Z: "redo"},
    ),
    Binding("Ctrl S", "save to your own preset, or a new one", {}, {_Key.Key_S: "save preset"}),
    Binding("E", "the preset as it was loaded", {_Key.Key_E: "revert"}),
    Binding(
        "Enter  U",
        "fade to the other deck; surprise",
        {_Key.Key_Return: "go", _Key.Key_Enter: "go", _Key.Key_U: "surprise"},
    ),
)
"""Steps back and forth through what was done by hand, and what brings another look."""

DREAM: tuple[Binding, ...] = (
    Binding(
        "\N{LEFTWARDS ARROW}  \N{RIGHTWARDS ARROW}",
        "previous, next preset; also P, N",
        {
            _Key.Key_Left: "previous preset",
            _Key.Key_Right: "next preset",
            _Key.Key_P: "previous preset",
            _Key.Key_N: "next preset",
        },
    ),
    Binding(
        "1 to 9",
        "the first nine presets",
        {
            _Key.Key_1: "preset 1",
            _Key.Key_2: "preset 2",
            _Key.Key_3: "preset 3",
            _Key.Key_4: "preset 4",
            _Key.Key_5: "preset 5",
            _Key.Key_6: "preset 6",
            _Key.Key_7: "preset 7",
            _Key.Key_8: "preset 8",
            _Key.Key_9: "preset 9",
        },
    ),
    Binding(
        "Z  X",
        "previous, next layer; also ↓, ↑",
        {
            _Key.Key_Z: "previous layer",
            _Key.Key_X: "next layer",
            _Key.Key_Down: "previous layer",
            _Key.Key_Up: "next layer",
        },
    ),
    Binding(
        ",  .",
        "previous, next channel",
        {_Key.Key_Comma: "previous channel", _Key.Key_Period: "next channel"},
        repeats=True,
    ),
    Binding("A", "all channels of the layer", {_Key.Key_A: "all channels"}),
    Binding(
        "[  ]",
        "gamma; also Page Down, Page Up",
        {
            _Key.Key_BracketLeft: "less gamma",
            _Key.Key_BracketRight: "more gamma",
            _Key.Key_PageDown: "less gamma",
            _Key.Key_PageUp: "more gamma",
        },
        repeats=True,
    ),
    Binding(
        "\N{MINUS SIGN}  +",
        "motion floor; what moves less is still",
        {_Key.Key_Minus: "lower floor", _Key.Key_Plus: "higher floor", _Key.Key_Equal: "higher floor"},
        repeats=True,
    ),
)


POSITIONS = {
    first + place: ord(letter)
    for first, row in ((24, "QWERTYUIOP[]"), (38, "ASDFGHJKL"), (52, "ZXCVBNM,."))
    for place, letter in enumerate(row)
}
"""Which key lies where on a Latin keyboard, by the codes that X11 and Wayland have for places."""

VIRTUAL_KEYS = {ord(letter): ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
VIRTUAL_KEYS |= {0xDB: ord("["), 0xDD: ord("]"), 0xBC: ord(","), 0xBE: ord(".")}
"""The same by Windows' virtual keys."""


def key_of(event: QKeyEvent) -> Qt.Key | None:
    """Return the key that was pressed; None for one that Qt has no name for.

    For a letter of another script, such as Cyrillic, Greek or Hebrew, it is the key in its place on a Latin
    keyboard. macOS tells no place.
    """
    code = event.key()
    if _is_of_another_script(code):
        if sys.platform == "win32":
            code = VIRTUAL_KEYS.get(event.nativeVirtualKey(), 0)
        else:
            code = 0 if sys.platform == "darwin" else POSITIONS.get(event.nativeScanCode(), 0)
    try:
        return Qt.Key(code)
    except ValueError:
        return None


def _is_of_another_script(code: int) -> bool:
    letter = chr(code) if 0xFF < code <= sys.maxunicode else ""
    return letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN")


def action_of(event: QKeyEvent) -> str | None:
    """Return what a key press asks for; None if nothing, or if the key is held down and does not repeat."""
    held, key = event.modifiers() & _WITH, key_of(event)
    if key is None:
        return None
    for binding in (*WINDOW, *PANIC, *SOURCES, *OUTLETS, *STEPS, *DREAM):
        if event.isAutoRepeat() and not binding.repeats:
            continue
        with_ctrl = binding.shifted if event.modifiers() & _SHIFT else binding.commands
        if held == _COMMAND and key in with_ctrl:
            return with_ctrl[key]
        if not held and key in binding.keys:
            return binding.keys[key]
    return None
