"""The name of a setting on one line: what it belongs to, what it is, its unit."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from livedream.ui.panel.panel_paint import begin, draw, pen
from livedream.ui.panel.panel_style import DIM, FAINT, LINE_PX, SMALL_PX, TEXT, TYPE_PX, type_of

SPACE_PX = 6.0


class NameLabel(QWidget):
    """Shows a name, and of the rest what there is room for.

    family: what the name belongs to, dim before it. unit: dim and small after it. rebuilds: a sign says
    that a change builds an engine.
    """

    def __init__(self, name: str, family: str = "", unit: str = "", *, rebuilds: bool = False) -> None:
        super().__init__()
        self.name, self.family, self.unit, self.rebuilds = name, family, unit, rebuilds
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(120, LINE_PX)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Write the name; family and unit give way."""
        painter, x, room = begin(self), 0.0, float(self.width())
        large, small = QFontMetricsF(type_of(bold=True)), QFontMetricsF(type_of())
        sign_px = 16.0 if self.rebuilds else 0.0
        name_px = large.horizontalAdvance(self.name)
        family_px = small.horizontalAdvance(self.family) + SPACE_PX if self.family else 0.0
        if family_px and family_px + name_px + sign_px <= room:
            x += self._write(painter, x, self.family, "family") + SPACE_PX
        name = large.elidedText(self.name, Qt.TextElideMode.ElideRight, room - x - sign_px)
        x += self._write(painter, x, name, "name") + SPACE_PX
        if self.rebuilds:
            draw(painter, _cycle_path(), QPointF(x + 5.0, self.height() / 2 + 1), 4.5, pen(FAINT, 1.5))
            x += sign_px
        if self.unit:
            tiny = QFontMetricsF(type_of(SMALL_PX))
            if tiny.horizontalAdvance(self.unit) <= room - x:
                self._write(painter, x, self.unit, "unit")

    def _write(self, painter: QPainter, x: float, text: str, part: str) -> float:
        """Write a part on the common baseline; return its width."""
        font = type_of(SMALL_PX if part == "unit" else TYPE_PX, bold=part == "name")
        painter.setFont(font)
        painter.setPen({"name": TEXT, "family": DIM, "unit": FAINT}[part])
        base = QFontMetricsF(type_of(bold=True))
        y = (self.height() + base.ascent() - base.descent()) / 2
        painter.drawText(QPointF(x, y), text)
        return QFontMetricsF(font).horizontalAdvance(text)


def _cycle_path() -> QPainterPath:
    """Make two arrows that go round."""
    path = QPainterPath()
    circle = QRectF(-0.9, -0.9, 1.8, 1.8)
    for begin_at in (20, 200):
        path.arcMoveTo(circle, begin_at)
        path.arcTo(circle, begin_at, 130)
    return path
