"""Render the live window with its control panel to a picture, for the documentation.

export QT_QPA_PLATFORM=offscreen XDG_CONFIG_HOME=$(mktemp -d)
python scripts/window_shot.py OUT.png [SOURCE] [SECONDS] [WIDTHxHEIGHT]
"""

from __future__ import annotations

import sys
from functools import partial

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QMainWindow

from livedream.control.controls import Controls
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.sources import open_source
from livedream.ui.control_window import ControlWindow, with_panel
from livedream.ui.run_window import run_window
from livedream.ui.window import DreamWindow


def main() -> None:
    """Dream, then take the picture."""
    out, *given = sys.argv[1:]
    source, seconds, size = [*given, *("clouds", "12", "1280x720")[len(given) :]]
    width, height = map(int, size.split("x"))
    playlist = load_playlist("eyes", ())
    windows: list[ControlWindow] = []

    def hosted(session: LiveSession, controls: Controls, view: DreamWindow) -> QMainWindow:
        window = with_panel(session, playlist, view, controls=controls)
        window.resize(width, height)
        windows.append(window)
        return window

    def shoot(session: LiveSession) -> None:
        windows[0].resize(width, height)
        windows[0].grab().save(out)
        session.stop()

    with LiveSession(open_source(source), playlist) as session:
        session.start()
        QTimer.singleShot(round(float(seconds) * 1000), partial(shoot, session))
        with Controls(session.store, session.commands, playlist) as controls:
            shown = partial(hosted, session, controls)
            run_window(session, session.commands, title="livedream", mirror=False, hosted=shown)


if __name__ == "__main__":
    from PyQt6.QtWidgets import QApplication

    application = QApplication(["livedream"])
    main()
