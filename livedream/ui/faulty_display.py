"""The output on a display that is unplugged when it is told to be, and the clock by which it is watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QWidget

from livedream.clock import Clock
from livedream.runtime.faults.injector import Injector
from livedream.ui.loop import slot_faults_raised
from livedream.ui.output_window import OutputDisplay
from livedream.ui.picture_view import ProcessorSurface
from livedream.ui.scaling import ON_PROCESSOR
from livedream.ui.show_protocol import Show

FAULT = "display-lost"
LOOK_UP_MS = 10
"""How often Python runs while Qt has nothing to do, to look at its faults and to hear of Ctrl-C."""


class FaultyDisplay(QObject):
    """The output of a show, full screen on a display that nobody sees; it is unplugged while the fault is on.

    times_s: when another frame than before was drawn on it, by the clock. Make it, and wait by a `QtClock`,
    in the main thread. clock: does not jump. tell: takes what the performer is told.
    """

    def __init__(self, show: Show, injector: Injector, clock: Clock, tell: Callable[[str], None]) -> None:
        self._app = QApplication.instance() or QApplication(["livedream", "-platform", "offscreen"])
        super().__init__()
        self.times_s: list[float] = []
        self._drawn: int | None = None
        self._injector, self._clock, self._home = injector, clock, QWidget()
        self._output = OutputDisplay(show, self._home, ON_PROCESSOR, clock, tell)
        self._screen = QGuiApplication.screens()[0]
        self._plugged = True
        drawn = self._output.window.picture.findChild(ProcessorSurface)
        assert drawn is not None, "no GPU draws here"
        drawn.installEventFilter(self)
        self._output.show_on(self._screen)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look_up)
        self._timer.start(LOOK_UP_MS)

    def close(self) -> None:
        """Put it away."""
        self._timer.stop()
        # Before the application is gone, and in this thread.
        for part in (self._output.window, self._home, self):
            sip.delete(part)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: ARG002, N802  (Qt's name)
        """Note when it draws another frame: it is painted when it is shown again, too."""
        preview = self._output.window.picture.preview
        if a1 is not None and a1.type() == QEvent.Type.Paint and preview.filled:
            if preview.number != self._drawn:
                self.times_s.append(self._clock.now_s())
            self._drawn = preview.number
        return False

    def _look_up(self) -> None:
        """Unplug it or plug it in again: tell the windows what Qt tells them then."""
        plugged = not self._injector.is_on(FAULT)
        if plugged == self._plugged:
            return
        self._plugged = plugged
        app = cast(QGuiApplication, self._app)
        (app.screenAdded if plugged else app.screenRemoved).emit(self._screen)


class QtClock:
    """Another clock; in the main thread windows go on working while it is waited by.

    say: takes a sentence that a window has for people.
    """

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self._clock, self._say = clock, say

    def now_s(self) -> float:
        """Return the time in seconds."""
        return self._clock.now_s()

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait until `stop` is set or `seconds` have passed; True if `stop` is set."""
        if threading.current_thread() is not threading.main_thread() or QApplication.instance() is None:
            return self._clock.wait(stop, seconds)
        until_s, loop, ticks = self._clock.now_s() + seconds, QEventLoop(), QTimer()
        ticks.timeout.connect(lambda: self._end(loop, stop, until_s))
        ticks.start(LOOK_UP_MS)
        with slot_faults_raised(loop, self._say):
            loop.exec()
        return stop.is_set()

    def _end(self, loop: QEventLoop, stop: threading.Event, until_s: float) -> None:
        if stop.is_set() or self._clock.now_s() >= until_s:
            loop.quit()
