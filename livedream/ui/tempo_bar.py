"""The tempo in the bar over the picture: its rate, the beat, taps, and when presets change."""

from __future__ import annotations

from functools import partial
from math import nan

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from livedream.clock import FASTEST_BPM, SLOWEST_BPM
from livedream.control.control_plan import ControlStatus
from livedream.errors import InputError
from livedream.runtime.on_beat import QUANTA, OnBeat, Quantise
from livedream.runtime.parameters import Parameters
from livedream.settings.show_numbers import LOOKAHEAD_MS, TEMPO_BPM
from livedream.ui.beat_meter import QUANTISED, BeatMeter
from livedream.ui.panel.entry_line import EntryLine
from livedream.ui.panel.number_box import NumberBox
from livedream.ui.panel.panel_style import (
    GAP,
    MARGIN,
    dress,
    type_of,
)
from livedream.ui.panel.panic_row import CommandButton
from livedream.ui.show_protocol import Commands
from livedream.ui.top_bar import BUTTON_PX, Switch

TAP = ("Tap", "Tap the tempo: each tap is a beat")
IN_MENU = {
    "halve tempo": ("\N{VULGAR FRACTION ONE HALF}", "Half as fast"),
    "double tempo": ("\N{MULTIPLICATION SIGN}2", "Twice as fast"),
    "resync": ("Bar begins now", "Begin to count the bar now"),
    "nudge earlier": ("Earlier", "Let the beats come a little earlier"),
    "nudge later": ("Later", "Let the beats come a little later"),
}
"""Label and tip of each command that stands in the menu."""

COLUMNS = 3
FIELD_PX = 7
"""How far the field in which the tempo is typed reaches beyond the number; the first beat begins there."""


class TempoBar(QWidget):
    """Shows the tempo and asks for its commands; said: what became of them."""

    said = pyqtSignal(str)

    def __init__(self, commands: Commands, on_beat: OnBeat, parameters: Parameters) -> None:
        super().__init__()
        self._parameters = parameters
        self.menu = TempoMenu(commands, on_beat, parameters, self)
        self.menu.said.connect(self.said)
        self.meter = BeatMeter()
        self.meter.opened.connect(self._open)
        self.meter.typed.connect(self._begin_typing)
        self.field = self._field()
        self.tap = _button(commands, "tap", *TAP)
        self.tap.said.connect(self.said)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        line.addWidget(self.meter)
        line.addWidget(self.tap)

    def follow(self, status: ControlStatus) -> None:
        """Show the tempo as it is."""
        self.meter.show_beat(status)
        if self.menu.isVisible():
            self.menu.follow(status)

    def parts(self) -> dict[str, QWidget]:
        """Return the buttons by the commands that they ask for."""
        in_menu = {**self.menu.buttons, LOOKAHEAD_MS.word: self.menu.lookahead}
        return {"tap": self.tap, **(in_menu if self.menu.isVisible() else {})}

    def _field(self) -> EntryLine:
        field = EntryLine(self)
        field.setAccessibleName("beats a minute")
        field.setToolTip("Enter sets the tempo, Escape does not")
        field.setFont(type_of(bold=True))
        field.setStyleSheet("padding: 0 2px;")
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.hide()
        field.entered.connect(self._go)
        field.left.connect(self._end_typing)
        field.editingFinished.connect(self._end_typing)
        return field

    def _begin_typing(self, begun: str) -> None:
        """Write over the number; begun: what was typed already, "": nothing."""
        number = self.meter.number_rect()
        self.field.setGeometry(self.meter.x(), self.meter.y(), round(number.right()) + FIELD_PX, BUTTON_PX)
        self.field.begin(f"{self._parameters.read(TEMPO_BPM.word):.1f}")
        if begun:
            self.field.setText(begun)
        self.field.show()
        self.field.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)  # it leaves the selection alone

    def _end_typing(self) -> None:
        if self.field.isHidden():
            return
        is_left_for_another = QApplication.focusWidget() not in (None, self.field)
        self.field.hide()
        if not is_left_for_another:
            self.meter.setFocus()

    def _go(self, text: str) -> None:
        try:
            bpm = self._parameters.turn(TEMPO_BPM.word, tempo_of(text))
        except InputError as fault:
            self.said.emit(str(fault))
            self.field.selectAll()  # it stays, to be mended
            return
        self.said.emit(f"tempo: {bpm:.1f} beats a minute")
        self._end_typing()

    def _open(self) -> None:
        self.menu.adjustSize()
        under = self.meter.mapToGlobal(QPoint(0, self.meter.height() + GAP))
        self.menu.move(under)
        self.menu.show()


