"""Which cameras there are, and which of them is meant."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from livedream.errors import InputError, SourceError

BACKENDS = {"linux": ("V4L2",), "win32": ("DSHOW", "MSMF"), "darwin": ("AVFOUNDATION",)}
"""Ways to reach cameras, by `sys.platform`; if two know a camera, the first is taken.

On Windows that is DirectShow: it opens sooner, and virtual cameras exist only there.
"""

VIRTUAL = re.compile(r"virtual|\bobs\b|loopback|dummy|unity video capture|livedream", re.IGNORECASE)

DEVICES = Path("/sys/class/video4linux")
"""Where Linux says what each device is."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that can be opened.

    index: its number to the backend; it can change when cameras come and go.
    name: for people. backend: "V4L2", "DSHOW", "MSMF" or "AVFOUNDATION"; "" if it is not known.
    path: what the system calls it; "" if it is known by its index only.
    """

    index: int
    name: str
    backend: str = ""
    path: str = ""

    def __str__(self) -> str:
        return f"{self.index}: {self.name}"

    @property
    def device(self) -> str:
        """Return what tells it from all others, also from those of the same name."""
        return self.path or f"{self.backend}:{self.index}"


class _Found(Protocol):
    """What the enumerating library says of one camera."""

    @property
    def index(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    @property
    def path(self) -> str | None: ...


Enumerate = Callable[[str], Iterable[_Found]]
"""Backend name -> cameras."""


def list_cameras(enumerate_backend: Enumerate | None = None) -> tuple[CameraInfo, ...]:
    """List the cameras of this machine, real ones before virtual ones; none: an empty tuple.

    A camera that shows up several times (nodes of one device, two backends) is listed once.
    Raises SourceError with the reason if the system cannot be asked.
    """
    backends = BACKENDS.get(sys.platform)
    if backends is None:
        raise SourceError(f"cannot list cameras on {sys.platform}: give one by its index, as camera:0.")
    found = [info for backend in backends for info in _asked(backend, enumerate_backend or _by_library)]
    return tuple(sorted(_distinct(found), key=_is_virtual))


def choose_camera(wanted: str, cameras: Sequence[CameraInfo]) -> CameraInfo:
    """Find the camera meant by an index or a name: the whole name first, then a part; any case.

    Raises InputError, listing the cameras, if there is none or more than one.
    """
    word = wanted.strip().casefold()
    if word.isdecimal():
        matches = [camera for camera in cameras if camera.index == int(word)]
        matches = matches[:1]
    else:
        matches = [camera for camera in cameras if camera.name.casefold() == word]
        matches = matches or [camera for camera in cameras if word in camera.name.casefold()]
    if len(matches) == 1:
        return matches[0]
    raise InputError(_not_one(wanted, matches, cameras))


def find_again(lost: CameraInfo, cameras: Sequence[CameraInfo]) -> CameraInfo | None:
    """Find a camera by name, whatever its index is now; of several alike, the one at the same path."""
    alike = [camera for camera in cameras if camera.name == lost.name]
    at_path = [camera for camera in alike if camera.path == lost.path]
    return next(iter(at_path + alike), None)


def _asked(backend: str, enumerate_backend: Enumerate) -> list[CameraInfo]:
    try:
        cameras = sorted(enumerate_backend(backend), key=lambda camera: camera.index)
    # The library asks the system in a different way on each, and each fails in its own way.
    except Exception as error:
        raise SourceError(
            f"cannot list the cameras ({backend}: {error or type(error).__name__}): "
            "give one by its index, as camera:0."
        ) from error
    return [CameraInfo(c.index, c.name or f"camera {c.index}", backend, c.path or "") for c in cameras]


def _by_library(backend: str) -> Iterable[_Found]:
    import cv2
    from cv2_enumerate_cameras import enumerate_cameras

    return enumerate_cameras(getattr(cv2, f"CAP_{backend}"))


def _distinct(cameras: Iterable[CameraInfo]) -> list[CameraInfo]:
    first: dict[tuple[str, str], CameraInfo] = {}
    for camera in cameras:
        first.setdefault((camera.name, _device(camera)), camera)
    return list(first.values())


def _device(camera: CameraInfo) -> str:
    """Name the device behind a path: several V4L2 nodes share one, and DirectShow and Media Foundation do."""
    if camera.backend == "V4L2":
        link = DEVICES / Path(camera.path).name / "device"
        return str(link.resolve()) if link.exists() else camera.path
    # \\?\usb#vid_...#{interface}\global: the interface is the backend's, what stands before it the device's.
    shared = re.search(r"\\\\\?\\(.+?)#\{", camera.path)
    return shared[1].casefold() if shared else camera.path


def is_software(camera: CameraInfo) -> bool:
    """Return whether Linux says that a camera is no hardware, whatever its name."""
    return camera.backend == "V4L2" and "virtual" in (DEVICES / Path(camera.path).name).resolve().parts


def _is_virtual(camera: CameraInfo) -> bool:
    return is_software(camera) or bool(VIRTUAL.search(camera.name))


def _not_one(wanted: str, matches: Sequence[CameraInfo], cameras: Sequence[CameraInfo]) -> str:
    if not cameras:
        return f"there is no camera {wanted!r}: no camera was found at all; plug one in, or try clouds."
    if matches:
        return f"{wanted!r} matches {_listed(matches)}: give more of the name, or the index (camera:INDEX)."
    near = difflib.get_close_matches(wanted.casefold(), [camera.name.casefold() for camera in cameras], n=1)
    hint = next((f" Did you mean {c.name!r}?" for c in cameras if near and c.name.casefold() == near[0]), "")
    return f"there is no camera {wanted!r}; found: {_listed(cameras)}.{hint}"


def _listed(cameras: Sequence[CameraInfo]) -> str:
    return ", ".join(str(camera) for camera in cameras)
