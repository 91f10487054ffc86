"""Where the picture goes: a switch for each outlet, which tells how it is and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from livedream.health import Health
from livedream.ui.panel.panel_style import GAP
from livedream.ui.panel.panic_row import RESET_PX, CommandButton
from livedream.ui.show_protocol import Commands

OUTLETS = {"record": ("Record", "recording"), "virtual camera": ("Virtual camera", "virtual camera")}
"""Label of each command's switch, and what the names of its sinks begin with."""

SIGNS = {
    "off": "",
    "starting": "\N{HORIZONTAL ELLIPSIS} ",
    "live": "\N{BLACK CIRCLE} ",
    "stale": "? ",
    "failed": "\N{MULTIPLICATION SIGN} ",
}
"""What stands before the label in each state; the tip has it in words."""


class OutletRow(QWidget):
    """Asks for commands and shows what became of them; said: a sentence for the performer."""

    said = pyqtSignal(str)

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.buttons = {name: self._button(name, label) for name, (label, _) in OUTLETS.items()}
        self.trouble = QLabel()
        self.trouble.setObjectName("quiet")
        self.trouble.setWordWrap(True)
        self.trouble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.trouble.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        for column, button in enumerate(self.buttons.values()):
            grid.addWidget(button, 0, column)
        grid.addWidget(self.trouble, 1, 0, 1, len(self.buttons))

    def show_sinks(self, sinks: Mapping[str, Health]) -> None:
        """Show how the outlets are; the remedy of one that cannot start can be copied."""
        troubles = []
        for name, (label, kind) in OUTLETS.items():
            healths = [health for sink, health in sinks.items() if sink.startswith(kind)]
            health = healths[-1] if healths else Health("off")
            self.buttons[name].setChecked(health.state in ("starting", "live", "stale"))
            self.buttons[name].setText(SIGNS[health.state] + label)
            self.buttons[name].setToolTip(f"{label}: {health.state}. {health.message}".strip())
            if health.state == "failed":
                troubles.append("\n".join(part for part in (health.message, health.remedy) if part))
        self.trouble.setText("\n".join(troubles))
        self.trouble.setVisible(bool(troubles))

    def _button(self, name: str, label: str) -> CommandButton:
        button = CommandButton(self._commands, name, label, RESET_PX)
        button.setCheckable(True)
        button.said.connect(self.said)
        return button
