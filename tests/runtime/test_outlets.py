from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from livedream.clock import SystemClock
from livedream.errors import SinkError
from livedream.health import Health
from livedream.runtime.commands import Commands
from livedream.runtime.outlets import add_outlet_commands, audio_offset_ms, outlet_statuses, switches
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import Rate
from livedream.sinks.memory_sink import Memory
from livedream.sinks.sink_spec import SINKS, SinkKind


class Camera(Memory):
    """Opens only when its device is there."""

    name, kind, is_live, retry_s = "virtual camera", "virtual-camera", True, 1000.0
    there = True

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        if not self.there:
            raise SinkError("no device", "plug it in")
        return super().open(size_wh, fps)


NOW = time.strptime("2026-11-28 20:30:00", "%Y-%m-%d %H:%M:%S")


def dreamed() -> Any:
    rgb = np.full((48, 64, 3), 90, np.uint8)
    return SimpleNamespace(rgb=rgb, frame=SimpleNamespace(rgb=rgb, captured_s=0.0))


@pytest.fixture
def output() -> Iterator[Output]:
    source = SimpleNamespace(health=Health("live"))
    output = Output(Rate((64, 48), 30), source, SystemClock(), lambda _: None)  # type: ignore[arg-type]
    output.start()
    yield output
    output.finish()


@pytest.fixture
def commands(output: Output, tmp_path: Path) -> Commands:
    commands = Commands()
    add_outlet_commands(commands, output, tmp_path, lambda: NOW)
    return commands


def until(is_so: Any) -> None:
    end_s = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_a_recording_is_begun_and_ended_and_the_next_has_a_name_of_its_own(
    commands: Commands, output: Output, tmp_path: Path
) -> None:
    assert commands.do("record") == "recording livedream-20261128-203000.mp4"
    output.emit(dreamed())
    (worker,) = output.present()
    until(lambda: worker.written > 0)
    assert next(iter(output.sinks().values())).state == "live"
    assert commands.do("record").endswith("203000.mp4 ends")
    until(lambda: worker.health.state == "off")
    assert output.sinks() == {}
    with av.open(str(tmp_path / "livedream-20261128-203000.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) > 0
    assert commands.do("record") == "recording livedream-20261128-203000-2.mp4"


def test_the_virtual_camera_is_switched_on_and_off(
    commands: Commands, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        SINKS._rows, "virtual-camera", SinkKind("A fake.", lambda _: Camera(), "Virtual camera")
    )
    assert commands.do("virtual camera") == "virtual camera on"
    output.emit(dreamed())
    until(lambda: output.sinks()["virtual camera"].state == "live")
    assert commands.do("virtual camera") == "virtual camera off"
    assert output.sinks() == {}
    assert commands.do("virtual camera") == "virtual camera on"
    assert len(output.present()) == 1


def test_a_recording_tells_for_how_long_it_has_run(commands: Commands, output: Output) -> None:
    assert [one.health.state for one in outlet_statuses(output)] == ["off"] * len(switches())
    commands.do("record")
    output.emit(dreamed())
    (worker,) = output.present()
    until(lambda: worker.running_s > 0)
    record = outlet_statuses(output)[0]
    assert (record.command, record.label, record.health.state) == ("record", "Record", "live")
    assert record.running_s > 0
    commands.do("record")
    until(lambda: worker.health.state == "off")
    assert worker.running_s == 0
    assert outlet_statuses(output)[0].health.state == "off"


def test_a_recording_that_fails_says_so_in_one_sentence_and_the_next_one_begins(
    commands: Commands, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("livedream.sinks.movie._write_all", fail)
        commands.do("record")
        output.emit(dreamed())
        (worker,) = output.present()
        until(lambda: worker.health.state == "failed")
    assert "has stopped because the disk is full; nothing is kept; free some space" in worker.health.message
    assert commands.do("record") == "recording livedream-20261128-203000.mp4"
    output.emit(dreamed())
    until(lambda: outlet_statuses(output)[0].health.state == "live")


def test_what_cannot_start_is_tried_again_at_once_when_somebody_asks(
    commands: Commands, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = Camera()
    camera.there = False
    row = SinkKind("A fake.", lambda _: camera, "Virtual camera")
    monkeypatch.setitem(SINKS._rows, "virtual-camera", row)
    assert commands.do("retry outlets") == "nothing has failed"
    commands.do("virtual camera")
    output.emit(dreamed())
    until(lambda: output.sinks()["virtual camera"].state == "failed")
    status = next(one for one in outlet_statuses(output) if one.command == "virtual camera")
    assert (status.health.message, status.health.remedy) == ("no device", "plug it in")
    camera.there = True
    assert commands.do("retry outlets") == "trying again"
    until(lambda: output.sinks()["virtual camera"].state == "live")


def test_the_audio_offset_is_what_half_of_the_frames_take_to_what_is_live(output: Output) -> None:
    assert audio_offset_ms(output) is None
    for place in range(40):
        output.latency_ms.note(output._clock.now_s(), 50.0 + place % 3)
    assert audio_offset_ms(output) == 51.0
    worker = output.add_sink(Camera())
    until(lambda: worker.health.ok)
    assert audio_offset_ms(output) == 51.0, "too few frames have gone there"
    for place in range(40):
        worker.latency_ms.note(output._clock.now_s(), 80.0 + place % 3)
    assert audio_offset_ms(output) == 81.0


def test_a_sink_of_somebody_else_s_with_a_switch_gets_one(
    output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen(Camera):
        name, kind = "big screen", "big-screen"

    monkeypatch.setitem(SINKS._rows, "big-screen", SinkKind("A fake.", lambda _: Screen(), "Big screen"))
    commands = Commands()
    add_outlet_commands(commands, output, tmp_path)
    assert commands.do("big screen") == "big screen on"
    until(lambda: output.sinks()["big screen"].state == "live")
    assert commands.do("big screen") == "big screen off"
