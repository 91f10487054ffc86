"""Which key does what; the one table that the window obeys and the key screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent

Action = Literal["full screen", "next display", "hud", "mirror", "keys", "escape", "close"]

_Key = Qt.Key
_COMMAND = Qt.KeyboardModifier.ControlModifier
_WITH = _COMMAND | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that do one thing.

    caps: as printed on the keys. commands: keys that do it with Ctrl (Cmd on macOS) as well.
    """

    action: Action
    caps: str
    does: str
    keys: tuple[Qt.Key, ...]
    commands: tuple[Qt.Key, ...] = ()


BINDINGS: tuple[Binding, ...] = (
    Binding("full screen", "F or F11", "full screen, as a double click does", (_Key.Key_F, _Key.Key_F11)),
    Binding("next display", "D", "full screen on the next display", (_Key.Key_D,)),
    Binding("hud", "H", "figures and health on or off", (_Key.Key_H,)),
    Binding("mirror", "M", "mirror this preview, never the output", (_Key.Key_M,)),
    Binding("keys", "?", "these keys", (_Key.Key_Question, _Key.Key_F1)),
    Binding("escape", "Esc", "leave full screen, or else close", (_Key.Key_Escape,)),
    Binding("close", "Q", "close", (_Key.Key_Q,), (_Key.Key_Q, _Key.Key_W)),
)


def action_of(event: QKeyEvent) -> Action | None:
    """Tell what a key press asks for; None if nothing, or if the key is only held down."""
    if event.isAutoRepeat():
        return None
    held = event.modifiers() & _WITH
    for binding in BINDINGS:
        if held == _COMMAND and event.key() in binding.commands:
            return binding.action
        if not held and event.key() in binding.keys:
            return binding.action
    return None
