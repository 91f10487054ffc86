"""The application's icon, drawn."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QIcon, QPainter, QPen, QPixmap, QRadialGradient

SIDES_PX = (16, 32, 64, 128, 256)


def icon() -> QIcon:
    """Draw a lens that dreams, at the sizes that desktops ask for."""
    result = QIcon()
    for side in SIDES_PX:
        result.addPixmap(_drawn(side))
    return result


def _drawn(side: int) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / 64, side / 64)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#14121f"))
    painter.drawRoundedRect(QRectF(2, 2, 60, 60), 14, 14)
    _draw_lens(painter)
    painter.end()
    return pixmap


def _draw_lens(painter: QPainter) -> None:
    glow = QRadialGradient(QPointF(32, 32), 22)
    glow.setColorAt(0.0, QColor("#ffd9a8"))
    glow.setColorAt(0.35, QColor("#ff8fb8"))
    glow.setColorAt(0.75, QColor("#8f6bff"))
    glow.setColorAt(1.0, QColor("#3a2c7a"))
    painter.setBrush(QBrush(glow))
    painter.drawEllipse(QPointF(32, 32), 21, 21)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for radius, alpha in ((24.5, 200), (16.0, 90), (11.0, 130)):
        painter.setPen(QPen(QColor(232, 222, 255, alpha), 2.0))
        painter.drawEllipse(QPointF(32, 32), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#14121f"))
    painter.drawEllipse(QPointF(32, 32), 6, 6)
    painter.setBrush(QColor("#ffffff"))
    painter.drawEllipse(QPointF(26, 25), 2.6, 2.6)
