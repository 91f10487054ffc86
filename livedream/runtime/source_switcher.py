"""Another source in mid-show: opened beside the one that runs, and put in its place when it delivers."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from livedream.errors import InputError, LivedreamError
from livedream.runtime.commands import Command, Commands
from livedream.runtime.current_source import CurrentSource
from livedream.sources.camera import Camera, DeviceCapture
from livedream.sources.cameras import CameraInfo, choose_camera, list_cameras
from livedream.sources.source import Source, SourceInfo
from livedream.sources.source_spec import WORDS, expanded, open_camera, open_source
from livedream.sources.watchdog import OPENING_S

PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")
"""The user and the password of an address."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown: a camera, or what `open_source` takes, and what is asked of a device.

    patience_s: how long a camera may take for its first picture. most_wh: the box in which it is shown.
    """

    what: CameraInfo | str
    size_wh: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    patience_s: float = OPENING_S
    most_wh: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """Return its name, for people."""
        return self.what.name if isinstance(self.what, CameraInfo) else self.what


def opened(wish: Wish) -> Source:
    """Open what is wished for; films start over for ever. Raises InputError or SourceError."""
    if isinstance(wish.what, CameraInfo):
        return open_camera(wish.what, fps=wish.fps, size_wh=wish.size_wh, patience_s=wish.patience_s)
    return open_source(wish.what, fps=wish.fps, size_wh=wish.size_wh, loop=True, most_wh=wish.most_wh)


def reopened(camera: Camera, wish: Wish) -> None:
    """Open the camera that is in use again, as wished. Raises SourceError, it is as before then."""
    assert isinstance(wish.what, CameraInfo), "only a camera is in use"
    camera.reopen(partial(DeviceCapture, wish.what, wish.size_wh, wish.fps))


@dataclass(frozen=True, slots=True)
class Devices:
    """Where sources come from; tests have their own."""

    open: Callable[[Wish], Source] = opened
    reopen: Callable[[Camera, Wish], None] = reopened
    cameras: Callable[[], Sequence[CameraInfo]] = list_cameras


class SourceSwitcher:
    """Changes the source of a show; what does not open leaves the one that runs.

    standard: size and rate that devices are asked for. tell: takes sentences for people. follow: called with
    what a new source says of itself. All of it is done in a thread of its own, for opening takes seconds.
    """

    def __init__(
        self,
        current: CurrentSource,
        standard: Wish,
        tell: Callable[[str], None],
        follow: Callable[[SourceInfo], None],
    ) -> None:
        self._current, self._standard = current, standard
        self._tell, self._follow = tell, follow
        self.devices = Devices()
        self._newest = 0
        self._closed = False
        self._lock = threading.Lock()
        self._used: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self.opening = ""
        """What is being opened, "" if nothing is."""
        self.trouble = ""
        """Why the last one did not open, "" if it did."""
        self.spec = ""
        """What opens the source that is shown, "" if nobody has named one."""

    def change(self, what: CameraInfo | str, size_wh: tuple[int, int] | None = None) -> str:
        """Show another source; returns at once, with a few words on what happens.

        what: a camera, or what `open_source` takes. size_wh: pixels that a device is asked for. The newest
        wish counts: a source that opens after it is closed again.
        """
        wish = replace(self._standard, what=what, size_wh=size_wh or self._standard.size_wh)
        return self._begin(wish.name, lambda: wish)

    def next_camera(self) -> str:
        """Show the camera after the one in use; returns at once."""
        return self._begin("the next camera", self._following)

    @property
    def in_use(self) -> str:
        """Return which device is in use, as `CameraInfo.device` names it; "" if none is."""
        return self._current.info.device

    @contextmanager
    def using(self, device: str) -> Iterator[None]:
        """Open a device within this only: two programs, or two threads, cannot use one camera."""
        with self._lock:
            lock = self._used[device]
        with lock:
            yield

    def close(self) -> None:
        """Open nothing more; what is being opened is closed again."""
        with self._lock:
            self._closed = True
            self._newest += 1

    def _begin(self, name: str, find: Callable[[], Wish]) -> str:
        with self._lock:
            self._newest += 1
            number, self.opening, self.trouble = self._newest, name, ""
        threading.Thread(
            target=self._work, args=(number, name, find), name="opening a source", daemon=True
        ).start()
        return f"opening {name}"

    def _work(self, number: int, name: str, find: Callable[[], Wish]) -> None:
        trouble = ""
        try:
            self._show(number, self._resolved(find()))
        except LivedreamError as fault:
            trouble = f"{name} cannot be shown, {self._current.info.name} goes on: {fault}"
        except Exception as fault:  # each driver fails in its own way, and the show goes on
            trouble = (
                f"{name} cannot be shown, {self._current.info.name} goes on: {type(fault).__name__}, {fault}"
            )
        with self._lock:
            if number != self._newest:
                return
            self.opening, self.trouble = "", trouble
        self._tell(trouble or f"showing {self._current.info.name}")

    def _show(self, number: int, wish: Wish) -> None:
        """Open what is wished for and put it in the place of the source that runs."""
        camera, source = wish.what, self._current.source
        if isinstance(camera, CameraInfo) and camera.device == self.in_use and isinstance(source, Camera):
            self.devices.reopen(source, wish)
            self.spec = spec_of(camera)
            return
        with self.using(camera.device) if isinstance(camera, CameraInfo) else nullcontext():
            source = self.devices.open(wish)
        with self._lock:
            if number == self._newest and not self._closed:
                self._current.exchange(source)
                self._follow(source.info)
                self.spec = spec_of(camera)
                return
        source.close()

    def _resolved(self, wish: Wish) -> Wish:
        """Find the camera that a word means, so that it is known whether it is the one in use."""
        if not isinstance(wish.what, str):
            return wish
        word, colon, detail = wish.what.strip().partition(":")
        if word != "camera" or not colon:
            return wish
        return replace(wish, what=choose_camera(detail, self.devices.cameras()))

    def _following(self) -> Wish:
        cameras = list(self.devices.cameras())
        if not cameras:
            raise InputError("no camera was found: plug one in.")
        places = [place for place, camera in enumerate(cameras) if camera.device == self.in_use]
        place = places[0] + 1 if places else 0
        if places and len(cameras) == 1:
            raise InputError("there is only one camera: plug another one in.")
        return replace(self._standard, what=cameras[place % len(cameras)])


def spec_of(what: CameraInfo | str) -> str:
    """Return what `open_source` takes to open the same again, from any folder; of an address no password."""
    if isinstance(what, CameraInfo):
        return f"camera:{what.name}"
    if what.partition(":")[0] in WORDS.values():
        return what
    if "://" in what:
        return PASSWORD.sub(r"\1", what)
    path = expanded(what)
    return str(path.absolute()) if path.exists() else what


def add_source_commands(commands: Commands, sources: SourceSwitcher) -> None:
    """Add next camera, and the clouds that need none."""

    def next_camera() -> str:
        return sources.next_camera()

    def clouds() -> str:
        return sources.change("clouds")

    commands.add("next camera", Command("Show the next camera.", next_camera))
    commands.add("clouds", Command("Show the clouds, which need no camera.", clouds))
