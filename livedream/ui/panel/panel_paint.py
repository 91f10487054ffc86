"""Small things that the panel draws itself, so that no font and no icon theme is needed."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from livedream.ui.panel.panel_style import ACCENT, DIM, EDGE, LINE_PX, RADIUS, RESTING, TEXT

Path = Callable[[], QPainterPath]
"""Makes a sign in a square from -1 to 1."""

HIT_PX = 26


def pen(colour: QColor, width: float = 1.6) -> QPen:
    """Return a round pen."""
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def begin(widget: QWidget) -> QPainter:
    """Begin to draw on a widget, with smooth edges."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def ring(painter: QPainter, widget: QWidget, radius: float = RADIUS, inset_px: float = 1.0) -> None:
    """Draw the ring around what has the keyboard's focus."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(TEXT, 2.0))
    painter.drawRoundedRect(
        QRectF(widget.rect()).adjusted(inset_px, inset_px, -inset_px, -inset_px), radius, radius
    )


def draw(painter: QPainter, sign: QPainterPath, centre: QPointF, size: float, look: QPen) -> None:
    """Draw a sign, `size` from its centre to its edge."""
    painter.save()
    painter.translate(centre)
    painter.scale(size, size)
    thin = QPen(look)
    thin.setCosmetic(False)
    thin.setWidthF(look.widthF() / size)
    painter.setPen(thin)
    painter.drawPath(sign)
    painter.restore()


def pin() -> QPainterPath:
    """Make a padlock: what it is on stays."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(-0.75, -0.1, 1.5, 1.1), 0.2, 0.2)
    path.moveTo(-0.45, -0.1)
    path.lineTo(-0.45, -0.5)
    path.arcTo(QRectF(-0.45, -0.95, 0.9, 0.9), 180, -180)
    path.lineTo(0.45, -0.1)
    return path


def back() -> QPainterPath:
    """Make an arrow that turns back."""
    path = QPainterPath()
    circle = QRectF(-0.8, -0.8, 1.6, 1.6)
    path.arcMoveTo(circle, 150)
    path.arcTo(circle, 150, -290)
    path.moveTo(-0.95, -0.9)
    path.lineTo(-0.72, -0.38)
    path.lineTo(-0.15, -0.55)
    return path


def chevron(*, down: bool) -> QPainterPath:
    """Make the sign of what folds: to the right, or down."""
    path = QPainterPath()
    path.moveTo(*((-0.7, -0.35) if down else (-0.35, -0.7)))
    path.lineTo(*((0.0, 0.4) if down else (0.4, 0.0)))
    path.lineTo(*((0.7, -0.35) if down else (-0.35, 0.7)))
    return path


class SignButton(QAbstractButton):
    """A button that shows a sign; on, it is in the accent colour, or else in `resting`."""

    def __init__(self, sign: Path, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = sign()
        self.resting = RESTING
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFixedSize(HIT_PX, LINE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the sign."""
        painter, lit = begin(self), self.underMouse() or self.isDown() or self.hasFocus()
        colour = ACCENT if self.isChecked() else TEXT if lit else self.resting
        if self.isChecked():
            painter.setBrush(QColor(ACCENT.red(), ACCENT.green(), ACCENT.blue(), 90))
        draw(painter, self._sign, QRectF(self.rect()).center(), 7.0, pen(colour, 1.8))
        if self.hasFocus():
            ring(painter, self)


class SwitchButton(QAbstractButton):
    """A switch that is off on the left and on on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(54, LINE_PX)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the switch as it stands."""
        painter, on = begin(self), self.isChecked()
        track = QRectF(6, self.height() / 2 - 10, self.width() - 12, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ACCENT if on else EDGE)
        painter.drawRoundedRect(track, 10, 10)
        painter.setBrush(QColor("#15151f") if on else DIM)
        painter.drawEllipse(
            QPointF(track.right() - 10 if on else track.left() + 10, track.center().y()), 7, 7
        )
        if self.hasFocus():
            ring(painter, self, 13)
