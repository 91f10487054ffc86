"""Outlines around all that can be mapped, with what each is bound to; a click chooses one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PyQt6.QtCore import QPoint, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QWidget

from livedream.ui.panel.panel_paint import begin, pen
from livedream.ui.panel.panel_style import ACCENT, BACKGROUND, GOOD, RADIUS, SMALL_PX, WARN, type_of
from livedream.ui.panel.setting_row import SettingRow

BADGE_PX, ABOVE_PX, BESIDE_PX = 16, 8, 7
LEAVING = (Qt.Key.Key_Escape, Qt.Key.Key_F2)
FORGETTING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class MapTarget(NamedTuple):
    """A control that can be mapped, and the setting or the command that it stands for."""

    widget: QWidget
    target: str


Targets = Callable[[], list[MapTarget]]
"""Lists the controls that there are now."""


class MapOverlay(QWidget):
    """Lies over a window and takes its mouse and its keys; what it does not know goes on to the window.

    chosen: a target. forgotten: a target whose binding is to go. left: the mapping is over.
    """

    chosen = pyqtSignal(str)
    forgotten = pyqtSignal(str)
    left = pyqtSignal()

    def __init__(self, host: QWidget, targets: Targets) -> None:
        super().__init__(host)
        self._targets = targets
        self._places: dict[str, QRect] = {}
        self._badges: Mapping[str, str] = {}
        self._current, self._under = "", ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("mapping")
        self.hide()

    @property
    def places(self) -> Mapping[str, QRect]:
        """Return where each target is, in the window."""
        return self._places

    def follow(self, badges: Mapping[str, str], current: str) -> None:
        """Outline what there is now; nothing is painted if it looks the same."""
        host = self.parentWidget()
        assert host is not None, "it lies on the window"
        if self.geometry() != host.rect():
            self.setGeometry(host.rect())
        focused = host.focusWidget()
        if focused is not self and (focused is None or not self.isAncestorOf(focused)):
            self.setFocus()  # or else Esc would fold the panel
        places = {one.target: place for one in self._targets() if not (place := self._place(one)).isEmpty()}
        if (places, badges, current) != (self._places, self._badges, self._current):
            self._places, self._badges, self._current = places, dict(badges), current
            self.update()

    def _place(self, one: MapTarget) -> QRect:
        seen = one.widget.visibleRegion().boundingRect()
        if seen.isEmpty():
            return QRect()
        place = QRect(one.widget.mapTo(self.parentWidget(), seen.topLeft()), seen.size())
        beside = BESIDE_PX if isinstance(one.widget, SettingRow) else 0  # its text begins at its edge
        return place.adjusted(-beside, 0, beside, 0)

    def _at(self, at: QPoint) -> str:
        return next((target for target, place in self._places.items() if place.contains(at)), "")

    def _below(self, at: QPoint) -> QWidget | None:
        """Return what of the window lies below a place."""
        host = self.parentWidget()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        below = None if host is None else host.childAt(at)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, on=False)
        return below

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Choose what is under the mouse; a button that cannot be mapped, such as a header, is clicked."""
        if a0 is None:
            return
        at = a0.position().toPoint()
        if target := self._at(at):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.chosen.emit(target)
        elif isinstance(below := self._below(at), QAbstractButton):
            below.click()

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Light up what is under the mouse."""
        under = "" if a0 is None else self._at(a0.position().toPoint())
        if under != self._under:
            for target in (self._under, under):
                self.update(self._places.get(target, QRect()).adjusted(-3, -ABOVE_PX - 2, 3, 3))
            self._under = under

    def wheelEvent(self, a0: QWheelEvent | None) -> None:  # noqa: N802
        """Scroll what lies below."""
        if a0 is None:
            return
        below = self._below(a0.position().toPoint())
        while below is not None and not isinstance(below, QAbstractScrollArea):
            below = below.parentWidget()
        if below is not None:
            QApplication.sendEvent(below.verticalScrollBar(), a0)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802
        """Go to the next target with the tab key."""
        self._step(1 if next else -1)
        return True

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Leave, unlearn, or go to a neighbour; other keys are the window's."""
        key = None if a0 is None else Qt.Key(a0.key())
        if key in LEAVING:
            self.left.emit()
        elif key in FORGETTING:
            if self._current:
                self.forgotten.emit(self._current)
        elif key in STEPS:
            self._step(STEPS[key])
        elif a0 is not None:
            a0.ignore()

    def _step(self, by: int) -> None:
        targets = list(self._places)
        if targets:
            here = targets.index(self._current) if self._current in targets else -1 if by > 0 else 0
            self.chosen.emit(targets[(here + by) % len(targets)])

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Outline what lies in the part that is painted: the picture below changes all the time."""
        if a0 is None:
            return
        near = [
            (target, place)
            for target, place in self._places.items()
            if a0.region().intersects(place.adjusted(-2, -ABOVE_PX - 2, 2, 2))
        ]
        if near:
            painter = begin(self)
            for target, place in near:
                self._outline(painter, target, place)

    def _outline(self, painter: QPainter, target: str, place: QRect) -> None:
        is_current, badge = target == self._current, self._badges.get(target, "")
        colour = WARN if is_current else GOOD if badge else ACCENT
        lit = is_current or target == self._under
        painter.setBrush(QColor(colour.red(), colour.green(), colour.blue(), 56 if lit else 22))
        painter.setPen(pen(colour, 2.5 if is_current else 1.4))
        painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if badge:
            self._draw_badge(painter, place, badge, colour)

    @staticmethod
    def _draw_badge(painter: QPainter, place: QRect, badge: str, colour: QColor) -> None:
        painter.setFont(type_of(SMALL_PX, bold=True))
        metrics = QFontMetricsF(painter.font())
        shown = metrics.elidedText(badge, Qt.TextElideMode.ElideRight, max(20, place.width() - 10))
        width = metrics.horizontalAdvance(shown) + 8
        pill = QRectF(place.right() - width - 5, max(0, place.top() - ABOVE_PX), width, BADGE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(pill, 4, 4)
        painter.setPen(BACKGROUND)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, shown)
