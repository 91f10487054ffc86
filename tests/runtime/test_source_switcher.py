from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.errors import SourceError
from livedream.runtime.commands import Commands
from livedream.runtime.current_source import CurrentSource
from livedream.runtime.source_switcher import (
    Devices,
    SourceSwitcher,
    Wish,
    add_source_commands,
    reopened,
    spec_of,
)
from livedream.sources.camera import Camera
from livedream.sources.cameras import CameraInfo
from livedream.sources.capture import Opened
from livedream.sources.fake_camera import FakeCapture, FakeDevice

ALIKE = (
    CameraInfo(0, "C920", "V4L2", "/dev/video0"),
    CameraInfo(2, "C920", "V4L2", "/dev/video2"),
    CameraInfo(4, "Cam Link", "V4L2", "/dev/video4"),
)
STANDARD = Wish("", (128, 96), 30.0)


class Desk:
    """A switcher whose cameras are fakes; `told` gets what is said, `wait` waits for the next sentence."""

    def __init__(self, source: Any) -> None:
        self.wishes: list[Wish] = []
        self.opened: list[Any] = []
        self.cameras = list(ALIKE)
        self.faults: dict[str, Exception] = {}
        self.waits_for: dict[str, threading.Event] = {}
        self.told: list[str] = []
        self.rates: list[float] = []
        self._said = threading.Semaphore(0)
        self.current = CurrentSource(source, ManualClock(), self._tell)
        self.switcher = SourceSwitcher(
            self.current, STANDARD, self._tell, lambda info: self.rates.append(info.fps)
        )
        self.reopened: list[Wish] = []
        self.switcher.devices = Devices(self._open, self._reopen, lambda: self.cameras)
        self.make: Callable[[Wish], Any] = lambda wish: source

    def wait(self) -> str:
        assert self._said.acquire(timeout=60)
        return self.told[-1]

    def _open(self, wish: Wish) -> Any:
        self.wishes.append(wish)
        device = wish.what.device if isinstance(wish.what, CameraInfo) else wish.what
        if device in self.waits_for:
            assert self.waits_for[device].wait(60)
        if device in self.faults:
            raise self.faults[device]
        source = self.make(wish)
        source.info = replace(source.info, name=wish.name, device=device)
        self.opened.append(source)
        return source

    def _reopen(self, _: Camera, wish: Wish) -> None:
        self.reopened.append(wish)

    def _tell(self, sentence: str) -> None:
        self.told.append(sentence)
        self._said.release()


@pytest.fixture
def desk(make_source: Callable[..., Any]) -> Desk:
    desk = Desk(make_source())
    desk.make = lambda _: make_source(fps=25.0)
    return desk


def test_what_opens_takes_the_place_of_what_runs_and_its_rate_is_followed(desk: Desk) -> None:
    assert desk.switcher.change("beach.mp4") == "opening beach.mp4"
    assert desk.wait() == "showing beach.mp4"
    assert desk.current.info.name == "beach.mp4"
    assert desk.rates == [25.0]
    assert desk.switcher.opening == desk.switcher.trouble == ""
    assert desk.wishes == [replace(STANDARD, what="beach.mp4")]


@pytest.mark.parametrize("fault", [SourceError("it is in use"), ZeroDivisionError("a driver's mistake")])
def test_what_does_not_open_leaves_what_runs_and_one_sentence_says_so(desk: Desk, fault: Exception) -> None:
    desk.faults["/dev/video2"] = fault
    desk.switcher.change(ALIKE[1], (640, 480))
    said = desk.wait()
    assert said.startswith("C920 cannot be shown, drifting goes on:")
    assert str(fault) in said
    assert desk.switcher.trouble == said
    assert desk.current.info.name == "drifting"
    assert desk.wishes[0].size_wh == (640, 480)
    assert desk.rates == []
    assert desk.told == [said]


def test_the_newest_wish_counts_and_one_that_opens_late_is_closed_again(desk: Desk) -> None:
    desk.waits_for["/dev/video0"] = threading.Event()
    desk.switcher.change(ALIKE[0])
    desk.switcher.change(ALIKE[2])
    assert desk.wait() == "showing Cam Link"
    desk.waits_for["/dev/video0"].set()
    while len(desk.opened) < 2 or not desk.opened[1].closed:
        threading.Event().wait(0.01)
    assert desk.current.info.device == "/dev/video4"
    assert desk.told == ["showing Cam Link"]


