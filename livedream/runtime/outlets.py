"""Outlets: where the picture goes, switched on and off while the show is on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from livedream.health import Health
from livedream.runtime.commands import Command, Commands
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import SinkWorker
from livedream.runtime.status import OutletStatus
from livedream.sinks.sink import RECORDING
from livedream.sinks.sink_spec import SINKS, open_sink

OVER = ("failed", "off")

FEWEST_FRAMES, MEASURED_FRAMES = 30, 900
"""So many frames have to be measured before a latency is named, and so many of the newest count."""


def switches() -> dict[str, tuple[str, str]]:
    """Return kind and label of each switch that this system has, by its command."""
    live = {kind.replace("-", " "): (kind, row.switch) for kind, row in SINKS.items() if row.switch}
    return {"record": (RECORDING, "Record"), **live}


def running(output: Output, kind: str) -> SinkWorker | None:
    """Return the worker of a kind of sink that takes frames, or is about to; None if there is none."""
    here = (one for one in output.present() if one.sink.kind == kind)
    return next((one for one in here if one.health.state not in OVER or one.sink.retry_s is not None), None)


def outlet_statuses(output: Output) -> tuple[OutletStatus, ...]:
    """Return how the switches stand; of several sinks of a kind the newest counts."""
    return tuple(_status(output, command, kind, label) for command, (kind, label) in switches().items())


def audio_offset_ms(output: Output) -> float | None:
    """Return by how many milliseconds sound has to be delayed; None before enough frames are measured.

    Measured from the camera's frame to where it goes: a live sink, or else where it is handed to windows.
    """
    live = [one.latency_ms for one in output.present() if one.sink.is_live and one.health.ok]
    for meter in (*live, output.latency_ms):
        if meter.count >= FEWEST_FRAMES:
            return meter.percentiles(newest=MEASURED_FRAMES).p50
    return None


def add_outlet_commands(
    commands: Commands, output: Output, folder: Path, now: Callable[[], time.struct_time] = time.localtime
) -> None:
    """Add a command for each switch, and retry outlets. folder: where recordings go."""

    def record() -> str:
        worker = running(output, RECORDING)
        if worker is not None:
            output.remove_sink(worker)
            if worker.health.state != "failed":
                return f"{worker.sink.name} ends"
        path = free_name(folder, ".mp4", now())
        output.add_sink(open_sink(f"file:{path}", size_wh=output.rate.size_wh, fps=output.rate.fps))
        return f"recording {path.name}"

    def switch(kind: str, name: str) -> str:
        worker = running(output, kind)
        if worker is not None:
            output.remove_sink(worker)
            return f"{name} off"
        output.add_sink(open_sink(kind, size_wh=output.rate.size_wh, fps=output.rate.fps))
        return f"{name} on"

    def retry() -> str:
        failed = [one for one in output.present() if one.health.state == "failed"]
        for worker in failed:
            worker.retry()
        return "trying again" if failed else "nothing has failed"

    commands.add("record", Command("Record to a new file, or end the recording.", record))
    for name, (kind, label) in switches().items():
        if kind != RECORDING:
            say = label if label.isupper() else label.lower()
            commands.add(name, Command(f"Send to {_article(label)}, or no more.", partial(switch, kind, say)))
    commands.add("retry outlets", Command("Try again now to start what cannot start.", retry))


def free_name(folder: Path, ending: str, now: time.struct_time) -> Path:
    """Name a file by the time, and by a number if there is one of that second. ending: what follows."""
    return next(path for path in _names(folder, ending, now) if not path.exists())


def _names(folder: Path, ending: str, now: time.struct_time) -> Iterator[Path]:
    stem = time.strftime("livedream-%Y%m%d-%H%M%S", now)
    yield folder / f"{stem}{ending}"
    for number in range(2, 1000):
        yield folder / f"{stem}-{number}{ending}"


def _article(label: str) -> str:
    return "the virtual camera" if label == "Virtual camera" else label


def _status(output: Output, command: str, kind: str, label: str) -> OutletStatus:
    here = [one for one in output.present() if one.sink.kind == kind]
    if not here:
        return OutletStatus(command, label)
    newest = here[-1]
    health = newest.health if newest.health.state != "off" else Health("off")
    return OutletStatus(command, label, health, newest.running_s, newest.dropped)
