"""One row of the modulation matrix: which source moves which setting, how far, and how it does so now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from livedream.modulation.modulators import PACE, SHAPES
from livedream.modulation.waves import WaveName, read_wave
from livedream.settings import SettingInfo, movable
from livedream.settings.modulation_row import CURVES, SIDES, SLOWEST_S, ModulationRow
from livedream.ui.panel.field_row import FieldRow, choice_field, number_field
from livedream.ui.panel.panel_paint import begin, chevron, draw, pen, ring
from livedream.ui.panel.panel_style import ACCENT, DIM, EDGE, FAINT, GAP, GOOD, LINE_PX, TEXT, type_of
from livedream.ui.panel.setting_text import readable

HEADER_PX, BAR_PX, TYPE_PX = 40, 4.0, 14
BAR_STEPS = 100
"""A bar is painted anew when it has moved by so small a part of its half."""

FIELDS = {
    "depth": number_field("depth", "How far the source moves the setting, of its slider.", -1, 1),
    "curve": choice_field("curve", "square keeps small values small, root enlarges them.", CURVES),
    "smoothing_s": number_field(
        "smoothing", "The setting follows by two thirds in this time.", 0, SLOWEST_S, log=True, unit="s"
    ),
    "side": choice_field("side", "Which half of the source counts.", SIDES),
    "start": number_field("start", "Where, of the source's way, it begins to move the setting.", 0, 1),
    "end": number_field("end", "Where it has moved the setting all the way.", 0, 1, default=1.0),
}
NAMES = {"smoothing_s": "smooth", "start": "from", "end": "up to", "side": "half"}

PLACES = (
    ("source",),
    ("shape", "unit"),
    ("pace",),
    ("depth",),
    ("phase", "smoothing_s"),
    ("curve", "side"),
    ("start", "end"),
)
"""Which fields stand beside each other."""

WITH_SLIDER = ("pace", "depth")

WAVE_FIELDS = {
    "shape": choice_field("shape", "How the wave goes.", SHAPES),
    "unit": choice_field("unit", "beats: in time with the tempo; hz: free.", ("beats", "hz")),
    "pace": number_field("pace", "Beats in a turn, or turns in a second.", *PACE, log=True, default=1.0),
    "phase": number_field("phase", "Where in its turn it begins.", 0, 1),
}


class MatrixRow(QWidget):
    """Shows a row of the matrix and edits it.

    changed: the row as it was and as a person wants it. removed: the row that is to go.
    """

    changed = pyqtSignal(object, object)
    removed = pyqtSignal(object)

    def __init__(self, row: ModulationRow, sources: tuple[str, ...]) -> None:
        super().__init__()
        self.row, self._sources = row, sources
        self.header = MatrixRowHeader()
        self.header.toggled.connect(self._unfold)
        self.fields: dict[str, FieldRow] = {}
        self._body: QWidget | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._rows.addWidget(self.header)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_row(row)

    @property
    def in_hand(self) -> bool:
        """Return whether it is open to be edited."""
        return self.header.isChecked()

    def show_row(self, row: ModulationRow) -> None:
        """Show another row in the place of this one."""
        self.row = row
        self.header.show_row(row)
        if self._body is not None:
            self._fill()

    def show_value(self, source: float, move: float) -> None:
        """Show the source's value and how far it moves the setting, each -1 to 1."""
        self.header.show_value(source, move)

    def _unfold(self, on: bool) -> None:
        if on and self._body is None:
            self._body = self._made()
            self._rows.addWidget(self._body)
            self._fill()
        if self._body is not None:
            self._body.setVisible(on)

    def _made(self) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(GAP, 0, 0, GAP)
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(2)
        source = choice_field("source", "What moves the setting.", self._sources)
        infos = {"source": source, **WAVE_FIELDS, **FIELDS}
        for place, keys in enumerate(PLACES):
            for column, key in enumerate(keys):
                grid.addWidget(self._field(key, infos[key]), place, column, 1, 3 - len(keys))
        gone = QPushButton("Remove")
        gone.setProperty("quiet", True)
        gone.setFixedHeight(LINE_PX)
        gone.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        gone.clicked.connect(lambda: self.removed.emit(self.row))
        grid.addWidget(gone, len(PLACES), 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return body

    def _field(self, key: str, info: SettingInfo) -> FieldRow:
        self.fields[key] = field = FieldRow(info, NAMES.get(key, key), is_short=key not in WITH_SLIDER)
        field.wanted.connect(lambda value: self._want(key, value))
        field.reset_wanted.connect(lambda: self._want(key, info.default))
        return field

    def _fill(self) -> None:
        wave = read_wave(self.row.source)
        for key in WAVE_FIELDS:
            self.fields[key].setVisible(wave is not None)
        for key in FIELDS:
            self.fields[key].follow(getattr(self.row, key))
        self.fields["source"].follow(self.row.source)
        if wave is not None:
            self.fields["unit"].follow("beats" if wave.in_beats else "hz")
            for key in ("shape", "pace", "phase"):
                self.fields[key].follow(getattr(wave, key))

    def _want(self, key: str, value: Any) -> None:
        wave = read_wave(self.row.source)
        if key not in WAVE_FIELDS:
            wanted = replace(self.row, **{key: value})
        elif wave is None:
            return
        else:
            wanted = replace(self.row, source=str(_waved(wave, key, value)))
        if wanted != self.row:
            self.changed.emit(self.row, wanted)


def _waved(wave: WaveName, key: str, value: Any) -> WaveName:
    if key == "unit":
        return wave._replace(in_beats=value == "beats")
    if key == "shape":
        return wave._replace(shape=value)
    number = round(float(value), 6)
    return wave._replace(pace=number) if key == "pace" else wave._replace(phase=number)


class MatrixRowHeader(QAbstractButton):
    """The line of a row: source, setting, depth, and bars of what they do now; it opens the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._row = ModulationRow("", "look.depth")
        self._value = self._move = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(200, HEADER_PX)

    def show_row(self, row: ModulationRow) -> None:
        """Show another row."""
        self._row = row
        words = f"{row.source} moves {row.word} by {row.depth:+.2f}"
        self.setAccessibleName(words)
        self.setToolTip(f"{words}; click to change or remove it")
        self.update()

    def show_value(self, source: float, move: float) -> None:
        """Show what is now; nothing is painted if it looks the same."""
        shown = (round(source * BAR_STEPS), round(move * BAR_STEPS))
        if shown != (self._value, self._move):
            self._value, self._move = shown
            self.update(0, self.height() - 12, self.width(), 12)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Open and fold with Enter, too."""
        if e is not None and e.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.toggle()
        else:
            super().keyPressEvent(e)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the line and the bars."""
        painter = begin(self)
        draw(painter, chevron(down=self.isChecked()), QPointF(8, 14), 4.0, pen(DIM, 1.8))
        self._draw_words(painter)
        half = (self.width() - 20) / 2 - GAP
        for place, (value, colour) in enumerate(((self._value, GOOD), (self._move, ACCENT))):
            left = 20 + place * (half + 2 * GAP)
            _draw_bar(painter, QRectF(left, self.height() - 9, half, BAR_PX), value / BAR_STEPS, colour)
        if self.hasFocus():
            ring(painter, self)

    def _draw_words(self, painter: QPainter) -> None:
        plain, bold, line = type_of(TYPE_PX), type_of(TYPE_PX, bold=True), QRectF(0, 2, self.width() - 2, 24)
        info, depth = movable()[self._row.word], f"{self._row.depth:+.2f}"
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(plain)
        painter.setPen(TEXT)
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, depth)
        room = line.width() - 20 - QFontMetricsF(plain).horizontalAdvance("+0.00") - 2 * GAP
        sided = {"both": "", "up": " \N{UPWARDS ARROW}", "down": " \N{DOWNWARDS ARROW}"}[self._row.side]
        source = _elided(bold, self._row.source + sided, 0.45 * room)
        painter.setFont(bold)
        painter.setPen(GOOD)
        painter.drawText(line.adjusted(20, 0, 0, 0), middle, source)
        x = 20 + QFontMetricsF(bold).horizontalAdvance(source) + 8
        draw(painter, _arrow(), QPointF(x + 6, line.center().y()), 6.0, pen(FAINT, 1.6))
        name = f"{info.section} {readable(info)}"
        painter.setFont(plain)
        painter.setPen(TEXT)
        painter.drawText(line.adjusted(x + 20, 0, 0, 0), middle, _elided(plain, name, 20 + room - x - 20))


def _draw_bar(painter: QPainter, track: QRectF, value: float, colour: QColor) -> None:
    """Draw a value, -1 to 1, from the middle of its track."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(EDGE)
    painter.drawRoundedRect(track, 2, 2)
    middle, half = track.center().x(), track.width() / 2
    painter.setBrush(colour)
    left, right = sorted((middle, middle + value * half))
    painter.drawRect(QRectF(left, track.top(), right - left, track.height()))
    painter.setBrush(FAINT)
    painter.drawRect(QRectF(middle - 0.5, track.top() - 2, 1, track.height() + 4))


def _elided(font: QFont, text: str, width: float) -> str:
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)


def _arrow() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(-1, 0)
    path.lineTo(1, 0)
    path.moveTo(0.4, -0.55)
    path.lineTo(1, 0)
    path.lineTo(0.4, 0.55)
    return path
