"""Outlets: a recording and the virtual camera, switched on and off while the show is on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from livedream.runtime.commands import Command, Commands
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import SinkWorker
from livedream.sinks.sink_spec import open_sink

RECORDING, VIRTUAL_CAMERA = "recording", "virtual camera"
"""What the names of these sinks begin with."""

OVER = ("failed", "off")


def running(output: Output, kind: str) -> SinkWorker | None:
    """Return the worker of a kind of sink that takes frames, or is about to; None if there is none."""
    here = (one for one in output.present() if one.sink.name.startswith(kind))
    return next((one for one in here if one.health.state not in OVER or one.sink.retry_s is not None), None)


def add_outlet_commands(
    commands: Commands, output: Output, folder: Path, now: Callable[[], time.struct_time] = time.localtime
) -> None:
    """Add record, virtual camera and mirror output, each of which switches on and off.

    folder: where recordings go.
    """

    def record() -> str:
        worker = running(output, RECORDING)
        if worker is not None:
            output.remove_sink(worker)
            return f"{worker.sink.name} ends"
        path = _free(folder, now())
        output.add_sink(open_sink(f"file:{path}", size_wh=output.rate.size_wh, fps=output.rate.fps))
        return f"recording {path.name}"

    def virtual_camera() -> str:
        worker = running(output, VIRTUAL_CAMERA)
        if worker is not None:
            output.remove_sink(worker)
            return "virtual camera off"
        output.add_sink(open_sink("virtual-camera", size_wh=output.rate.size_wh, fps=output.rate.fps))
        return "virtual camera on"

    def mirror() -> str:
        output.mirrored = not output.mirrored
        return "what goes out is mirrored" if output.mirrored else "what goes out is as the camera sees it"

    commands.add("mirror output", Command("Mirror what goes out, or no more.", mirror))
    commands.add("record", Command("Record to a new file, or end the recording.", record))
    commands.add(VIRTUAL_CAMERA, Command("Send to the virtual camera, or no more.", virtual_camera))


def _free(folder: Path, now: time.struct_time) -> Path:
    """Name a recording by the time, and by a number if there is one of that second."""
    stem = time.strftime("livedream-%Y%m%d-%H%M%S", now)
    names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    return next(path for name in names if not (path := folder / f"{name}.mp4").exists())
