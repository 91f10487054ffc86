"""Media that the tests make for themselves, and ways to read them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.frame import Frame
from livedream.sinks.image_file import write_image
from livedream.sources import Source
from livedream.sources.camera import Camera
from livedream.sources.fake_camera import FakeDevice

MakeVideo = Callable[..., Path]


def _gradient(index: int, size_wh: tuple[int, int] = (64, 48)) -> np.ndarray:
    """Make an RGB picture, red growing to the right, green downwards, blue with `index`."""
    width, height = size_wh
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = np.linspace(20, 230, width, dtype=np.uint8)[None]
    picture[..., 1] = np.linspace(20, 230, height, dtype=np.uint8)[:, None]
    picture[..., 2] = 16 * index % 256
    return picture


@pytest.fixture(scope="session")
def gradient() -> Callable[..., np.ndarray]:
    """Give a function (index, size_wh) that makes a picture."""
    return _gradient


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Give a function that writes a video and tells its path."""

    def write(
        name: str = "clip.mp4",
        pictures: Iterable[np.ndarray] | None = None,
        *,
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        source_fmt: str = "rgb24",
        fps: int = 10,
        pts: Iterable[int] | None = None,
        prepare: Callable[[Any], None] = lambda stream: None,
        options: dict[str, str] | None = None,
        reformat: dict[str, Any] | None = None,
    ) -> Path:
        shown = list(pictures) if pictures is not None else [_gradient(i) for i in range(10)]
        stamps = list(pts) if pts is not None else range(len(shown))
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=fps, options=options or {})
            stream.height, stream.width = shown[0].shape[:2]
            stream.pix_fmt = pix_fmt
            stream.codec_context.time_base = Fraction(1, fps)
            prepare(stream)
            for picture, stamp in zip(shown, stamps, strict=True):
                frame = av.VideoFrame.from_ndarray(picture, format=source_fmt)
                frame = frame.reformat(format=pix_fmt, **(reformat or {}))
                frame.pts, frame.time_base = stamp, Fraction(1, fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def make_pictures(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that fills a folder with pictures of the names given, each of another grey."""

    def write(*names: str) -> Path:
        folder = tmp_path / "shots"
        folder.mkdir(exist_ok=True)
        for number, name in enumerate(names):
            write_image(folder / name, np.full((32, 48, 3), number, np.uint8))
        return folder

    return write


@pytest.fixture(scope="session")
def difference() -> Callable[[np.ndarray, np.ndarray], float]:
    """Give a function that tells by how many levels two pictures of a size differ in the mean."""

    def tell(first: np.ndarray, second: np.ndarray) -> float:
        assert first.shape == second.shape
        return float(np.abs(first.astype(float) - second.astype(float)).mean())

    return tell


@pytest.fixture(scope="session")
def frames_of() -> Callable[..., list[Frame]]:
    """Give a function that reads a source to its end, or `most` frames of it."""

    def read(source: Source, most: int = 1000) -> list[Frame]:
        frames: list[Frame] = []
        while len(frames) < most and (frame := source.read(threading.Event())) is not None:
            frames.append(frame)
        return frames

    return read


@pytest.fixture(scope="session")
def read_for() -> Callable[[Source, float], Frame | None]:
    """Give a function that reads with a stop that is set after so many seconds."""

    def read(source: Source, seconds: float) -> Frame | None:
        stop = threading.Event()
        timer = threading.Timer(seconds, stop.set)
        timer.start()
        frame = source.read(stop)
        timer.cancel()
        timer.join()
        return frame

    return read


@pytest.fixture
def open_camera() -> Iterator[Callable[[FakeDevice], tuple[Camera, ManualClock]]]:
    """Give a function that opens a camera on a fake device, with a clock that stands still."""
    opened: list[tuple[Camera, FakeDevice]] = []

    def start(device: FakeDevice) -> tuple[Camera, ManualClock]:
        clock = ManualClock(100.0)
        camera = Camera(device.capture, clock=clock, patience_s=60)
        opened.append((camera, device))
        return camera, clock

    yield start
    for camera, device in opened:
        device.unblock()
        camera.close()
