"""Virtual cameras of v4l2loopback, through the backend that feeds them and OpenCV, which looks at them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from livedream.clock import SystemClock
from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks.virtual_camera import VirtualCamera
from livedream.sources import open_source
from livedream.sources.cameras import choose_camera, list_cameras

pytestmark = pytest.mark.virtual_camera

SIZE_WH = (640, 360)
FEED = """
import sys, numpy
from livedream.sinks.virtual_camera import VirtualCamera
sink = VirtualCamera(sys.argv[1], (640, 360), 15)
sink.open((640, 360), 15)
sink.write(numpy.zeros((360, 640, 3), numpy.uint8), 0.0)
print("feeding", flush=True)
sys.stdin.read()
"""
WRITE_ONLY = """
import sys, numpy, pyvirtualcam
with pyvirtualcam.Camera(640, 360, 15, device=sys.argv[1]) as camera:
    camera.send(numpy.zeros((360, 640, 3), numpy.uint8))
"""


@contextmanager
def fed_elsewhere(path: str) -> Iterator[Any]:
    """Feed a device from another process."""
    with subprocess.Popen(
        [sys.executable, "-c", FEED, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "feeding\n"
        try:
            yield other
        finally:
            other.kill()


@pytest.fixture
def made() -> Iterator[Callable[..., VirtualCamera]]:
    """Return what makes a sink, which is closed after the test."""
    with ExitStack() as sinks:

        def make(path: str | None, size_wh: tuple[int, int] = SIZE_WH) -> VirtualCamera:
            return sinks.enter_context(closing(VirtualCamera(path, size_wh)))

        yield make


@pytest.mark.parametrize("number", [0, 1], ids=["plain", "exclusive caps"])
@pytest.mark.parametrize("size_wh", [SIZE_WH, (1280, 720), (322, 182)])
def test_what_is_fed_is_seen_in_its_colours_and_size(
    loopbacks: list[Any],
    feeding: Any,
    bars: Callable[[tuple[int, int]], Rgb],
    number: int,
    size_wh: tuple[int, int],
) -> None:
    path, rgb = loopbacks[number].path, bars(size_wh)
    with feeding(path, rgb):
        watcher = cv2.VideoCapture(path, cv2.CAP_V4L2)
        arrived, seen = watcher.read()
        watcher.release()
    assert arrived
    assert seen.shape == rgb.shape
    row, columns = size_wh[1] // 2, [round((place + 0.5) * size_wh[0] / 7) for place in range(7)]
    assert np.abs(seen[row, columns, ::-1].astype(int) - rgb[row, columns]).max() <= 4


def test_its_rate_is_told_to_who_looks(loopbacks: list[Any], made: Any) -> None:
    made(loopbacks[0].path).open(SIZE_WH, 12.5)
    # Not by OpenCV, which asks every camera for 30 a second.
    told = Path(f"/sys/class/video4linux/video{loopbacks[0].index}/format").read_text()
    assert told.strip() == "YU12:640x360@25/2"


def test_with_exclusive_caps_it_is_a_camera_only_while_it_is_fed(
    loopbacks: list[Any], feeding: Any, bars: Any
) -> None:
    path = loopbacks[1].path
    assert path not in [camera.path for camera in list_cameras()]
    with feeding(path, bars(SIZE_WH)):
        assert choose_camera(loopbacks[1].name, list_cameras()).path == path
    assert path not in [camera.path for camera in list_cameras()]


def test_one_that_is_fed_is_a_source_as_any_camera(
    loopbacks: list[Any], feeding: Any, watching: Any, until: Any, bars: Any
) -> None:
    with feeding(loopbacks[0].path, bars(SIZE_WH)):
        source = open_source(
            f"camera:{loopbacks[0].name}", fps=30, size_wh=(1280, 720), loop=False, clock=SystemClock()
        )
        with watching(source) as watched:
            until(lambda: watched.frames > 5, "no picture")
            assert source.info.size_wh == SIZE_WH
            column = SIZE_WH[0] * 11 // 14
            assert np.abs(watched.last.rgb[180, column].astype(int) - (192, 0, 0)).max() <= 4


def test_all_are_listed_after_real_cameras_whatever_they_are_called(
    webcams: list[Any], loopbacks: list[Any]
) -> None:
    paths = [camera.path for camera in list_cameras()]
    real = {node.path for node in webcams}
    virtual = {node.path for node in loopbacks}
    assert [path in virtual for path in paths if path in real | virtual] == [False] * len(real) + [True] * 2


def test_with_exclusive_caps_it_can_be_fed_again_and_again(
    loopbacks: list[Any], feeding: Any, bars: Any
) -> None:
    for _ in range(3):
        with feeding(loopbacks[1].path, bars(SIZE_WH)):
            assert loopbacks[1].path in [camera.path for camera in list_cameras()]


@pytest.mark.parametrize("number", [0, 1], ids=["plain", "exclusive caps"])
def test_one_that_another_program_feeds_is_refused_with_the_remedy(
    loopbacks: list[Any], made: Any, number: int
) -> None:
    path = loopbacks[number].path
    sink = made(path)
    with fed_elsewhere(path) as other:
        with pytest.raises(SinkError, match="because another program feeds it") as caught:
            sink.open(SIZE_WH, 15)
        assert f"fuser -v {path}" in caught.value.remedy
        other.communicate("")
    assert sink.open(SIZE_WH, 15) == f"{path} at 640x360, 15 fps"


@pytest.mark.parametrize("number", [0, 1], ids=["plain", "exclusive caps"])
def test_one_whose_program_was_killed_can_be_fed(loopbacks: list[Any], made: Any, number: int) -> None:
    with fed_elsewhere(loopbacks[number].path) as other:
        other.kill()
    assert made(loopbacks[number].path).open(SIZE_WH, 15)


def test_one_that_a_program_without_a_stream_has_fed_can_be_fed(loopbacks: list[Any], made: Any) -> None:
    path = loopbacks[1].path
    subprocess.run([sys.executable, "-c", WRITE_ONLY, path], check=True)
    assert made(path).open(SIZE_WH, 15)


def test_two_sinks_of_one_program_do_not_share_one(loopbacks: list[Any], made: Any) -> None:
    first, second = made(loopbacks[0].path), made(loopbacks[0].path)
    first.open(SIZE_WH, 15)
    with pytest.raises(SinkError, match="because another program feeds it"):
        second.open(SIZE_WH, 15)


def test_any_takes_one_that_is_free_and_leaves_no_other_open(
    webcams: list[Any], loopbacks: list[Any], made: Any
) -> None:
    words = [made(None).open(SIZE_WH, 15) for _ in range(2)]
    assert words == [f"{node.path} at 640x360, 15 fps" for node in loopbacks[:2]]
    held = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert sorted(path for path in held if "/dev/video" in path) == [node.path for node in loopbacks[:2]]


def test_what_is_refused_is_not_kept_open(webcams: list[Any], made: Any) -> None:
    path = webcams[0].path
    with pytest.raises(SinkError, match="there is no such virtual camera") as caught:
        made(path).open(SIZE_WH, 15)
    assert "modprobe v4l2loopback" in caught.value.remedy
    assert path not in [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()]


def test_another_size_while_somebody_looks_is_refused_and_works_once_nobody_does(
    loopbacks: list[Any], bars: Any, feeding: Any, made: Any
) -> None:
    path = loopbacks[0].path
    with feeding(path, bars(SIZE_WH)):
        watcher = cv2.VideoCapture(path, cv2.CAP_V4L2)
        assert watcher.read()[0]
    sink = made(path, (320, 180))
    with pytest.raises(SinkError, match="a program that shows it keeps it at 640x360") as caught:
        sink.open((320, 180), 15)
    assert f"fuser -v {path}" in caught.value.remedy
    assert "--size 640x360" in caught.value.remedy
    watcher.release()
    sink.open((320, 180), 15)


def test_nobody_looking_does_not_hold_up_who_writes(loopbacks: list[Any], made: Any) -> None:
    sink, done = made(loopbacks[2].path), threading.Event()

    def write() -> None:
        sink.open(SIZE_WH, 15)
        for index in range(20):
            sink.write(np.full((360, 640, 3), index, np.uint8), index / 15)
        done.set()

    threading.Thread(target=write, daemon=True).start()
    assert done.wait(60)
