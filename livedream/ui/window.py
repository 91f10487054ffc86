"""The window that shows the dream."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from PyQt6 import sip
from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QScreen
from PyQt6.QtWidgets import QMainWindow, QMessageBox, QVBoxLayout, QWidget

from livedream.clock import Clock, SystemClock
from livedream.errors import LivedreamError
from livedream.runtime.status import Status
from livedream.ui.full_screen import FullScreen, display_name, display_names, windowed
from livedream.ui.hud import Setting
from livedream.ui.icon import icon
from livedream.ui.keys import action_of
from livedream.ui.output_window import OutputDisplay
from livedream.ui.overlay import Look, Overlays
from livedream.ui.picture_view import PictureView
from livedream.ui.preview import Preview
from livedream.ui.scaling import ON_PROCESSOR, Scaling
from livedream.ui.screens import Screens
from livedream.ui.show_protocol import Commands, Show
from livedream.ui.viewport import Viewport

# F11 belongs to macOS itself.
HINT = f"C: controls    H: HUD    {'F' if sys.platform == 'darwin' else 'F11'}: full screen    ?: keys"
STATUS_EVERY_S = 0.3
DEFAULT_WH = (1280, 720)
DARK = """
QMessageBox { background: #16151f; }
QLabel { color: #ecebf2; font-size: 15px; }
QPushButton {
    color: #ecebf2; background: #262534; border: 2px solid #3b394c; border-radius: 6px; padding: 7px 16px;
}
QPushButton:focus, QPushButton:hover { border-color: #8a63d2; }
"""
SMALLEST_WH = (320, 180)
SMALLEST_BESIDE_WH = (160, 90)
"""Of the picture with controls around it."""


class DreamWindow(QWidget):
    """Polls a show and draws its newest frame once, with overlays that the output never has.

    scaling: see `find_scaling`.
    """

    closed = pyqtSignal()

    def __init__(
        self,
        show: Show,
        actions: Commands,
        *,
        title: str,
        mirror: bool = True,
        scaling: Scaling = ON_PROCESSOR,
        clock: Clock | None = None,
        confirm: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__()
        self._confirm = confirm or self._asked
        self._show, self._actions = show, actions
        self._title = title
        self._clock = clock or SystemClock()
        self.picture = PictureView(
            Preview(mirror=mirror), scaling, self._clock, over=self._draw_over, said=self.flash
        )
        self.overlays = Overlays(_hint(), self._clock.now_s())
        self.full_screen = FullScreen(self, self.flash)
        self.output = OutputDisplay(show, self, scaling, self._clock, self.flash)
        self._of_host: Mapping[str, Callable[[], None]] = {}
        self._on_status: Callable[[Status], None] = lambda _: None
        self._screens = Screens()
        self._drawn: Look | None = None
        self._notices: tuple[str, ...] = ()
        self._status_due_s = self._clock.now_s()
        self._leaving = self._is_dreaming = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._dress()

    def host(
        self,
        host: QMainWindow,
        actions: Mapping[str, Callable[[], None]],
        on_status: Callable[[Status], None],
    ) -> None:
        """Live in a window with controls: full screen is that window's.

        actions: what that window does itself. on_status: told what is shown.
        """
        # Those of a window of its own would go on to heed displays that come and go.
        for gone in (self.full_screen, self.output.window, self.output):
            sip.delete(gone)
        self.full_screen = FullScreen(host, self.flash)
        self.output = OutputDisplay(self._show, host, self.picture.scaling, self._clock, self.flash)
        self._of_host, self._on_status = actions, on_status
        self.setMinimumSize(*SMALLEST_BESIDE_WH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def present(self, *, full_screen: bool) -> None:
        """Open the window, at the size of the output if that fits, and begin to poll."""
        screen = self.screen() or QGuiApplication.primaryScreen()
        output = self._show.status().output_wh
        top = self.window() or self
        if screen is not None:
            if top is self:
                self.setGeometry(windowed(output if all(output) else DEFAULT_WH, screen))
            self._pace(screen)
        top.show()
        if full_screen:
            self._toggle_full_screen()
        handle = top.windowHandle()
        if handle is not None:
            handle.screenChanged.connect(self._pace)
        self._timer.start()

    def leave(self) -> None:
        """Close at the next tick; may be called from a signal handler."""
        self._leaving = True

    def note(self, notice: str) -> None:
        """Add a notice of the window's own to those of the show; "" adds none."""
        if notice:
            self._notices = (*self._notices, notice)

    def tick(self) -> None:
        """Take what is new from the show and ask for a paint if there is anything to see."""
        if self._leaving or self._show.ended:
            (self.window() or self).close()
            return
        now_s = self._clock.now_s()
        if now_s >= self._status_due_s:
            self._status_due_s = now_s + STATUS_EVERY_S
            self._take_status(now_s)
        if not self.picture.take(self._show.latest()) and self._look() != self._drawn:
            self.picture.redraw()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Do what the key stands for."""
        action = action_of(a0) if a0 is not None else None
        if action is not None:
            self.do(action)

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Go to full screen or back."""
        if a0 is not None and a0.button() == Qt.MouseButton.LeftButton:
            self._toggle_full_screen()

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: ARG002, N802  (Qt's name)
        """Show the cursor again."""
        self.full_screen.cursor_moved()

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """End, if nothing speaks against it."""
        if a0 is None:
            return
        if not self.may_close():
            a0.ignore()
            return
        a0.accept()
        self.end()

    def may_close(self) -> bool:
        """Return whether the show may end; asks while frames go somewhere."""
        going = "" if self._leaving or self._show.ended else _going(self._show.status())
        return not going or self._confirm(going)

    def end(self) -> None:
        """Stop polling, take the output away and emit that it is closed."""
        self._timer.stop()
        self.output.window.put_away()
        self.closed.emit()

    def _dress(self) -> None:
        self.setWindowTitle(self._title)
        self.setWindowIcon(icon())
        self.setMinimumSize(*SMALLEST_WH)
        self.setMouseTracking(True)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.picture)

    def do(self, asked: str) -> None:
        """Do what a key or a button asks for: the window itself, or else a command of the show."""
        own: dict[str, Callable[[], object]] = {
            "full screen": self._toggle_full_screen,
            "next display": self._next_display,
            "hud": self._toggle_hud,
            "mirror": self._toggle_mirror,
            "keys": self._toggle_keys,
            "escape": self._escape,
            "close": (self.window() or self).close,
            **self._of_host,
        }
        if asked in own:
            own[asked]()
        else:
            try:
                self.flash(self._actions.do(asked))
            except LivedreamError as fault:  # such as a still where there is no picture yet
                self.flash(str(fault))
            self._status_due_s = self._clock.now_s()

    def _toggle_full_screen(self) -> None:
        """Show the output on another display; where there is one display only, this window fills it."""
        if (self.window() or self).isFullScreen() or not self.output.toggle():
            self.full_screen.toggle()

    def _next_display(self) -> None:
        if not self.output.next_display():
            self.flash("there is only one display")

    def _toggle_hud(self) -> None:
        self.overlays.hud = not self.overlays.hud
        self.picture.redraw()

    def _toggle_keys(self) -> None:
        self.overlays.keys = not self.overlays.keys
        self.picture.redraw()

    def _toggle_mirror(self) -> None:
        preview = self.picture.preview
        preview.mirror = not preview.mirror
        self.flash("mirror on, in this preview only" if preview.mirror else "mirror off")

    def _escape(self) -> None:
        if self.overlays.keys:
            self._toggle_keys()
        elif not self.full_screen.leave():
            self._of_host.get("panel", lambda: None)()

    def _asked(self, going: str) -> bool:
        """Ask whether to end the show; True for yes."""
        box = QMessageBox(QMessageBox.Icon.Question, self._title, f"{going}. End the show?", parent=self)
        box.setStyleSheet(DARK)
        end = box.addButton("End the show", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton("Go on", QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is end

    def flash(self, text: str) -> None:
        """Show a short text for a moment."""
        self.overlays.flash(text, self._clock.now_s())
        self.picture.redraw()

    def _draw_over(self, painter: QPainter, viewport: Viewport) -> None:
        self._drawn = self._look()
        self._screens.draw(painter, self._drawn, viewport)

    def _look(self) -> Look:
        return self.overlays.look(self._clock.now_s(), dreaming=self._is_dreaming)

    def _take_status(self, now_s: float) -> None:
        status = self._show.status()
        self.picture.preview.follow(mirrored=status.mirrored, is_device=status.source_is_device)
        self._is_dreaming = status.frames > 0
        self._on_status(status)
        with_own = replace(status, notices=(*self._notices, *status.notices))
        self.overlays.tell(with_own, now_s, (*_displays(self.screen()), *self._scaled()))
        title = _titled(self._title, status)
        if title != self.windowTitle():
            self.setWindowTitle(title)

    def _scaled(self) -> tuple[Setting, ...]:
        told = (Setting("picture", self.picture.told()), Setting("output", self.output.told()))
        return tuple(one for one in told if one.text)

    def _pace(self, screen: QScreen) -> None:
        rate = screen.refreshRate()
        self._timer.setInterval(max(4, int(1000 / (rate if rate > 1 else 60))))


def _titled(title: str, status: Status) -> str:
    parts = [title, status.preset, f"{status.fps:.0f} fps" if status.fps else ""]
    return " - ".join(part for part in parts if part)


def _going(status: Status) -> str:
    """Say which sinks take frames now; "" for none."""
    live = [name for name, health in status.sinks.items() if health.state == "live"]
    return f"{', '.join(live)} {'is' if len(live) == 1 else 'are'} live" if live else ""


def _hint() -> str:
    return HINT if len(display_names()) < 2 else f"{HINT}    D: next display"


def _displays(current: QScreen | None) -> tuple[Setting, ...]:
    names = display_names()
    if current is None or len(names) < 2:
        return ()
    others = ", ".join(name for name in names if name != display_name(current))
    return (Setting("display", f"{display_name(current)}   (D: {others})"),)
