"""The audience's window: how soon it shows what a hand does, by its pixels; counted in frames."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from livedream.clock import SystemClock
from livedream.control.coalescer import Coalescer
from livedream.control.osc_addresses import setting_actions
from livedream.control.show_commands import ShowCommands
from livedream.engines.cache import EngineCache
from livedream.frame import Frame
from livedream.health import Health
from livedream.presets import Preset, apply_assignments
from livedream.runtime.playlist import Playlist
from livedream.runtime.session import LiveSession, Plan
from livedream.settings import Settings, by_word
from livedream.sources.source import SourceInfo
from livedream.ui.control_window import ControlWindow
from livedream.ui.fake_show import FakeDesk
from livedream.ui.output_window import OutputDisplay, OutputWindow
from livedream.ui.panel.editors import NumberEditor
from livedream.ui.panel.panel_hand import PanelHand
from livedream.ui.panel.scale_slider import ENDS
from livedream.ui.panel.setting_row import SettingRow
from livedream.ui.scaling import ON_PROCESSOR
from livedream.ui.window import DreamWindow

SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
SIZE_WH = (128, 96)
SEEN = 12
"""Levels by which the picture is to be brighter or darker than it was."""


class Stepped:
    """A grey source that delivers a frame whenever the test lets it."""

    def __init__(self) -> None:
        self.info = SourceInfo("stepped", SIZE_WH, 30.0, is_device=False)
        self.health = Health("live")
        self.let = threading.Semaphore(0)
        self._number = 0

    def read(self, stop: threading.Event) -> Frame | None:
        while not self.let.acquire(timeout=0.05):
            if stop.is_set():
                return None
        self._number += 1
        return Frame(np.full((*SIZE_WH[::-1], 3), 110, np.uint8), self._number / 30, self._number)

    def close(self) -> None:
        self.let.release()


class Stage:
    """A show whose frames are let through one by one, its output in full screen, and its controls."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.source, self._qtbot = Stepped(), qtbot
        settings = apply_assignments(Settings(), SMALL)
        self.playlist = Playlist([Preset("one", "", settings), Preset("two", "", settings)])
        plan = Plan("one", SIZE_WH, engine="eager", governed=False, paced=False, fade_s=0.0)
        self.session = LiveSession(self.source, self.playlist, plan, cache=EngineCache(folder))
        self.window = DreamWindow(self.session, self.session.commands, title="livedream")
        self.output = OutputWindow(self.session, self.window, ON_PROCESSOR, SystemClock(), print)
        self.row = SettingRow(by_word()["look.gamma"], PanelHand(self.playlist.store, self.window))
        for widget in (self.window, self.output, self.row):
            qtbot.addWidget(widget)

    def open(self) -> None:
        screen = QGuiApplication.primaryScreen()
        assert screen is not None
        self.output.show_on(screen)
        assert self.output.isFullScreen()
        self.session.start()
        for _ in range(4):
            self.frame()

    def frame(self) -> None:
        """Let one frame through, to the end."""
        before = self.session.output.fps.count
        self.source.let.release()
        self._qtbot.waitUntil(lambda: self.session.output.fps.count > before)

    def brightness(self) -> float:
        """Read the pixels of the window, in levels."""
        self.output.tick()
        image = self.output.grab().toImage()
        width, height = image.width(), image.height()
        places = [(width * x // 8, height * y // 8) for x in (2, 3, 4, 5, 6) for y in (3, 4, 5)]
        return float(np.mean([image.pixelColor(*place).getRgb()[:3] for place in places]))

    def frames_until_seen(self, control: Callable[[], object]) -> int:
        """Let a frame begin, use a control while it is on its way; return how many end before it is seen."""
        before, count = self.brightness(), self.session.output.fps.count
        self.source.let.release()
        control()
        for number in (1, 2, 3):
            self._qtbot.waitUntil(lambda number=number: self.session.output.fps.count >= count + number)
            if abs(self.brightness() - before) > SEEN:
                return number
            self.source.let.release()
        return 99


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path, one_thread: None) -> Iterator[Stage]:
    stage = Stage(qtbot, tmp_path)
    stage.open()
    yield stage
    stage.output.put_away()
    stage.session.finish()


def test_every_control_is_seen_in_the_second_frame_at_the_latest(stage: Stage, qtbot: QtBot) -> None:
    coalescer = Coalescer(stage.playlist.store, ShowCommands(stage.session.commands))
    gamma = setting_actions(coalescer)["/look/gamma"]

    def osc() -> None:
        assert not gamma((2.0,))
        coalescer.apply()

    editor = stage.row.editor
    assert isinstance(editor, NumberEditor)

    def key() -> None:
        for _ in range(4):
            QTest.keyClick(stage.window, Qt.Key.Key_BracketRight)

    assert stage.frames_until_seen(osc) <= 2
    coalescer.close()
    assert stage.frames_until_seen(lambda: editor.slider.setValue(ENDS // 10)) <= 2
    assert stage.frames_until_seen(key) <= 2


def test_panic_is_seen_without_another_frame(stage: Stage) -> None:
    count = stage.session.output.fps.count
    assert stage.brightness() > SEEN
    QTest.keyClick(stage.window, Qt.Key.Key_B)
    assert stage.brightness() == 0.0
    assert stage.session.output.fps.count == count
    QTest.keyClick(stage.window, Qt.Key.Key_B)
    stage.frame()
    assert stage.brightness() > SEEN


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch, window: ControlWindow) -> Iterator[OutputDisplay]:
    """The output of a window that finds a second display."""
    output, screen = window.view.output, QGuiApplication.primaryScreen()
    monkeypatch.setattr(output, "others", lambda: [screen])
    yield output
    output.window.put_away()


def test_keys_that_the_output_gets_are_the_shows(
    window: ControlWindow, other: OutputDisplay, desk: FakeDesk
) -> None:
    other.toggle()
    assert other.is_on
    for key in (Qt.Key.Key_B, Qt.Key.Key_Space):
        QTest.keyClick(other.window, key)
    assert desk.moves == ["blackout", "freeze"]
    QTest.keyClick(other.window, Qt.Key.Key_F)
    assert not other.is_on


def test_an_output_that_was_closed_is_off_until_it_is_asked_for(
    window: ControlWindow, other: OutputDisplay
) -> None:
    other.toggle()
    other.window.close()
    assert not other.is_on
    app, screen = QGuiApplication.instance(), QGuiApplication.primaryScreen()
    assert isinstance(app, QGuiApplication)
    app.screenAdded.emit(screen)
    assert not other.window.isVisible()
    QTest.keyClick(window.view, Qt.Key.Key_F)
    assert other.is_on
    assert other.window.isVisible()
