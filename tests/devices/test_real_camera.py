"""Cameras of the kernel's own driver for tests, vivid: what a fake cannot show of OpenCV and Video4Linux."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.clock import SystemClock
from livedream.errors import InputError, SourceError
from livedream.frame import Rgb
from livedream.sources import Source, open_source
from livedream.sources.cameras import list_cameras

pytestmark = pytest.mark.camera

DRIVER = Path("/sys/bus/platform/drivers/vivid")
SMALL = (640, 360)


@pytest.fixture
def opened() -> Iterator[Callable[..., Source]]:
    """Return what opens a source, which is closed after the test."""
    with ExitStack() as sources:

        def open_one(spec: str, size_wh: tuple[int, int] = SMALL, fps: float = 15.0) -> Source:
            return sources.enter_context(
                closing(open_source(spec, fps=fps, size_wh=size_wh, loop=False, clock=SystemClock()))
            )

        yield open_one


def picture(source: Source) -> Rgb:
    frame = source.read(threading.Event())
    assert frame is not None
    return frame.rgb


def test_they_are_listed_by_name_before_virtual_ones(webcams: list[Any]) -> None:
    listed = list_cameras()
    places = [[camera.path for camera in listed].index(node.path) for node in webcams]
    assert places == list(range(len(webcams)))
    assert [listed[place].name for place in places] == [node.name for node in webcams]


def test_one_is_opened_by_index_name_and_part(webcams: list[Any], opened: Any) -> None:
    node = webcams[1]
    for wanted in (str(node.index), node.name, node.name[:9]):
        source = opened(f"camera:{wanted}")
        assert (source.info.name, source.info.device) == (node.name, node.path)
        source.close()
    with pytest.raises(InputError, match="matches"):
        opened("camera:vivid")


@pytest.mark.parametrize(
    ("asked_wh", "fps"), [((320, 180), 15.0), (SMALL, 15.0), (SMALL, 5.0), ((1280, 720), 12.5)]
)
def test_it_gives_the_size_and_the_rate_that_are_asked_for(
    webcams: list[Any], opened: Any, asked_wh: tuple[int, int], fps: float
) -> None:
    source = opened(f"camera:{webcams[0].index}", asked_wh, fps)
    assert source.info.size_wh == asked_wh
    assert source.info.fps == fps
    assert picture(source).shape == (asked_wh[1], asked_wh[0], 3)
    source.close()


def test_a_size_that_it_has_not_gives_one_that_it_has(webcams: list[Any], opened: Any) -> None:
    source = opened(f"camera:{webcams[0].index}", (700, 400))
    assert source.info.size_wh in {(640, 360), (640, 480), (1280, 720), (320, 180)}
    assert source.info.size_wh == picture(source).shape[1::-1]
    source.close()


def test_colours_are_those_of_its_test_pattern(
    webcams: list[Any], opened: Any, bars: Callable[[tuple[int, int]], Rgb]
) -> None:
    webcams[0].set("Test Pattern", 0)
    source = opened(f"camera:{webcams[0].index}")
    seen, want = picture(source), bars(SMALL)
    # Above and below are words, between the bars soft edges; the eighth bar is black.
    places = [round((place + 0.5) * SMALL[0] / 8) for place in range(7)]
    meant = [round((place + 0.5) * SMALL[0] / 7) for place in range(7)]
    assert np.abs(seen[250, places].astype(int) - want[250, meant]).max() <= 8
    source.close()


def test_one_that_is_in_use_is_told(webcams: list[Any], opened: Any) -> None:
    first = opened(f"camera:{webcams[0].index}")
    with pytest.raises(SourceError, match="another program may be using it"):
        opened(f"camera:{webcams[0].index}")
    assert picture(first) is not None
    first.close()
    opened(f"camera:{webcams[0].index}").close()


def test_frames_with_errors_do_not_end_it(webcams: list[Any], opened: Any, watching: Any, until: Any) -> None:
    with watching(opened(f"camera:{webcams[0].index}")) as watched:
        until(lambda: watched.frames > 3, "no picture")
        webcams[0].set("Percentage of Dropped Buffers", 60)
        webcams[0].set("Inject V4L2_BUF_FLAG_ERROR")
        before = watched.frames
        until(lambda: watched.frames > before + 5, "no picture after one with an error")
        assert watched.source.health.state == "live"
        webcams[0].set("Percentage of Dropped Buffers", 0)


def test_one_that_goes_while_it_runs_is_found_again(
    webcams: list[Any], opened: Any, watching: Any, until: Any
) -> None:
    with watching(opened(f"camera:{webcams[0].index}")) as watched:
        until(lambda: watched.frames > 3, "no picture")
        webcams[0].set("Disconnect")
        until(lambda: watched.source.health.state == "stale", "the loss is not told")
        before = watched.frames
        until(lambda: watched.frames > before + 5, "it is not found again")
        assert watched.source.health.state == "live"


def test_one_that_is_unplugged_says_so_and_is_found_when_plugged_in(
    webcams: list[Any], opened: Any, watching: Any, until: Any
) -> None:
    name = webcams[0].name
    with watching(opened(f"camera:{webcams[0].index}")) as watched:
        until(lambda: watched.frames > 3, "no picture")
        (DRIVER / "unbind").write_text("vivid.0")
        try:
            until(lambda: "not connected" in watched.source.health.message, "it is not told to be gone")
            assert name in watched.source.health.message
        finally:
            (DRIVER / "bind").write_text("vivid.0")
        before = watched.frames
        until(lambda: watched.frames > before + 5, "it is not found again")


def test_an_index_where_no_camera_is_names_those_that_are(webcams: list[Any], opened: Any) -> None:
    with pytest.raises(InputError, match=f"no camera '63'; found: .*{webcams[0].name}"):
        opened("camera:63")


def test_a_virtual_camera_that_nothing_feeds_is_told(loopbacks: list[Any], opened: Any) -> None:
    with pytest.raises(SourceError, match=f"nothing feeds {loopbacks[0].name}"):
        opened(f"camera:{loopbacks[0].index}")
