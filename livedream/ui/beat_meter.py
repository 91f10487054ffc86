"""How fast the beat is and where in the bar, as a button of the bar over the picture."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPaintEvent
from PyQt6.QtWidgets import QApplication, QSizePolicy

from livedream.control.control_plan import ControlStatus
from livedream.runtime.on_beat import BAR, Quantise
from livedream.ui.panel.panel_paint import begin, pen
from livedream.ui.panel.panel_style import (
    ACCENT,
    DIM,
    GOOD,
    SMALL_PX,
    TEXT,
    type_of,
)
from livedream.ui.top_bar import BUTTON_PX, OpeningButton

QUANTISED: dict[Quantise, str] = {"off": "at once", "beat": "on the beat", "bar": "on the bar"}
BEATS = round(BAR)
DOT_PX, DOT_STEP_PX, LEFT_PX = 4.5, 14.0, 8


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
