"""Render the live window with its control panel to a picture, for the documentation.

export QT_QPA_PLATFORM=offscreen XDG_CONFIG_HOME=$(mktemp -d)
python scripts/window_shot.py OUT.png [SOURCE] [SECONDS] [WIDTHxHEIGHT] [map]
map: the mapping mode, with a controller of which two knobs and a pad are bound.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QMainWindow

from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.control.fake_midi import FakeMidi
from livedream.control.midi_binding import Binding, Kind, MidiSource
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.sources import open_source
from livedream.ui.control_window import ControlWindow, with_panel
from livedream.ui.mapping import Mapping
from livedream.ui.run_window import run_window
from livedream.ui.window import DreamWindow

CONTROLLER = "nanoKONTROL2"


def map_some(window: ControlWindow, controls: Controls) -> None:
    """Bind a few things, and choose one of them."""
    midi = controls.use_midi()
    knobs: tuple[tuple[Kind, int, str], ...] = (("cc", 21, "macro.depth"), ("note", 36, "blackout"))
    for kind, number, target in knobs:
        midi.map.bind(Binding(MidiSource(1, kind, number), target))
    midi.map.bind(Binding(MidiSource(1, "cc", 22), "look.depth", 0.2, 0.8))
    midi.ports.poll()
    window.view.do("map")
    face = window.findChildren(Mapping)[0]
    face.choose("look.depth")
    controls.stop_learning()
    face.follow(controls.status())


def main() -> None:
    """Dream, then take the picture."""
    out, *given = sys.argv[1:]
    source, seconds, size, mode = [*given, *("clouds", "12", "1280x720", "")[len(given) :]]
    width, height = map(int, size.split("x"))
    playlist = load_playlist("eyes", ())
    windows: list[ControlWindow] = []

    def hosted(session: LiveSession, controls: Controls, view: DreamWindow) -> QMainWindow:
        window = with_panel(session, playlist, view, controls=controls)
        window.resize(width, height)
        windows.append(window)
        return window

    def shoot(session: LiveSession, controls: Controls) -> None:
        windows[0].resize(width, height)
        if mode == "map":
            map_some(windows[0], controls)
        windows[0].grab().save(out)
        session.stop()

    with LiveSession(open_source(source), playlist) as session:
        session.start()
        plan, controller = ControlPlan(midi="", profiles=Path(mkdtemp())), FakeMidi(CONTROLLER)
        with Controls(
            session.store, session.commands, playlist, plan, backend=lambda: controller
        ) as controls:
            QTimer.singleShot(round(float(seconds) * 1000), partial(shoot, session, controls))
            shown = partial(hosted, session, controls)
            run_window(session, session.commands, title="livedream", mirror=False, hosted=shown)


if __name__ == "__main__":
    from PyQt6.QtWidgets import QApplication

    application = QApplication(["livedream"])
    main()
