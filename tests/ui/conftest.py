import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

# Read when the application is made: before any test opens a window, and never the real display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest
from PyQt6.QtCore import QRect, QSettings
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from livedream.clock import ManualClock
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.control.fake_midi import FakeMidi
from livedream.control.lane import DirectLane
from livedream.engines.build_job import ProgramState
from livedream.frame import Rgb
from livedream.health import Health
from livedream.presets import load
from livedream.runtime.performer_actions import performer_commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.status import Percentiles, Status
from livedream.settings import by_word
from livedream.ui.available import display_available
from livedream.ui.control_window import ControlWindow
from livedream.ui.fake_show import FakeDesk, FakeShow
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.window import DreamWindow

STATES: dict[str, ProgramState] = {"eyes": "ready", "weave": "building"}


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """Let it wait, for whatever it waits for, as long as a busy machine may take."""
    for name in ("waitUntil", "waitExposed", "waitSignal"):
        monkeypatch.setattr(qtbot, name, partial(getattr(qtbot, name), timeout=60_000))
    return qtbot


@pytest.fixture
def status() -> Status:
    return Status(
        running=True,
        fps=34.82,
        source_fps=29.97,
        latency_ms=Percentiles(47.6, 61.2, 80.0),
        frames=3021,
        dropped=12,
        engine="OpenVINO float32",
        preset="forest spirits",
        source="C920 webcam",
        source_health=Health("live", "1280x720 MJPG"),
        working_wh=(320, 240),
        output_wh=(1280, 720),
        sinks={"virtual camera": Health("live", "/dev/video10")},
        notices=("one", "two", "three", "four"),
    )


class Played:
    """A show of a few moods with its controls, stepped by the test, and a controller that it can play."""

    def __init__(self, profiles: Path, *there: str) -> None:
        self.clock = ManualClock()
        self.playlist = Playlist([load("eyes"), load("weave"), load("fur")])
        self.store = self.playlist.store
        self.commands = performer_commands(self.playlist)
        self.midi, self.said = FakeMidi(*there), list[str]()
        self.controls = Controls(
            self.store,
            self.commands,
            self.playlist,
            ControlPlan(profiles=profiles),
            tell=self.said.append,
            clock=self.clock,
            backend=lambda: self.midi,
            lane=DirectLane,
        )

    def step(self, seconds: float = 0.0) -> None:
        """Let time pass, then let the controls do what is due."""
        self.clock.advance(seconds)
        self.controls.step()

    def value(self, word: str) -> Any:
        return by_word()[word].value_of(self.store.snapshot())


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    played = Played(tmp_path, "nano")
    yield played
    played.controls.close()


@pytest.fixture
def half_red() -> Rgb:
    """64x36, red on the left, blue on the right."""
    rgb = np.zeros((36, 64, 3), np.uint8)
    rgb[:, :32, 0] = rgb[:, 32:, 2] = 255
    return rgb


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """An X server of our own, with OpenGL in software and nothing else on it."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x480x24", "-noreset", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL) as server:
        os.close(tell)
        with os.fdopen(told) as answers:
            number = answers.readline().strip()
        display = f":{number}"
        try:
            assert number, "Xvfb has not started"
            health = display_available("linux", {"DISPLAY": display})
            if not health.ok:
                pytest.skip(health.message)
            yield display
        finally:
            server.terminate()


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return show


@pytest.fixture
def show(status: Status) -> FakeShow:
    return FakeShow(replace(status, preset="eyes", sinks={}))


@pytest.fixture
def playlist() -> Playlist:
    return Playlist([load("eyes"), load("weave")])


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def window(
    qtbot: QtBot, show: FakeShow, playlist: Playlist, desk: FakeDesk, tmp_path: Path
) -> Iterator[ControlWindow]:
    view = DreamWindow(show, desk, title="livedream", confirm=lambda _: False)
    panel, moods = ControlPanel(playlist.store, desk), MoodGrid(playlist)
    settings = QSettings(str(tmp_path / "panels.ini"), QSettings.Format.IniFormat)
    window = ControlWindow(view, panel, moods, lambda: STATES, settings)
    qtbot.addWidget(window)
    window.place((1280, 720))
    with qtbot.waitExposed(window):
        view.present(full_screen=False)
    yield window
    show.ended = True


def place_of(window: ControlWindow, part: QWidget) -> QRect:
    """Return where a part of a window lies in it."""
    return QRect(part.mapTo(window, part.rect().topLeft()), part.size())
