"""Running the window: Qt's event loop around a show."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from PyQt6 import sip
from PyQt6.QtCore import QEventLoop
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QMainWindow

from livedream.ui.awake import kept_awake
from livedream.ui.loop import interrupts_call, quit_soon, slot_faults_raised
from livedream.ui.scaling import UNSEEN, find_scaling
from livedream.ui.show_protocol import Commands, Show
from livedream.ui.window import DreamWindow


def run_window(
    show: Show,
    actions: Commands,
    *,
    title: str,
    full_screen: bool = False,
    mirror: bool = True,
    hosted: Callable[[DreamWindow], QMainWindow] | None = None,
) -> None:
    """Show the dream until the window is closed, the show has ended, or Ctrl-C is pressed.

    mirror: of the preview only. hosted: puts the window into one with a control panel. Call it on the main
    thread. The show is asked to stop in any case; an exception in the window is raised here.
    """
    app = QApplication.instance() or QApplication([title])
    app.setApplicationName(title)
    loop = QEventLoop()
    window: DreamWindow | None = None

    def say(sentence: str) -> None:
        if window is not None:
            window.flash(sentence)

    try:
        with slot_faults_raised(loop, say):
            window = DreamWindow(show, actions, title=title, mirror=mirror, scaling=find_scaling())
            host = None if hosted is None else hosted(window)
            _run(loop, window, host, full_screen=full_screen)
    finally:
        show.stop()


def _run(loop: QEventLoop, window: DreamWindow, host: QMainWindow | None, *, full_screen: bool) -> None:
    window.closed.connect(lambda: quit_soon(loop))
    try:
        with interrupts_call(window.leave):
            window.present(full_screen=full_screen)
            with _held_awake() as notice:
                window.note(notice)
                loop.exec()
    finally:
        # Qt's part of the window must be gone before that of the application is.
        sip.delete(window.output.window)
        sip.delete(window if host is None else host)


def _held_awake() -> AbstractContextManager[str]:
    seen = QGuiApplication.platformName() not in UNSEEN
    return kept_awake() if seen else nullcontext("")
