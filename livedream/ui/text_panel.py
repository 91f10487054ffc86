"""Type on a panel: places text and dots line by line, then renders them once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QImage,
    QPainter,
    QTextLayout,
    QTextOption,
)

from livedream.ui.hud import Tone

COLOURS: dict[Tone, QColor] = {
    "plain": QColor("#f5f3fb"),
    "dim": QColor("#b4b0c4"),
    "accent": QColor("#bda4ff"),
    "good": QColor("#5ee08a"),
    "warn": QColor("#ffc24b"),
    "bad": QColor("#ff7272"),
}
PANEL = QColor(9, 9, 16, 204)
SOLID = QColor(9, 9, 16, 245)
"""Of a card that is read for longer: nothing that moves shines through."""

PANEL_EDGE = QColor(255, 255, 255, 30)
RADIUS = 10.0
PADDING = 16.0

Mark = Callable[[QPainter], None]


@dataclass(frozen=True, slots=True)
class Ink:
    """How text looks; size in design pixels, those of a 1280x720 window."""

    size: float = 14.0
    tone: Tone = "plain"
    bold: bool = False

    def font(self, unit: float) -> QFont:
        """Make the font with figures of equal width, `unit` pixels to the design pixel."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPixelSize(max(1, round(self.size * unit)))
        font.setWeight(QFont.Weight.DemiBold if self.bold else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font


class Sheet:
    """Text and dots one below the other; all lengths are design pixels.

    width: of the text. unit: logical pixels to the design pixel. panel: the colour of what it lies on.
    """

    def __init__(self, width: float, unit: float, panel: QColor = PANEL) -> None:
        self.width, self._panel = width, panel
        self.y = 0.0
        self._unit = unit
        self._marks: list[Mark] = []

    def write(self, text: str, ink: Ink, x: float = 0.0, *, centred: bool = False) -> float:
        """Write at (x, y), wrapped at the right edge; return the height. Does not move y."""
        layout = _laid_out(text, ink.font(self._unit), (self.width - x) * self._unit, centred=centred)
        at, colour = QPointF(x, self.y) * self._unit, COLOURS[ink.tone]
        self._marks.append(lambda painter: _draw_text(painter, layout, at, colour))
        return layout.boundingRect().height() / self._unit

    def measure(self, text: str, ink: Ink) -> float:
        """Return the width of `text` on one line."""
        return _laid_out(text, ink.font(self._unit), 1e6).maximumWidth() / self._unit

    def elided(self, text: str, ink: Ink, width: float) -> str:
        """Put `text` on one line of at most `width`, shortened in its middle if need be."""
        metrics = QFontMetricsF(ink.font(self._unit))
        return metrics.elidedText(" ".join(text.split()), Qt.TextElideMode.ElideMiddle, width * self._unit)

    def measure_height(self, ink: Ink) -> float:
        """Return the height of one line."""
        return QFontMetricsF(ink.font(self._unit)).height() / self._unit

    def dot(self, x: float, line_height: float, tone: Tone) -> None:
        """Put a dot at x, in the middle of a line that starts at y."""
        radius = 4.0 * self._unit
        centre, colour = QPointF(x + 4.0, self.y + line_height / 2) * self._unit, COLOURS[tone]
        self._marks.append(lambda painter: _draw_dot(painter, centre, radius, colour))

    def box(self, x: float, width: float, height: float, colour: QColor) -> None:
        """Put a rounded box with its top left at (x, y)."""
        rect = QRectF(x * self._unit, self.y * self._unit, width * self._unit, height * self._unit)
        radius = 3.0 * self._unit
        self._marks.append(lambda painter: _draw_box(painter, rect, radius, colour))

    def mark(self) -> tuple[int, float]:
        """Remember this place, for `undo`."""
        return len(self._marks), self.y

    def undo(self, mark: tuple[int, float]) -> None:
        """Take back all that came after `mark`."""
        count, self.y = mark
        del self._marks[count:]

    def render(self, ratio: float, *, panel: bool = True) -> QImage:
        """Draw it all, on a dark panel or on nothing; `ratio`: device to logical pixels."""
        pad = PADDING * self._unit
        size = QRectF(0, 0, self.width * self._unit + 2 * pad, self.y * self._unit + 2 * pad)
        image = _blank(size, ratio)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if panel:
            _draw_panel(painter, size, RADIUS * self._unit, self._panel)
        painter.translate(pad, pad)
        for mark in self._marks:
            mark(painter)
        painter.end()
        return image


def _laid_out(text: str, font: QFont, width: float, *, centred: bool = False) -> QTextLayout:
    layout = QTextLayout(text.replace("\n", "\N{LINE SEPARATOR}"), font)
    option = QTextOption(Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0.0, y))
        y += line.height()
    layout.endLayout()
    return layout


def _blank(size: QRectF, ratio: float) -> QImage:
    width, height = round(size.width() * ratio), round(size.height() * ratio)
    image = QImage(max(1, width), max(1, height), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _draw_text(painter: QPainter, layout: QTextLayout, at: QPointF, colour: QColor) -> None:
    painter.setPen(colour)
    layout.draw(painter, at)


def _draw_dot(painter: QPainter, centre: QPointF, radius: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(centre, radius, radius)


def _draw_box(painter: QPainter, rect: QRectF, radius: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(rect, radius, radius)


def _draw_panel(painter: QPainter, size: QRectF, radius: float, colour: QColor) -> None:
    painter.setPen(PANEL_EDGE)
    painter.setBrush(colour)
    painter.drawRoundedRect(size.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