class TempoMenu(QFrame):
    """Moves the beat by hand and says when presets change; said: what became of it."""

    said = pyqtSignal(str)

    def __init__(self, commands: Commands, on_beat: OnBeat, parameters: Parameters, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("picker")
        dress(self)
        self._on_beat, self._parameters = on_beat, parameters
        self.lookahead = NumberBox(LOOKAHEAD_MS)
        self.leader = QLabel()
        self.leader.setObjectName("quiet")
        self.buttons = {name: _button(commands, name, *IN_MENU[name]) for name in IN_MENU}
        self.quanta = {name: Switch(QUANTISED[name].capitalize()) for name in QUANTA}
        grid = QGridLayout(self)
        grid.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        grid.setSpacing(GAP)
        grid.addWidget(self.leader, 0, 0, 1, COLUMNS)
        for place, button in enumerate(self.buttons.values()):
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            button.said.connect(self.said)
            row, column = divmod(place, COLUMNS)
            grid.addWidget(button, 1 + row, column)
        grid.addWidget(QLabel("Presets change"), grid.rowCount(), 0, 1, COLUMNS)
        below = grid.rowCount()
        for column, (name, switch) in enumerate(self.quanta.items()):
            switch.clicked.connect(partial(self._quantise, name))
            grid.addWidget(switch, below, column)
        self.lookahead.setAccessibleName(LOOKAHEAD_MS.word)
        self.lookahead.setToolTip(LOOKAHEAD_MS.help)
        self.lookahead.valueChanged.connect(self._look_ahead)
        grid.addWidget(self.lookahead, below + 1, 0, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(QLabel("ms ahead of it, to be seen on it"), below + 1, 1, 1, COLUMNS - 1)

    def follow(self, status: ControlStatus) -> None:
        """Show who leads the tempo, and when presets change."""
        if self.leader.text() != (led := f"{status.bpm:.1f} beats a minute, set by {status.leader}"):
            self.leader.setText(led)
        for name, switch in self.quanta.items():
            switch.setChecked(name == status.quantise)
        if not self.lookahead.hasFocus():
            self.lookahead.place(self._parameters.read(LOOKAHEAD_MS.word))

    def _look_ahead(self, milliseconds: float) -> None:
        taken = self._parameters.turn(LOOKAHEAD_MS.word, milliseconds)
        self.lookahead.place(taken)
        self.said.emit(f"presets and waves come {taken:g} ms before the beat")

    def _quantise(self, name: Quantise, _: bool) -> None:
        self._on_beat.quantise = name
        self.said.emit(f"presets change {QUANTISED[name]}")


def _button(commands: Commands, name: str, label: str, tip: str) -> CommandButton:
    button = CommandButton(commands, name, label, BUTTON_PX)
    button.setProperty("quiet", True)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setToolTip(tip)
    button.setAccessibleName(name)
    return button


def tempo_of(text: str) -> float:
    """Read a tempo. Raises InputError that says what is possible."""
    try:
        bpm = float(text.strip().replace(",", "."))
    except ValueError:
        bpm = nan
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        possible = f"{SLOWEST_BPM:g} to {FASTEST_BPM:g} beats a minute"
        raise InputError(f"{text.strip() or 'nothing'} is no tempo: write {possible}")
    return bpm
