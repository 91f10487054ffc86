"""A show in its real window, for scripts that look at it; there must be a QApplication and a display."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType

from PyQt6 import sip
from PyQt6.QtCore import QPoint, QRect, QSettings
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.control.fake_midi import FakeMidi
from livedream.engines.cache import EngineCache
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.sources.source import Source
from livedream.ui.control_window import ControlWindow, with_panel
from livedream.ui.scaling import find_scaling
from livedream.ui.window import DreamWindow

CONTROLLER = "nanoKONTROL2"
LOOK_UP_S = 0.02


class ShownShow:
    """A running show, its controls and its window, until the end of `with`; counts the checks that fail.

    source: its own from now on. place: of the window without its frame, in Qt's pixels. cache: None: the
    user's. What the window keeps, it keeps nowhere.
    """

    def __init__(
        self, source: Source, place: QRect, plan: Plan | None = None, cache: EngineCache | None = None
    ) -> None:
        kept = Path(mkdtemp())
        playlist = load_playlist("eyes", ())
        self.failed = 0
        self.session = LiveSession(source, playlist, plan or Plan("eyes"), cache=cache)
        self.controls = Controls(
            self.session.store,
            self.session.commands,
            playlist,
            ControlPlan(midi="", profiles=kept),
            backend=lambda: FakeMidi(CONTROLLER),
        )
        mirror = source.info.is_device
        self.view = DreamWindow(
            self.session, self.session.commands, title="livedream", mirror=mirror, scaling=find_scaling()
        )
        settings = QSettings(str(kept / "window.ini"), QSettings.Format.IniFormat)
        self.window: ControlWindow = with_panel(
            self.session, playlist, self.view, settings, controls=self.controls
        )
        self.window.setGeometry(place)

    def __enter__(self) -> ShownShow:
        self.session.start()
        self.controls.__enter__()
        self.view.present(full_screen=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.view.leave()
        self.wait(0.2)
        self.session.stop()
        self.controls.__exit__(kind, fault, trace)
        self.session.finish()
        # Before the application goes, and before another show comes.
        sip.delete(self.view.output.window)
        sip.delete(self.window)

    def wait(self, seconds: float) -> None:
        """Let Qt work for a while."""
        QTest.qWait(round(1000 * seconds))  # type: ignore[call-arg,arg-type]  # its stub lacks "static"

    def until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Let Qt work until something is so; False if it is not after `seconds`."""
        end_s = time.perf_counter() + seconds
        while not is_so() and time.perf_counter() < end_s:
            self.wait(LOOK_UP_S)
        return is_so()

    def expect(self, what: str, is_so: Callable[[], bool], seconds: float) -> None:
        """Check that something is so within a time."""
        self.check(what, self.until(is_so, seconds))

    def check(self, what: str, holds: bool) -> None:
        """Print a check, and count it if it fails."""
        self.failed += not holds
        print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)


def place_of(widget: QWidget) -> QRect:
    """Return where a widget is on the X server's screen, in the server's pixels."""
    ratio = widget.devicePixelRatioF()
    corner = widget.mapToGlobal(QPoint(0, 0))
    sides = corner.x(), corner.y(), widget.width(), widget.height()
    return QRect(*(round(side * ratio) for side in sides))
