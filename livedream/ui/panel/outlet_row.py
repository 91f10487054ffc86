"""Where the picture goes: a switch for each outlet, which tells how it is and how to mend it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from livedream.errors import LivedreamError
from livedream.runtime.outlets import switches
from livedream.runtime.status import OutletStatus, Status
from livedream.ui.panel.panel_style import GAP, LINE_PX
from livedream.ui.panel.panic_row import RESET_PX, CommandButton
from livedream.ui.panel.trouble_card import TroubleCard
from livedream.ui.show_protocol import Commands

SIGNS = {
    "off": "",
    "starting": "\N{HORIZONTAL ELLIPSIS} ",
    "live": "\N{BLACK CIRCLE} ",
    "stale": "? ",
    "failed": "\N{MULTIPLICATION SIGN} ",
}
"""What stands before the label in each state; the tip has it in words."""

ACTIONS = {
    "still": ("Still", "Write the picture that goes out as PNG, with its settings inside"),
    "last ten seconds": ("Last 10 s", "Write the last ten seconds as a film"),
    "flash limiter": ("Flash limiter", "Keep what people watch from flashing more than three times a second"),
}
"""Label and tip of each command beside the switches."""

COLUMNS = 2


class OutletRow(QWidget):
    """Asks for commands and shows what became of them; said: a sentence for the performer."""

    said = pyqtSignal(str)

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        here = switches()
        self.buttons = {name: self._switch(name, label, RESET_PX) for name, (_, label) in here.items()}
        self.small_buttons = {name: self._action(name) for name in ACTIONS}
        self.cards = {name: self._card(name) for name in here}
        self.note = QLabel()
        self.note.setObjectName("quiet")
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.hide()
        self._lay_out()

    def show_outlets(self, status: Status) -> None:
        """Show how the outlets are; the remedy of one that cannot start can be copied."""
        for outlet in status.outlets:
            self._show(outlet)
        self.small_buttons["flash limiter"].setChecked(status.flash_limit != "off")
        notes = [
            f"{one.label}: {one.missed} frame{'s' * (one.missed != 1)} missed"
            for one in status.outlets
            if one.missed and one.health.ok
        ]
        notes += ["Flashes are being dampened"] if status.dampening else []
        if status.audio_offset_ms is not None:
            notes.append(f"Set the OBS audio offset to {status.audio_offset_ms:.0f} ms")
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))

    def _show(self, outlet: OutletStatus) -> None:
        button, state = self.buttons[outlet.command], outlet.health.state
        timer = f" {timed(outlet.running_s)}" if outlet.command == "record" and state == "live" else ""
        button.setChecked(state in ("starting", "live", "stale"))
        button.setText(f"{SIGNS[state]}{outlet.label}{timer}")
        button.setToolTip(f"{outlet.label}: {state}. {outlet.health.message}".strip())
        self.cards[outlet.command].show_health(outlet.health)

    def _lay_out(self) -> None:
        grid, actions = QGridLayout(), QHBoxLayout()
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, *divmod(place, COLUMNS))
        for action in self.small_buttons.values():
            actions.addWidget(action)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for layout in (column, grid, actions):
            layout.setSpacing(GAP)
        column.addLayout(grid)
        for card in self.cards.values():
            column.addWidget(card)
        column.addLayout(actions)
        column.addWidget(self.note)

    def _switch(self, name: str, label: str, height_px: int) -> CommandButton:
        button = CommandButton(self._commands, name, label, height_px)
        button.setCheckable(True)
        button.said.connect(self.said)
        return button

    def _action(self, name: str) -> CommandButton:
        label, tip = ACTIONS[name]
        button = self._switch(name, label, LINE_PX)
        button.setObjectName("small")
        button.setToolTip(tip)
        return button

    def _card(self, name: str) -> TroubleCard:
        card = TroubleCard()
        # What tries again by itself is told to do so now; a recording begins with a new file.
        again = name if name == "record" else "retry outlets"
        card.again.clicked.connect(lambda: self._ask(again))
        return card

    def _ask(self, command: str) -> None:
        try:
            self.said.emit(self._commands.do(command))
        except LivedreamError as fault:
            self.said.emit(str(fault))


def timed(seconds: float) -> str:
    """Format a duration as a clock shows it: 0:07, 1:02:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
