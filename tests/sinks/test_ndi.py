"""NDI through a fake of cyndilib 0.1: what its documents promise of senders, frames and FourCC."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks.ndi import Ndi
from livedream.sinks.sink import Sink


class FourCC(IntEnum):
    BGRX = 1
    RGBX = 2


class Frame:
    def set_resolution(self, xres: int, yres: int) -> None:
        self.size_wh = (xres, yres)

    def set_fourcc(self, value: FourCC) -> None:
        self.fourcc = value

    def set_frame_rate(self, value: Fraction) -> None:
        self.rate = value


class Sender:
    """A sender of cyndilib; it sees what a receiver would."""

    made: ClassVar[list[Sender]] = []

    def __init__(self, ndi_name: str, clock_video: bool = True) -> None:
        self.name, self.clock_video, self.running = ndi_name, clock_video, False
        self.seen: list[Rgb] = []
        self.made.append(self)

    def set_video_frame(self, frame: Frame) -> None:
        self.frame = frame

    def open(self) -> None:
        if self.name == "taken":
            raise RuntimeError("the name is in use")
        self.running = True

    def write_video(self, data: Any) -> bool:
        width, height = self.frame.size_wh
        pixels = np.frombuffer(memoryview(data), np.uint8).reshape(height, width, 4)
        self.seen.append(pixels[..., {FourCC.RGBX: [0, 1, 2], FourCC.BGRX: [2, 1, 0]}[self.frame.fourcc]])
        return self.running

    def close(self) -> None:
        self.running = False


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    Sender.made.clear()
    modules = {
        "cyndilib": SimpleNamespace(),
        "cyndilib.video_frame": SimpleNamespace(VideoSendFrame=Frame),
        "cyndilib.sender": SimpleNamespace(Sender=Sender),
        "cyndilib.wrapper": SimpleNamespace(),
        "cyndilib.wrapper.ndi_structs": SimpleNamespace(FourCC=FourCC),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


def test_colour_bars_arrive_with_their_colours(bars: Rgb, send_bars: Callable[[Sink], str]) -> None:
    assert send_bars(Ndi("stage")) == "stage at 96x24, 30 fps"
    (sender,) = Sender.made
    assert np.array_equal(sender.seen[0], bars)
    assert (sender.name, sender.clock_video, sender.running) == ("stage", False, False)


def test_the_rate_is_announced_as_it_is() -> None:
    assert Ndi("stage").open((96, 24), 29.97) == "stage at 96x24, 29.97 fps"
    assert float(Sender.made[0].frame.rate) == pytest.approx(29.97)


def test_frames_of_another_size_arrive_at_the_one_that_was_announced(bars: Rgb) -> None:
    sink = Ndi("stage")
    sink.open((96, 24), 30)
    sink.write(np.ascontiguousarray(bars[::2, ::2]), 0.0)
    assert Sender.made[0].seen[0].shape == (24, 96, 3)


def test_what_cannot_start_or_has_stopped_says_so(bars: Rgb) -> None:
    with pytest.raises(SinkError, match=r"NDI taken cannot start \(the name is in use\)") as caught:
        Ndi("taken").open((96, 24), 30)
    assert "--sink ndi:NAME" in caught.value.remedy
    sink = Ndi("stage")
    sink.open((96, 24), 30)
    Sender.made[-1].close()
    with pytest.raises(SinkError, match="NDI stage has stopped"):
        sink.write(bars, 0.0)


def test_it_opens_and_closes_twenty_times(bars: Rgb) -> None:
    sink = Ndi("stage")
    for _ in range(20):
        sink.open((96, 24), 30)
        sink.write(bars, 0.0)
        sink.close()
    assert [len(sender.seen) for sender in Sender.made] == [1] * 20
