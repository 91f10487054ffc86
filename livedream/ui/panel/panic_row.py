"""The buttons for when something must happen at once."""

from __future__ import annotations

from functools import partial
from typing import Literal, get_args

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from livedream.errors import LivedreamError
from livedream.ui.panel.panel_commands import Commands
from livedream.ui.panel.panel_style import GAP

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


class PanicButton(QPushButton):
    """A button whose state is the show's: a click asks, and what is shown is what is."""

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
        button = PanicButton(name.capitalize())
        button.setCheckable(name in MODES)
        button.setFixedHeight(ALARM_PX if name in MODES else RESET_PX)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the space bar is free
        button.setToolTip(TIPS[name])
        button.clicked.connect(partial(self._do, name))
        return button

    def _do(self, name: str) -> None:
        try:
            self.said.emit(self._commands.do(name))
        except LivedreamError as fault:
            self.said.emit(str(fault))
