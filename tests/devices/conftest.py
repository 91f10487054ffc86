"""Cameras and virtual cameras that Linux makes: vivid and v4l2loopback, where they are loaded."""

from __future__ import annotations

import fcntl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from livedream.frame import Frame, Rgb
from livedream.sources.source import Source

QUERYCAP, QUERYCTRL, S_CTRL = 0x80685600, 0xC0445624, 0xC008561C
NEXT_CONTROL = 0x80000000
DISABLED = 1
BARS = ((192, 192, 192), (192, 192, 0), (0, 192, 192), (0, 192, 0), (192, 0, 192), (192, 0, 0), (0, 0, 192))
"""Colour bars of 75 %, from the left."""

PATIENCE_S = 60.0
"""Machines that emulate each instruction are slow."""


@dataclass(frozen=True)
class Node:
    """A device of Video4Linux."""

    path: str

    @property
    def index(self) -> int:
        return int(self.path.removeprefix("/dev/video"))

    @property
    def name(self) -> str:
        return (Path("/sys/class/video4linux") / Path(self.path).name / "name").read_text().strip()

    @property
    def driver(self) -> str:
        answer = bytearray(104)
        with Path(self.path).open("rb", buffering=0) as device:
            fcntl.ioctl(device, QUERYCAP, answer)
        return answer[:16].split(b"\0")[0].decode()

    def set(self, control: str, value: int = 1) -> None:
        """Set a control by its name; a button is pressed."""
        with Path(self.path).open("rb", buffering=0) as device:
            fcntl.ioctl(device, S_CTRL, struct.pack("Ii", self._controls(device)[control], value))

    def _controls(self, device: object) -> dict[str, int]:
        found, number = {}, 0
        while True:
            answer = bytearray(struct.pack("I64x", number | NEXT_CONTROL))
            try:
                fcntl.ioctl(device, QUERYCTRL, answer)  # type: ignore[call-overload]
            except OSError:
                return found
            number = struct.unpack_from("I", answer)[0]
            found[answer[8:40].split(b"\0")[0].decode()] = number


def _nodes(driver: str) -> list[Node]:
    if sys.platform != "linux":
        pytest.skip("Video4Linux is Linux's")
    paths = [f"/dev/{place.name}" for place in Path("/sys/class/video4linux").glob("video*")]
    nodes = sorted((Node(path) for path in paths if Path(path).exists()), key=lambda node: node.index)
    return [node for node in nodes if node.driver == driver]


@pytest.fixture
def webcams() -> list[Node]:
    """Return vivid's cameras, two at least."""
    nodes = [node for node in _nodes("vivid") if node.name.endswith("vid-cap")]
    if len(nodes) < 2:
        pytest.skip("needs: modprobe vivid n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0,0")
    return nodes


@pytest.fixture
def loopbacks() -> list[Node]:
    """Return v4l2loopback's devices by the machine's script: plain, with exclusive_caps, plain."""
    nodes = _nodes("v4l2 loopback")
    if len(nodes) < 3:
        pytest.skip("needs: modprobe v4l2loopback devices=3 exclusive_caps=0,1,0 video_nr=10,11,12")
    return nodes


@pytest.fixture
def bars() -> Callable[[tuple[int, int]], Rgb]:
    """Return what makes colour bars of a size (width, height)."""

    def make(size_wh: tuple[int, int]) -> Rgb:
        edges = np.linspace(0, size_wh[0], len(BARS) + 1).astype(int)
        rgb = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
        for colour, left, right in zip(BARS, edges[:-1], edges[1:], strict=True):
            rgb[:, left:right] = colour
        return rgb

    return make


@pytest.fixture
def until() -> Callable[[Callable[[], bool], str], None]:
    """Return what waits until something is so, and fails with a text if it never is."""

    def wait(is_so: Callable[[], bool], what: str) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < end_s, what
            threading.Event().wait(0.05)

    return wait


class Watching:
    """Reads a source as a session does, in a thread of its own; `frames` counts."""

    def __init__(self, source: Source) -> None:
        self.source, self.frames, self.health = source, 0, set[str]()
        self.last: Frame | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        while not self._stop.is_set():
            if (frame := self.source.read(self._stop)) is not None:
                self.last, self.frames = frame, self.frames + 1

    def __enter__(self) -> Watching:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.source.close()


@pytest.fixture
def watching() -> Callable[[Source], Watching]:
    return Watching


@pytest.fixture
def feeding() -> Callable[..., object]:
    """Return what writes a picture to a loopback device, again and again, as long as `with` lasts."""

    @contextmanager
    def feed(path: str, rgb: Rgb, fps: float = 15.0) -> Iterator[None]:
        from livedream.sinks.virtual_camera import VirtualCamera

        size_wh = (rgb.shape[1], rgb.shape[0])
        sink, stop = VirtualCamera(path, size_wh, fps), threading.Event()
        sink.open(size_wh, fps)
        sink.write(rgb, 0.0)

        def write() -> None:
            number = 1
            while not stop.wait(1 / fps):
                shown = rgb.copy()
                shown[:8, :8] = number * 40 % 256
                sink.write(shown, number / fps)
                number += 1

        thread = threading.Thread(target=write)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            sink.close()

    return feed
