"""The window for the audience: the picture and nothing else, full screen on a display chosen by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QScreen
from PyQt6.QtWidgets import QApplication, QVBoxLayout, QWidget

from livedream.clock import Clock
from livedream.ui.full_screen import display_name
from livedream.ui.picture_view import PictureView
from livedream.ui.preview import Preview
from livedream.ui.scaling import Scaling
from livedream.ui.show_protocol import Show


class OutputWindow(QWidget):
    """Draws a show's newest frame as it goes out: letters the right way round, no overlay, no cursor.

    pressed: a key, which is for the performer's window. closed: somebody has closed it.
    """

    pressed = pyqtSignal(QKeyEvent)
    closed = pyqtSignal()

    def __init__(
        self, show: Show, parent: QObject, scaling: Scaling, clock: Clock, say: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._show = show
        self.picture = PictureView(Preview(mirror=False), scaling, clock, said=say, swaps_in_step=True)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.picture)
        self.setWindowTitle("livedream output")
        self.setWindowFlags(Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self._timer = QTimer(parent)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    def show_on(self, screen: QScreen) -> None:
        """Fill a display."""
        rate = screen.refreshRate()
        self._timer.setInterval(max(4, int(1000 / (rate if rate > 1 else 60))))
        if self.isFullScreen():
            # A window that is full screen already does not follow setGeometry on X11 and macOS.
            self.showNormal()
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()
        self._timer.start()

    def put_away(self) -> None:
        """Close it; it can be shown again."""
        self._timer.stop()
        self.hide()

    def tick(self) -> None:
        """Take the newest frame and ask for a paint if it is another one."""
        self.picture.take(self._show.latest())

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Pass the key on: some desktops give this window the focus, and panic keys are not to be lost."""
        if a0 is not None:
            self.pressed.emit(a0)

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Only put it away: the show goes on."""
        self.put_away()
        if a0 is not None:
            a0.accept()
        self.closed.emit()


class OutputDisplay(QObject):
    """Keeps the output on the display that was chosen, by name: away while it is unplugged, then back.

    home: the window that stays with the performer. scaling: see `find_scaling`. say: shows a short text to
    the performer.
    """

    def __init__(
        self, show: Show, home: QWidget, scaling: Scaling, clock: Clock, say: Callable[[str], None]
    ) -> None:
        super().__init__(home)
        self.window = OutputWindow(show, self, scaling, clock, say)
        self.window.pressed.connect(self._pass_on)
        self.window.closed.connect(self._on_closed)
        self._home, self._say = home, say
        self.chosen = ""
        app = cast(QGuiApplication, QGuiApplication.instance())
        app.screenAdded.connect(self._on_added)
        app.screenRemoved.connect(self._on_removed)

    @property
    def is_on(self) -> bool:
        """Return whether a display is chosen; it may be unplugged."""
        return bool(self.chosen)

    def told(self) -> str:
        """Return where the output is, how large, who scales it and at what cost; "" while it is away."""
        if not self.window.isVisible():
            return ""
        picture = self.window.picture
        wide, high = (
            round(side * picture.devicePixelRatioF()) for side in (picture.width(), picture.height())
        )
        by = "GPU" if picture.scaling.on_gpu else "processor"
        size = f"{wide}\N{MULTIPLICATION SIGN}{high}"
        return f"{self.chosen} {size}, scaled on the {by}, {picture.cost_ms:.1f} ms a frame"

    def others(self) -> list[QScreen]:
        """List the displays that the performer's window is not on."""
        home = self._home.screen()
        return [screen for screen in QGuiApplication.screens() if screen is not home]

    def toggle(self) -> bool:
        """Show the output on another display, or take it away; False if there is only one display."""
        if self.is_on:
            self.leave()
            return True
        others = self.others()
        if others:
            self.show_on(others[0])
        return bool(others)

    def show_on(self, screen: QScreen) -> None:
        """Choose a display."""
        self.chosen = display_name(screen)
        self.window.show_on(screen)
        self._home.activateWindow()
        self._say(f"output on {self.chosen}")

    def next_display(self) -> bool:
        """Take the output to the next display; False if there is only one."""
        others = self.others()
        if not others:
            return False
        names = [display_name(screen) for screen in others]
        place = names.index(self.chosen) + 1 if self.chosen in names else 0
        self.show_on(others[place % len(others)])
        return True

    def leave(self) -> None:
        """Take the output away."""
        self.chosen = ""
        self.window.put_away()
        self._say("output off")

    def _pass_on(self, key: QKeyEvent) -> None:
        QApplication.sendEvent(self._home, key)

    def _on_closed(self) -> None:
        if self.is_on:
            self.leave()

    def _on_removed(self, screen: QScreen) -> None:
        if display_name(screen) == self.chosen:
            self.window.put_away()
            self._say(f"display {self.chosen} is gone; the output comes back with it")

    def _on_added(self, screen: QScreen) -> None:
        if display_name(screen) == self.chosen:
            self.show_on(screen)
