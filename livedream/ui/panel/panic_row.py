"""The buttons for when something must happen at once."""

from __future__ import annotations

from typing import Literal, get_args

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from livedream.errors import LivedreamError
from livedream.ui.panel.panel_style import GAP
from livedream.ui.show_protocol import Commands

Mode = Literal["", "blackout", "bypass", "freeze"]

MODES = tuple(mode for mode in get_args(Mode) if mode)
RESETS = ("reset dream", "reset all")
TIPS = {
    "blackout": "Black, at once; again: the dream",
    "bypass": "The camera without the dream; again: the dream",
    "freeze": "Hold this picture; again: go on",
    "reset dream": "Let the dream grow anew from the camera's picture",
    "reset all": "Every setting back to the preset, and the dream anew",
}
ALARM_PX, RESET_PX = 46, 36


class CommandButton(QPushButton):
    """A button that asks for a command; its state is the show's: a click asks, and what is shown is what is.

    said: what became of it, or why it was refused.
    """

    said = pyqtSignal(str)

    def __init__(self, commands: Commands, name: str, label: str, height_px: int) -> None:
        super().__init__(label)
        self._commands, self._name = commands, name
        self.setFixedHeight(height_px)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the space bar is free
        self.clicked.connect(self._ask)

    def _ask(self) -> None:
        try:
            self.said.emit(self._commands.do(self._name))
        except LivedreamError as fault:
            self.said.emit(str(fault))

    def nextCheckState(self) -> None:  # noqa: N802
        """Leave the state to the show."""


class PanicRow(QWidget):
    """Asks for commands; said: what became of them."""

    said = pyqtSignal(str)

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.buttons = {name: self._button(name) for name in (*MODES, *RESETS)}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        for column, name in enumerate(MODES):
            grid.addWidget(self.buttons[name], 0, 2 * column, 1, 2)
        for column, name in enumerate(RESETS):
            grid.addWidget(self.buttons[name], 1, 3 * column, 1, 3)

    def set_panic(self, mode: str) -> None:
        """Show which of the modes is on; "": none."""
        for name in MODES:
            self.buttons[name].setChecked(name == mode)

    def _button(self, name: str) -> QPushButton:
        height_px = ALARM_PX if name in MODES else RESET_PX
        button = CommandButton(self._commands, name, name.capitalize(), height_px)
        button.setCheckable(name in MODES)
        button.setToolTip(TIPS[name])
        button.said.connect(self.said)
        return button
