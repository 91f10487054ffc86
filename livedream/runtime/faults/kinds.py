"""The faults that can be injected: a row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedream.registry import Registry

Part = Literal["source", "engine", "sink", "recording", "clock", "display"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A fault: what happens, in words for people, and to which part of the show.

    is_told: a sentence is due. is_retried: the part is to be tried again while it lasts.
    """

    help: str
    part: Part
    is_told: bool = True
    is_retried: bool = False


FAULTS: Registry[FaultKind] = Registry("a fault")
"""The faults by name; the parts in this package fail while the fault of that name is on."""

for _name, _kind in {
    "camera-unplugged": FaultKind("the camera fails, and does not open", "source", is_retried=True),
    "camera-frozen": FaultKind("the camera repeats one picture for ever", "source", is_retried=True),
    "camera-hangs": FaultKind("a read of the camera does not come back", "source", is_retried=True),
    "camera-slow": FaultKind("the camera sends three pictures a second", "source", is_told=False),
    "camera-size": FaultKind("the camera sends pictures of another size", "source", is_told=False),
    "camera-format": FaultKind(
        "the camera sends grey, YUYV, BGRA and 16-bit pictures in turn", "source", is_told=False
    ),
    "camera-odd-format": FaultKind(
        "the camera sends pictures of no format that is known", "source", is_retried=True
    ),
    "corrupt-packets": FaultKind("what the camera's encoder sends arrives damaged", "source"),
    "kernel-raises": FaultKind("the engine raises an error at each frame", "engine", is_retried=True),
    "kernel-nan": FaultKind("the engine returns NaN", "engine"),  # retried after ten frames
    "kernel-no-memory": FaultKind("the engine finds no memory at each frame", "engine", is_retried=True),
    "kernel-slow": FaultKind("the engine takes ten times as long", "engine", is_told=False),
    "build-fails": FaultKind("the engine raises, and cannot be built again", "engine", is_retried=True),
    "build-hangs": FaultKind("the engine raises, and to build it again hangs", "engine", is_retried=True),
    "sink-blocks": FaultKind("a sink does not give back a frame", "sink"),
    "sink-fails": FaultKind("a sink refuses each frame", "sink", is_retried=True),
    "sink-raises": FaultKind("a sink raises what no sink should", "sink", is_retried=True),
    "sink-refuses": FaultKind("a sink fails, and refuses to open", "sink", is_retried=True),
    "disk-full": FaultKind("the disk of the recording is full", "recording", is_retried=True),
    "recording-refuses": FaultKind(
        "the disk of the recording is write-protected, and takes no other file", "recording", is_retried=True
    ),
    "clock-forwards": FaultKind(
        "the clock of the show jumps by an hour, as after a suspend", "clock", is_told=False
    ),
    "clock-backwards": FaultKind("the time of day is an hour earlier than it was", "clock", is_told=False),
    "display-lost": FaultKind("the display of the output is unplugged", "display"),
}.items():
    FAULTS.add(_name, _kind)