def test_next_camera_goes_round_also_among_cameras_of_one_name(desk: Desk) -> None:
    commands = Commands()
    add_source_commands(commands, desk.switcher)
    for camera in (*ALIKE, ALIKE[0]):
        assert commands.do("next camera") == "opening the next camera"
        assert desk.wait() == f"showing {camera.name}"
        assert desk.switcher.in_use == camera.device
    assert commands.do("clouds") == "opening clouds"
    assert desk.wait() == "showing clouds"


@pytest.mark.parametrize(
    ("cameras", "said"), [([], "no camera was found"), ([ALIKE[0]], "there is only one camera")]
)
def test_without_another_camera_it_says_so(desk: Desk, cameras: list[CameraInfo], said: str) -> None:
    desk.cameras = [ALIKE[0]]
    desk.switcher.next_camera()
    desk.wait()
    desk.cameras = cameras
    desk.switcher.next_camera()
    assert said in desk.wait()
    assert desk.current.info.device == "/dev/video0"


def test_a_name_that_two_cameras_have_is_told(desk: Desk) -> None:
    desk.switcher.change("camera:C920")
    assert "matches 0: C920, 2: C920" in desk.wait()
    desk.switcher.change("camera:link")
    assert desk.wait() == "showing Cam Link"


def test_after_the_end_nothing_is_shown(desk: Desk) -> None:
    desk.waits_for["clouds"] = threading.Event()
    desk.switcher.change("clouds")
    desk.switcher.close()
    desk.waits_for["clouds"].set()
    while not (desk.opened and desk.opened[0].closed):
        threading.Event().wait(0.01)
    assert desk.current.info.name == "drifting"


class Named(FakeCapture):
    def open(self) -> Opened:
        return replace(super().open(), device="/dev/video0")


def test_the_camera_in_use_is_asked_for_another_size_and_not_opened_a_second_time() -> None:
    device = FakeDevice()
    camera = Camera(lambda: Named(device))
    desk = Desk(camera)
    desk.switcher.change("camera:0", (640, 480))
    desk.wait()
    assert desk.reopened == [replace(STANDARD, what=ALIKE[0], size_wh=(640, 480))]
    assert desk.wishes == []
    camera.close()


def test_reopening_asks_the_device_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    camera = Camera(FakeDevice().capture)
    monkeypatch.setattr(Camera, "reopen", lambda _, connect: asked.append(connect()))
    reopened(camera, replace(STANDARD, what=ALIKE[2], size_wh=(320, 240)))
    camera.close()
    assert [(one._camera, one._size_wh, one._fps) for one in asked] == [(ALIKE[2], (320, 240), 30.0)]


def test_what_is_shown_can_be_opened_again(desk: Desk, make_source: Callable[..., Any]) -> None:
    desk.make = lambda wish: make_source()
    assert desk.switcher.spec == "", "nobody has named it"
    for what, spec in (
        (ALIKE[2], "camera:Cam Link"),
        ("clouds:7", "clouds:7"),
        ("camera:cam", "camera:Cam Link"),
    ):
        desk.switcher.change(what)
        desk.wait()
        assert desk.switcher.spec == spec
    desk.faults["clouds"] = SourceError("it is not there")
    desk.switcher.change("clouds")
    desk.wait()
    assert desk.switcher.spec == "camera:Cam Link", "that one goes on"


def test_a_file_is_named_from_any_folder_and_an_address_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "film.mp4").touch()
    (tmp_path / "clouds").touch()
    monkeypatch.chdir(tmp_path)
    assert spec_of("film.mp4") == str(tmp_path / "film.mp4")
    assert spec_of("./clouds") == str(tmp_path / "clouds")
    assert spec_of("clouds") == "clouds", "the word means the clouds"
    assert spec_of("rtsp://me:secret@camera.local:554/1") == "rtsp://me@camera.local:554/1"
    assert spec_of("http://camera.local:8080/1") == "http://camera.local:8080/1"
