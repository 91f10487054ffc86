"""Full screen on a display chosen by name, with the cursor out of sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PyQt6.QtCore import QObject, QRect, Qt, QTimer
from PyQt6.QtGui import QGuiApplication, QScreen
from PyQt6.QtWidgets import QWidget

CURSOR_HIDES_MS = 2000
PART_OF_SCREEN = 0.85


def display_name(screen: QScreen) -> str:
    """Name a display by its connector, with the model where the system knows it; never ""."""
    connector = screen.name().removeprefix("\\\\.\\")
    model = screen.model().strip()
    return f"{connector} ({model})".strip() if model and model not in connector else connector or "display"


def display_names() -> tuple[str, ...]:
    """Name all displays, in the order in which they take turns."""
    return tuple(display_name(screen) for screen in QGuiApplication.screens())


def windowed(wanted_wh: tuple[int, int], screen: QScreen) -> QRect:
    """Place a window of `wanted_wh` pixels in the middle of a display, smaller if it does not fit."""
    room = screen.availableGeometry()
    width, height = wanted_wh
    shrink = min(1.0, PART_OF_SCREEN * room.width() / width, PART_OF_SCREEN * room.height() / height)
    place = QRect(0, 0, round(width * shrink), round(height * shrink))
    place.moveCenter(room.center())
    return place


class FullScreen(QObject):
    """Takes a window to full screen and back.

    say: shows a short text to the performer.
    """

    def __init__(self, window: QWidget, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window = window
        self._say = say
        self._home = window.geometry()
        self._display = self._gone = ""
        self._still = self._once(self._hide_cursor)
        self._settling = self._once(self._settle)
        app = cast(QGuiApplication, QGuiApplication.instance())
        app.screenRemoved.connect(self._on_removed)

    def toggle(self) -> None:
        """Go to full screen on the display the window is on, or come back."""
        if not self.leave():
            self._enter(self._window.screen())

    def leave(self) -> bool:
        """Come back from full screen; False if it was not."""
        if not self._window.isFullScreen():
            return False
        self._still.stop()
        self._window.unsetCursor()
        self._window.showNormal()
        self._window.setGeometry(self._reachable(self._home))
        return True

    def cursor_moved(self) -> None:
        """Show the cursor; in full screen only for a moment."""
        self._window.unsetCursor()
        if self._window.isFullScreen():
            self._still.start(CURSOR_HIDES_MS)

    def _once(self, action: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(action)
        return timer

    def _enter(self, screen: QScreen | None) -> None:
        if screen is None:
            return
        if self._window.isFullScreen():
            # A window that is full screen already does not follow setGeometry on X11 and macOS.
            self._window.showNormal()
        else:
            self._home = self._window.geometry()
        self._display = screen.name()
        self._window.setScreen(screen)
        self._window.setGeometry(screen.geometry())
        self._window.showFullScreen()
        self._still.start(CURSOR_HIDES_MS)

    def _hide_cursor(self) -> None:
        if self._window.isFullScreen():
            self._window.setCursor(Qt.CursorShape.BlankCursor)

    def _on_removed(self, screen: QScreen) -> None:
        self._gone = screen.name()
        # Qt is still moving its windows while it tells; act when it is done.
        self._settling.start(0)

    def _settle(self) -> None:
        primary = QGuiApplication.primaryScreen()
        if primary is None:
            return
        if not self._window.isFullScreen():
            self._window.setGeometry(self._reachable(self._window.geometry()))
        elif self._gone == self._display:
            home = self._home
            self._enter(primary)
            self._home = home
            self._say(f"display {self._gone} is gone: full screen on {display_name(primary)}")

    def _reachable(self, place: QRect) -> QRect:
        screens = QGuiApplication.screens()
        if any(screen.availableGeometry().intersects(place) for screen in screens) or not screens:
            return place
        return windowed((place.width(), place.height()), screens[0])
