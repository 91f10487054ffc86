"""The tempo in the bar over the picture: its rate, the beat, taps, and when presets change."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QPaintEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from livedream.control.control_plan import ControlStatus
from livedream.runtime.on_beat import BAR, QUANTA, OnBeat, Quantise
from livedream.runtime.parameters import Parameters
from livedream.settings.show_numbers import LOOKAHEAD_MS
from livedream.ui.panel.number_box import NumberBox
from livedream.ui.panel.panel_paint import begin, pen
from livedream.ui.panel.panel_style import (
    ACCENT,
    DIM,
    GAP,
    GOOD,
    MARGIN,
    SMALL_PX,
    TEXT,
    dress,
    type_of,
)
from livedream.ui.panel.panic_row import CommandButton
from livedream.ui.show_protocol import Commands
from livedream.ui.top_bar import BUTTON_PX, OpeningButton, Switch

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
QUANTISED: dict[Quantise, str] = {"off": "at once", "beat": "on the beat", "bar": "on the bar"}
BEATS = round(BAR)
DOT_PX, DOT_STEP_PX, LEFT_PX = 4.5, 14.0, 8


class TempoBar(QWidget):
    """Shows the tempo and asks for its commands; said: what became of them."""

    said = pyqtSignal(str)

    def __init__(self, commands: Commands, on_beat: OnBeat, parameters: Parameters) -> None:
        super().__init__()
        self.menu = TempoMenu(commands, on_beat, parameters, self)
        self.menu.said.connect(self.said)
        self.meter = BeatMeter()
        self.meter.clicked.connect(self._open)
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

    def _open(self) -> None:
        self.menu.adjustSize()
        under = self.meter.mapToGlobal(QPoint(0, self.meter.height() + GAP))
        self.menu.move(under)
        self.menu.show()


class BeatMeter(OpeningButton):
    """Shows beats a minute and which beat of the bar it is; a click opens the rest."""

    def __init__(self) -> None:
        super().__init__(QSizePolicy.Policy.Fixed)
        self._shown: tuple[str, int, str] = ("", 0, "")

    def show_beat(self, status: ControlStatus) -> None:
        """Show another beat; on the same one nothing is painted."""
        quantise = "" if status.quantise == "off" else status.quantise
        shown = (f"{status.bpm:.1f}", int(status.beat) % BEATS, quantise)
        if shown == self._shown:
            return
        spoken, self._shown = self._shown, shown
        if (shown[0], shown[2]) != (spoken[0], spoken[2]):
            self.setAccessibleName(f"tempo: {shown[0]} beats a minute, presets change {self._when(status)}")
            self.setToolTip(
                f"{shown[0]} beats a minute, set by {status.leader}; presets change {self._when(status)}"
            )
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size, the same for all tempos."""
        return QSize(round(self._text_px() + BEATS * DOT_STEP_PX + self._quantise_px() + 40), BUTTON_PX)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the rate, a dot for each beat of the bar, and when presets change."""
        super().paintEvent(e)
        painter = begin(self)
        bpm, beat, quantise = self._shown
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(type_of(bold=True))
        painter.setPen(TEXT)
        x = LEFT_PX + self._text_px()
        painter.drawText(QRectF(0, 0, x, self.height()), middle, bpm)
        for place in range(BEATS):
            lit = place == beat
            painter.setPen(pen(GOOD if lit else DIM, 1.4))
            painter.setBrush(GOOD if lit else Qt.BrushStyle.NoBrush)
            at = QPointF(x + DOT_STEP_PX * (place + 0.9), self.height() / 2)
            painter.drawEllipse(at, DOT_PX, DOT_PX)
        painter.setFont(type_of(SMALL_PX))
        painter.setPen(ACCENT)
        x += DOT_STEP_PX * (BEATS + 0.4)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(x, 0, self._quantise_px(), self.height()), left, quantise)

    @staticmethod
    def _when(status: ControlStatus) -> str:
        return QUANTISED[status.quantise]

    @staticmethod
    def _text_px() -> float:
        return QFontMetricsF(type_of(bold=True)).horizontalAdvance("188.8")

    def _quantise_px(self) -> float:
        return QFontMetricsF(type_of(SMALL_PX)).horizontalAdvance("beat") if self._shown[2] else 0.0


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
