"""From the words that a person gives to a sink, not yet open."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from livedream.errors import InputError
from livedream.registry import Registry
from livedream.sinks.sink import Sink

RECORDINGS = (".mp4", ".mkv", ".mov")
"""What the name of a recording ends in."""


@dataclass(frozen=True, slots=True)
class SinkRequest:
    """How a sink is to be. detail: what stands after the colon, "" for nothing. size_wh: pixels."""

    detail: str
    size_wh: tuple[int, int]
    fps: float
    overwrite: bool


@dataclass(frozen=True, slots=True)
class SinkKind:
    """A kind of sink.

    help: one line for people. make: makes it; raises InputError for a wrong detail. switch: what it is called
    where a performer switches it on and off; "" for no switch.
    """

    help: str
    make: Callable[[SinkRequest], Sink]
    switch: str = ""


SINKS: Registry[SinkKind] = Registry("a sink")
"""The kinds of sinks by name; whoever adds one here can open it as NAME or NAME:DETAIL."""


def open_sink(
    spec: str, *, size_wh: tuple[int, int] = (1280, 720), fps: float = 30.0, overwrite: bool = False
) -> Sink:
    """Make the sink that `spec` names; a session opens it when the show begins.

    spec: the name of a kind, alone or with a detail after a colon ("virtual-camera:OBS Virtual Camera"), or a
    file that a film is recorded to. overwrite: an older file of that name is given up. Raises InputError.
    """
    name, colon, detail = spec.strip().partition(":")
    if name in SINKS:
        return SINKS[name].make(SinkRequest(detail, size_wh, fps, overwrite))
    if Path(spec).suffix.lower() in RECORDINGS:
        return SINKS["file"].make(SinkRequest(spec.strip(), size_wh, fps, overwrite))
    if name in OPTIONAL:
        raise InputError(OPTIONAL[name].missing(name))
    if colon or not Path(spec).suffix:
        return SINKS[name].make(SinkRequest(detail, size_wh, fps, overwrite))
    raise InputError(f"nothing is recorded to {spec}: a film's name ends in {', '.join(RECORDINGS)}")


def film_of(spec: str) -> Path | None:
    """Return the film that `spec` names, see `open_sink`; None for a sink of another kind."""
    name, _, detail = spec.strip().partition(":")
    if name == "file":
        return Path(detail)
    is_film = name not in SINKS and Path(spec).suffix.lower() in RECORDINGS
    return Path(spec.strip()) if is_film else None


def _virtual_camera(request: SinkRequest) -> Sink:
    from livedream.sinks.virtual_camera import VirtualCamera

    return VirtualCamera(request.detail or None, size_wh=request.size_wh, fps=request.fps)


def _file(request: SinkRequest) -> Sink:
    from livedream.sinks.recorder import Recorder, check_recording

    path = Path(request.detail)
    check_recording(path, request.overwrite)
    return Recorder(path, overwrite=request.overwrite)


def _ndi(request: SinkRequest) -> Sink:
    from livedream.sinks.ndi import Ndi

    return Ndi(request.detail or "livedream")


def _spout(request: SinkRequest) -> Sink:
    from livedream.sinks.spout import Spout

    return Spout(request.detail or "livedream")


def _syphon(request: SinkRequest) -> Sink:
    from livedream.sinks.syphon import Syphon

    return Syphon(request.detail or "livedream")


@dataclass(frozen=True, slots=True)
class OptionalKind:
    """A kind that needs a library. system: the only one that has it, as in sys.platform; "" for all."""

    kind: SinkKind
    library: str
    system: str = ""

    def missing(self, name: str) -> str:
        """Return why it is not there, and what to do about it."""
        if self.system not in ("", sys.platform):
            return f"there is no sink {name!r} here: it is for {SYSTEMS[self.system]} only"
        return (
            f"there is no sink {name!r} here: it needs {self.library}, which is not installed; "
            f"install it with: pip install 'livedream[{name}]'"
        )


SYSTEMS = {"win32": "Windows", "darwin": "macOS"}

OPTIONAL = {
    "ndi": OptionalKind(
        SinkKind("NDI, for programs on any computer in the network; :NAME.", _ndi, "NDI"), "cyndilib"
    ),
    "spout": OptionalKind(
        SinkKind("Spout, for other programs on this Windows; :NAME.", _spout, "Spout"), "SpoutGL", "win32"
    ),
    "syphon": OptionalKind(
        SinkKind("Syphon, for other programs on this Mac; :NAME.", _syphon, "Syphon"), "syphon", "darwin"
    ),
}
"""Those that are among SINKS only where they can work."""


def add_optional(
    sinks: Registry[SinkKind], system: str, installed: Callable[[str], object | None] = find_spec
) -> None:
    """Add the optional kinds that this system has and whose libraries are installed."""
    for name, optional in OPTIONAL.items():
        if optional.system in ("", system) and installed(optional.library) is not None:
            sinks.add(name, optional.kind)


SINKS.add(
    "virtual-camera",
    SinkKind(
        "A camera that other programs see; :DEVICE, or the first one.", _virtual_camera, "Virtual camera"
    ),
)
SINKS.add("file", SinkKind("A film with the name after the colon.", _file))
add_optional(SINKS, sys.platform)
