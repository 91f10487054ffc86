from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SourceError
from livedream.frame import Frame
from livedream.runtime.camera_previews import CameraPreviews, CameraView
from livedream.runtime.current_source import CurrentSource
from livedream.runtime.source_switcher import Devices, SourceSwitcher, Wish
from livedream.sources.cameras import CameraInfo

ALIKE = (CameraInfo(0, "C920", path="/dev/video0"), CameraInfo(2, "C920", path="/dev/video2"))
BROKEN = CameraInfo(4, "broken", path="/dev/video4")
HANGING = CameraInfo(6, "hanging", path="/dev/video6")


class Room:
    """Cameras that are opened one at a time; `most` is how many ever were at once."""

    def __init__(self, make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        self._make = make_source
        self.cameras: Any = [*ALIKE, BROKEN, HANGING]
        self.opened: list[str] = []
        self.open_now = self.most = 0
        self.fault: Exception = SourceError("another program may be using it")
        self.let_go = threading.Event()
        self.let_go.set()
        in_use = make_source()
        in_use.info = replace(in_use.info, device="/dev/video0")
        self.switcher = SourceSwitcher(
            CurrentSource(in_use, ManualClock(), lambda _: None), Wish(""), lambda _: None, lambda _: None
        )
        self.switcher.devices = Devices(self.open, cameras=self.listed)
        self.own = Frame(np.full((90, 160, 3), 200, np.uint8), 0.0, 0)
        self.previews = CameraPreviews(self.switcher, lambda: self.own)
        monkeypatch.setattr("livedream.runtime.camera_previews.ROUND_S", 0.01)

    def listed(self) -> Any:
        if isinstance(self.cameras, Exception):
            raise self.cameras
        return self.cameras

    def open(self, wish: Wish) -> Any:
        assert isinstance(wish.what, CameraInfo)
        self.opened.append(wish.what.device)
        if wish.what == BROKEN:
            raise self.fault
        if wish.what == HANGING:
            raise SourceError(f"it has sent no picture within {wish.patience_s:g} s")
        self.open_now += 1
        self.most = max(self.most, self.open_now)
        assert self.let_go.wait(60)
        source = self._make()
        close = source.close

        def closed() -> None:
            self.open_now -= 1
            close()

        source.close = closed
        return source

    def view(self, camera: CameraInfo) -> CameraView | None:
        return next((view for view in self.previews.views() if view.camera.device == camera.device), None)

    def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(6000):
            if is_so():
                return
            threading.Event().wait(0.01)
        raise AssertionError("waited in vain")


@pytest.fixture
def room(make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    room = Room(make_source, monkeypatch)
    yield room
    room.previews.close()
    room.let_go.set()


def seen(view: CameraView | None) -> bool:
    return view is not None and view.rgb is not None


def test_each_camera_is_looked_through_but_never_the_one_in_use(room: Room) -> None:
    room.previews.open()
    room.until(lambda: room.opened.count("/dev/video2") > 2)
    assert seen(room.view(ALIKE[1]))
    own = room.view(ALIKE[0])
    assert own is not None
    assert own.rgb is not None
    assert own.rgb.mean() == 200
    assert own.rgb.shape[1] <= 240
    assert "/dev/video0" not in room.opened
    assert room.most == 1


def test_those_that_fail_say_why_and_are_not_tried_again_until_they_were_away(room: Room) -> None:
    room.previews.open()
    room.until(lambda: room.opened.count("/dev/video2") > 2)
    for camera, why in ((BROKEN, "another program"), (HANGING, "no picture within 4 s")):
        view = room.view(camera)
        assert view is not None
        assert why in view.trouble
        assert room.opened.count(camera.device) == 1
    room.cameras = list(ALIKE)
    room.until(lambda: room.view(BROKEN) is None)
    room.cameras = [*ALIKE, BROKEN]
    room.until(lambda: room.opened.count("/dev/video4") == 2)


def test_a_driver_s_mistake_ends_no_look_at_the_others(room: Room) -> None:
    room.fault = ZeroDivisionError("a driver's mistake")
    room.previews.open()
    room.until(lambda: room.opened.count("/dev/video2") > 2)
    view = room.view(BROKEN)
    assert view is not None
    assert view.trouble == "ZeroDivisionError: a driver's mistake."


def test_closed_it_opens_nothing_more_and_lets_go_of_what_is_open(room: Room) -> None:
    room.let_go.clear()
    room.previews.open()
    room.until(lambda: room.open_now == 1)
    room.previews.close()
    room.let_go.set()
    room.until(lambda: room.open_now == 0)
    room.until(lambda: "camera previews" not in {one.name for one in threading.enumerate()})
    assert room.open_now == 0


def test_a_camera_that_is_chosen_while_it_is_looked_through_is_opened_after_that(room: Room) -> None:
    room.let_go.clear()
    room.previews.open()
    room.until(lambda: room.open_now == 1)
    room.previews.close()
    room.switcher.change(ALIKE[1])
    room.let_go.set()
    room.until(lambda: room.switcher.opening == "")
    assert room.switcher.trouble == ""
    assert room.most == 1


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (SourceError("cannot list cameras here"), "cannot list cameras here."),
        (OSError("no bus"), "OSError: no bus."),
    ],
)
def test_cameras_that_cannot_be_listed_say_why_until_they_can(room: Room, fault: Exception, why: str) -> None:
    room.cameras = fault
    room.previews.open()
    room.until(lambda: room.previews.trouble == why)
    assert room.previews.views() == ()
    room.cameras = list(ALIKE)
    room.until(lambda: room.previews.trouble == "")
    room.until(lambda: len(room.previews.views()) == len(ALIKE))
