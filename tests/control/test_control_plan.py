"""What a show is asked to be turned by is there, or is told to be missing."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.control.artnet_server import ArtNetPlan
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.runtime.commands import Commands
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow
from tests.control.conftest import art_dmx


class Show:
    """Settings, what controls them, and what was told."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = SettingsStore(Settings())
        self.told: list[str] = []

    def controls(self, **plan: Any) -> Controls:
        """Return controls that are stepped by the test."""
        plan_ = ControlPlan(**plan)
        return Controls(self.store, Commands(), plan=plan_, tell=self.told.append, clock=self.clock)


@pytest.fixture
def show() -> Show:
    return Show()


class Performance(ManualClock):
    """Simulated time in which controls are stepped sixty times a second, from `begun` until its end."""

    def __init__(self, end_s: float) -> None:
        super().__init__()
        self._end_s, self._next_s = end_s, 0.0
        self.step: Callable[[], None] = lambda: None
        self.begun = threading.Event()

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        assert self.begun.wait(60)
        super().wait(stop, seconds)
        while self._next_s < self.now_s():
            self._next_s += 1 / 60
            self.step()
        if self.now_s() > self._end_s:
            stop.set()
        return stop.is_set()


def test_sound_moves_a_setting_and_leads_the_tempo(show: Show, drums: Any, tmp_path: Path) -> None:
    file = drums.save(drums.track(126, 8, "house"), tmp_path / "song.wav")
    rows = (ModulationRow("bass", "look.depth", 0.4), ModulationRow("tuba", "look.light"))
    performance = show.clock = Performance(7.5)
    controls = show.controls(audio=str(file), lead="audio", rows=rows)
    controls.open()
    assert len(controls.status().problems) == 1
    assert "tuba" in controls.status().problems[0]
    depths, base = set[float](), show.store.snapshot().look.depth

    def step() -> None:
        controls.step()
        depths.add(show.store.snapshot().look.depth)

    performance.step = step
    listening = controls.inputs.sound.current
    assert listening is not None
    performance.begun.set()
    listening._thread.join(60)
    assert controls.status().inputs["Sound"].state == "live"
    controls.close()
    assert min(depths) == base
    assert max(depths) == pytest.approx(min(1.0, base + 0.4), abs=0.08)
    assert controls.tempo.bpm == pytest.approx(126, rel=0.01)
    assert "listening to song.wav" in show.told


def test_without_sound_s_library_the_show_goes_on(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setitem(sys.modules, "link", None)
    controls = show.controls(audio="", lead="link")
    controls.open()
    sound = controls.inputs.sound.current
    assert sound is not None
    sound._thread.join(60)
    controls.step()
    inputs = controls.status().inputs
    assert (inputs["Sound"].state, inputs["Sound"].remedy) == ("failed", "pip install 'livedream[control]'")
    assert (inputs["Ableton Link"].state, inputs["Ableton Link"].remedy) == (
        "failed",
        "pip install LinkPython-extern",
    )
    controls.close()
    assert sorted("sounddevice" in told for told in show.told) == [False, True]


def test_a_lighting_desk_turns_settings_and_moves_them(show: Show) -> None:
    plan = ArtNetPlan(0, 1, ("look.depth", "-"), port=0)
    controls = show.controls(art_net=plan, rows=(ModulationRow("channel 2", "look.light", -1.0),))
    controls.open()
    server = controls.inputs.art_net.current
    assert server is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        for levels in (bytes([10, 0]), bytes([255, 255])):
            desk.sendto(art_dmx(0, levels), ("127.0.0.1", server.port))
            controls.step()
    stands = show.store.snapshot().look
    assert (stands.depth, stands.light) == (1.0, 0.0)
    controls.close()
