"""Live streams: newest picture first, and back again after the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from livedream.clock import ManualClock
from livedream.errors import InputError
from livedream.frame import Frame
from livedream.sources.stream import Stream, StreamCapture

MakeVideo = Callable[..., Path]
ReadFor = Callable[[Stream, float], Frame | None]


def test_it_delivers_and_connects_again_after_the_end(make_video: MakeVideo, read_for: ReadFor) -> None:
    clock = ManualClock()
    stream = Stream(str(make_video("c.ts")), clock=clock)
    assert stream.info.size_wh == (64, 48)
    assert stream.info.is_device
    assert stream.info.fps == pytest.approx(10)
    frame = read_for(stream, 60.0)
    assert frame.rgb.shape == (48, 64, 3)
    end = time.monotonic() + 60
    while "has ended" not in stream.health.message:
        assert time.monotonic() < end
        read_for(stream, 0.1)
    assert stream.health.state == "stale"
    again = None
    while again is None:  # a connection may have ended before its picture was taken
        assert time.monotonic() < end
        clock.advance(0.6)
        again = read_for(stream, 0.5)
    assert again.index >= frame.index + 1
    stream.close()
    assert stream.health.state == "off"


def test_an_address_that_does_not_answer_is_told() -> None:
    with pytest.raises(InputError, match=r"127\.0\.0\.1"):
        Stream("rtsp://127.0.0.1:9/none", clock=ManualClock())


def test_segments_are_given_in_their_own_time(make_video: MakeVideo) -> None:
    """Ten pictures, a twentieth of a second apart, all there at once, as HLS delivers them."""
    capture = StreamCapture(str(make_video("c.m3u8", fps=20)))
    capture.open()
    start = time.perf_counter()
    assert all(capture.read()[0] for _ in range(9))
    assert time.perf_counter() - start > 0.3
    capture.release()
    capture.release()
