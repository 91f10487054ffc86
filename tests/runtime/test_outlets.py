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
from livedream.health import Health
from livedream.runtime.commands import Commands
from livedream.runtime.outlets import add_outlet_commands
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import Rate
from livedream.sinks.memory_sink import Memory
from livedream.sinks.sink_spec import SINKS, SinkKind

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
    end_s = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_a_recording_is_begun_and_ended_and_the_next_has_a_name_of_its_own(
    commands: Commands, output: Output, tmp_path: Path
) -> None:
    assert commands.do("record") == "recording livedream-20261128-203000.mp4"
    output.emit(dreamed())
    (worker,) = output.workers
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
    class Camera(Memory):
        name = "virtual camera"

    monkeypatch.setitem(SINKS._rows, "virtual-camera", SinkKind("A fake.", lambda _: Camera()))
    assert commands.do("virtual camera") == "virtual camera on"
    output.emit(dreamed())
    until(lambda: output.sinks()["virtual camera"].state == "live")
    assert commands.do("virtual camera") == "virtual camera off"
    assert output.sinks() == {}
    assert commands.do("virtual camera") == "virtual camera on"
    assert len(output.workers) == 2


def test_what_goes_out_is_mirrored_and_back(commands: Commands, output: Output) -> None:
    frame = dreamed()
    frame.rgb[:, :32] = 10
    for words, left in (("what goes out is mirrored", 90), ("what goes out is as the camera sees it", 10)):
        assert commands.do("mirror output") == words
        output.emit(frame)
        latest = output.latest()
        assert latest is not None
        assert latest[1][0, 0, 0] == left
