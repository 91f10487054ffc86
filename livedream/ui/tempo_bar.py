"""The tempo in the bar over the picture: its rate, the beat, taps, and when presets change."""

from __future__ import annotations

from functools import partial
from math import nan

from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPaintEvent
from PyQt6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from livedream.control.control_plan import ControlStatus
from livedream.control.tempo_commands import TEMPO
from livedream.errors import InputError
from livedream.runtime.on_beat import BAR, QUANTA, OnBeat, Quantise
from livedream.runtime.parameters import Parameters
from livedream.ui.panel.entry_line import EntryLine
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
        self._parameters = parameters
        self.menu = TempoMenu(commands, on_beat, self)
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
        return {"tap": self.tap, **(self.menu.buttons if self.menu.isVisible() else {})}

    def _field(self) -> EntryLine:
        field = EntryLine(self)
        field.setAccessibleName("beats a minute")
        field.setToolTip("Enter sets the tempo, Escape does not")
        field.setFont(type_of(bold=True))
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.hide()
        field.entered.connect(self._go)
        field.left.connect(self._end_typing)
        field.editingFinished.connect(self._end_typing)
        return field

    def _begin_typing(self, begun: str) -> None:
        """Write over the number; begun: what was typed already, "": nothing."""
        number = self.meter.number_rect()
        self.field.setGeometry(self.meter.x(), self.meter.y(), round(number.right()) + 12, BUTTON_PX)
        self.field.begin(f"{self._parameters.read(TEMPO):.1f}")
        if begun:
            self.field.setText(begun)
        self.field.show()
        self.field.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)  # it leaves the selection alone

    def _end_typing(self) -> None:
        if not self.field.isHidden():
            self.field.hide()
            self.meter.setFocus()

    def _go(self, text: str) -> None:
        try:
            bpm = self._parameters.turn(TEMPO, self._tempo_of(text))
        except InputError as fault:
            self.said.emit(str(fault))
            self.field.selectAll()  # it stays, to be mended
            return
        self.said.emit(f"tempo: {bpm:.1f} beats a minute")
        self._end_typing()

    def _tempo_of(self, text: str) -> float:
        """Read a tempo. Raises InputError that says what is possible."""
        one = self._parameters[TEMPO]
        try:
            bpm = float(text.strip().replace(",", "."))
        except ValueError:
            bpm = nan
        if not one.low <= bpm <= one.high:
            raise InputError(
                f"{text.strip() or 'nothing'} is no tempo: write {one.low:g} to {one.high:g} beats a minute"
            )
        return bpm

    def _open(self) -> None:
        self.menu.adjustSize()
        under = self.meter.mapToGlobal(QPoint(0, self.meter.height() + GAP))
        self.menu.move(under)
        self.menu.show()


class BeatMeter(OpeningButton):
    """Shows beats a minute and which beat of the bar it is.

    opened: it was clicked. typed: the number was clicked twice, or a digit was typed, which it tells.
    """

    opened = pyqtSignal()
    typed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__(QSizePolicy.Policy.Fixed)
        # What opens at the first of two clicks would have the second one.
        self._second = QTimer(self)
        self._second.setSingleShot(True)
        self._second.timeout.connect(self.opened)
        self._on_number = False
        self.clicked.connect(self._click)
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
                f"{shown[0]} beats a minute, set by {status.leader}; presets change {self._when(status)}\n"
                "A click opens the rest; two clicks on the number, or a digit, set it"
            )
            self.updateGeometry()
        self.update()

    def number_rect(self) -> QRectF:
        """Return where the number stands."""
        return QRectF(0, 0, LEFT_PX + self._text_px(), self.height())

    def mousePressEvent(self, e: QMouseEvent | None) -> None:  # noqa: N802
        """Remember what is clicked on."""
        self._on_number = e is not None and self.number_rect().contains(e.position())
        super().mousePressEvent(e)

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Begin to type the number."""
        self._second.stop()
        if a0 is not None and self.number_rect().contains(a0.position()):
            self.typed.emit("")

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Begin to type the number with its first digit."""
        digit = "" if e is None else e.text()
        if digit.isascii() and digit.isdecimal():
            self.typed.emit(digit)
            return
        self._on_number = False
        super().keyPressEvent(e)

    def _click(self) -> None:
        if self._on_number:
            self._second.start(QApplication.doubleClickInterval())
        else:
            self.opened.emit()

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

    def __init__(self, commands: Commands, on_beat: OnBeat, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("picker")
        dress(self)
        self._on_beat = on_beat
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

    def follow(self, status: ControlStatus) -> None:
        """Show who leads the tempo, and when presets change."""
        if self.leader.text() != (led := f"{status.bpm:.1f} beats a minute, set by {status.leader}"):
            self.leader.setText(led)
        for name, switch in self.quanta.items():
            switch.setChecked(name == status.quantise)

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
