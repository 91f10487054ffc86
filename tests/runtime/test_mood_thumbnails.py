from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from livedream.errors import EngineError, LivedreamError
from livedream.frame import Frame, Rgb
from livedream.presets import Preset
from livedream.runtime.mood_thumbnails import MoodThumbnails
from livedream.settings import Settings, change

DEPTHS = {"a": 0.1, "b": 0.9}
MOODS = [Preset(name, "", change(Settings(), {"look.depth": depth})) for name, depth in DEPTHS.items()]


class FakePainter:
    """Paints with the depth of the look, or fails as told."""

    def __init__(self) -> None:
        self.painted: list[tuple[float, int]] = []
        self.faults: dict[float, LivedreamError] = {}
        self.closed = False

    def paint(self, settings: Settings, rgb: Rgb) -> Rgb:
        depth = settings.look.depth
        self.painted.append((depth, int(rgb[0, 0, 0])))
        if depth in self.faults:
            raise self.faults[depth]
        return np.full((9, 16, 3), round(100 * depth), np.uint8)

    def close(self) -> None:
        self.closed = True


class Show:
    """A show whose source, and whose time, are set by hand."""

    def __init__(self) -> None:
        self.frame: Frame | None = Frame(np.full((9, 16, 3), 5, np.uint8), 0.0, 0)
        self.has_time, self.ready = True, {"a", "b"}
        self.told: list[str] = []
        self.looks = 0
        self.painter = FakePainter()
        self.thumbnails = MoodThumbnails(
            lambda: MOODS,
            self._look,
            lambda preset: self.has_time and preset.name in self.ready,
            self.painter,
            self.told.append,
        )

    def _look(self) -> Frame | None:
        self.looks += 1
        return self.frame

    def look_on(self) -> None:
        """Wait until it has looked a few times more."""
        until(lambda enough=self.looks + 4: self.looks >= enough)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    for name in ("LOOK_UP_S", "REST_S"):
        monkeypatch.setattr(f"livedream.runtime.mood_thumbnails.{name}", 0.001)
    show = Show()
    yield show
    show.thumbnails.close()
    assert show.painter.closed


def until(is_so: Callable[[], Any]) -> None:
    for _ in range(12_000):
        if is_so():
            return
        threading.Event().wait(0.005)
    raise AssertionError("waited in vain")


def test_each_mood_gets_its_picture_once(show: Show) -> None:
    show.thumbnails.start()
    until(lambda: len(show.painter.painted) == 2)
    got: dict[str, Rgb] = {}
    until(lambda: got.update(show.thumbnails.take()) or len(got) == 2)
    assert {name: int(rgb[0, 0, 0]) for name, rgb in got.items()} == {"a": 10, "b": 90}
    assert show.thumbnails.take() == {}
    show.look_on()
    assert len(show.painter.painted) == 2


def test_another_source_is_painted_at_once_and_the_old_one_no_more(show: Show) -> None:
    show.thumbnails.start()
    until(lambda: len(show.painter.painted) == 2)
    show.frame = Frame(np.full((9, 16, 3), 7, np.uint8), 0.0, 0, shot=1)
    until(lambda: len(show.painter.painted) == 4)
    assert show.painter.painted[2:] == [(0.1, 7), (0.9, 7)]


def test_after_its_time_all_are_painted_anew(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedream.runtime.mood_thumbnails.EVERY_S", 0.01)
    show.thumbnails.start()
    until(lambda: len(show.painter.painted) >= 6)


def test_without_time_or_without_a_frame_nothing_is_painted(show: Show) -> None:
    show.has_time, frame, show.frame = False, show.frame, None
    show.thumbnails.start()
    for has_time, is_there in ((False, True), (True, False)):
        show.has_time, show.frame = has_time, frame if is_there else None
        show.look_on()
        assert show.painter.painted == []
    show.frame = frame
    until(lambda: len(show.painter.painted) == 2)


def test_a_mood_whose_time_comes_later_holds_up_no_other(show: Show) -> None:
    show.ready = {"b"}
    show.thumbnails.start()
    until(lambda: show.thumbnails.take().keys() == {"b"})
    assert [depth for depth, _ in show.painter.painted] == [0.9]
    show.ready = {"a", "b"}
    until(lambda: show.thumbnails.take().keys() == {"a"})
    assert [depth for depth, _ in show.painter.painted] == [0.9, 0.1]


def test_a_mood_that_cannot_be_dreamed_has_no_picture_and_the_others_have(show: Show) -> None:
    show.painter.faults[0.1] = LivedreamError("there is no such layer")
    show.thumbnails.start()
    until(lambda: show.thumbnails.take().keys() == {"b"})
    assert show.told == []


def test_a_painter_that_ends_is_told_once(show: Show) -> None:
    show.painter.faults[0.1] = EngineError("the process has ended")
    show.thumbnails.start()
    until(lambda: show.told)
    threading.Event().wait(0.03)
    assert show.told == ["the process has ended"]
    assert len(show.painter.painted) == 1
