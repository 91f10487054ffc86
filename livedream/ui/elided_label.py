"""A line of text that shows what there is room for."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from livedream.ui.panel.panel_paint import begin
from livedream.ui.panel.panel_style import DIM, LINE_PX, TYPE_PX, type_of

NARROWEST_PX = 40


class ElidedLabel(QWidget):
    """Shows one line, cut off with dots where it does not fit; all of it is in the tool tip."""

    def __init__(self, text: str = "", colour: QColor = DIM, type_px: int = TYPE_PX) -> None:
        super().__init__()
        self._text, self._colour, self._type_px = text, colour, type_px
        self.setMinimumWidth(NARROWEST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return all of the text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.setToolTip(text)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size at which all of it is seen."""
        width = QFontMetricsF(type_of(self._type_px)).horizontalAdvance(self._text)
        return QSize(round(width) + 4, LINE_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the size at which something of it is seen."""
        return QSize(NARROWEST_PX, LINE_PX)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Write the text."""
        painter = begin(self)
        painter.setFont(type_of(self._type_px))
        painter.setPen(self._colour)
        shown = QFontMetricsF(painter.font()).elidedText(
            self._text, Qt.TextElideMode.ElideRight, self.width()
        )
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(self.rect()), middle, shown)
