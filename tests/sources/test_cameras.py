"""Which cameras there are, and which of them is meant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.errors import InputError, SourceError
from livedream.sources import cameras as cameras_module
from livedream.sources.cameras import CameraInfo, choose_camera, find_again, list_cameras

C920 = CameraInfo(0, "HD Pro Webcam C920", "V4L2", "/dev/video0")
BUILT_IN = CameraInfo(2, "Integrated Camera", "V4L2", "/dev/video2")
CAMERAS = (C920, BUILT_IN, CameraInfo(4, "Integrated Camera IR", "V4L2", "/dev/video4"))


def listing(**by_backend: list[CameraInfo]) -> Callable[[str], list[CameraInfo]]:
    return lambda backend: by_backend.get(backend, [])


@pytest.mark.parametrize(
    ("wanted", "index"),
    [("0", 0), (" 2 ", 2), ("hd pro webcam c920", 0), ("c920", 0), ("INTEGRATED CAMERA", 2), ("ir", 4)],
)
def test_index_whole_name_or_part(wanted: str, index: int) -> None:
    assert choose_camera(wanted, CAMERAS).index == index


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("integrated", "matches 2: Integrated Camera, 4: Integrated Camera IR"),
        ("7", "found: 0: HD Pro Webcam C920, 2: Integrated Camera"),
        ("integrated camra", "Did you mean 'Integrated Camera'?"),
    ],
)
def test_none_or_several_lists_what_there_is(wanted: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        choose_camera(wanted, CAMERAS)
    assert told in str(raised.value)


def test_no_camera_at_all_says_what_else() -> None:
    with pytest.raises(InputError, match="no camera was found at all"):
        choose_camera("c920", ())


@settings(deadline=None)
@given(st.text(min_size=1), st.lists(st.text(min_size=1), max_size=4))
def test_any_words_choose_or_explain(wanted: str, names: list[str]) -> None:
    cameras = tuple(CameraInfo(index, name) for index, name in enumerate(names))
    try:
        told: object = choose_camera(wanted, cameras)
    except InputError as error:
        told = str(error)
    assert told in cameras or repr(wanted) in str(told)


def test_two_alike_are_told_apart_by_index_only() -> None:
    twins = (CameraInfo(0, "C920", "V4L2", "/dev/video0"), CameraInfo(2, "C920", "V4L2", "/dev/video2"))
    with pytest.raises(InputError, match="camera:INDEX"):
        choose_camera("C920", twins)
    assert choose_camera("2", twins) == twins[1]


def test_a_lost_camera_is_found_by_name_first_at_its_path() -> None:
    moved = CameraInfo(6, "HD Pro Webcam C920", "V4L2", "/dev/video6")
    assert find_again(C920, (BUILT_IN, moved)) == moved
    assert find_again(C920, (moved, C920)) == C920
    assert find_again(C920, (BUILT_IN,)) is None


@pytest.fixture
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.usefixtures("on_linux")
def test_no_camera_is_an_empty_list() -> None:
    assert list_cameras(listing()) == ()


@pytest.mark.usefixtures("on_linux")
def test_real_cameras_come_before_virtual_ones() -> None:
    found = [
        CameraInfo(10, "OBS Virtual Camera", "", "/dev/video10"),
        CameraInfo(9, "Dummy video device (0x0000)", "", "/dev/video9"),
        CameraInfo(12, "C920", "", "/dev/video12"),
    ]
    names = [camera.name for camera in list_cameras(listing(V4L2=found))]
    assert names == ["C920", "Dummy video device (0x0000)", "OBS Virtual Camera"]


@pytest.mark.usefixtures("on_linux")
def test_what_is_no_hardware_is_virtual_whatever_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for place, number in (("virtual/video4linux", 0), ("pci0000:00/usb1", 1)):
        (tmp_path / place / f"video{number}").mkdir(parents=True)
        (tmp_path / f"video{number}").symlink_to(tmp_path / place / f"video{number}")
    monkeypatch.setattr(cameras_module, "DEVICES", tmp_path)
    stage, webcam = CameraInfo(0, "Stage", "", "/dev/video0"), CameraInfo(1, "C920", "", "/dev/video1")
    assert [camera.name for camera in list_cameras(listing(V4L2=[stage, webcam]))] == ["C920", "Stage"]


@pytest.mark.usefixtures("on_windows")
def test_a_camera_of_two_backends_is_listed_once() -> None:
    usb = r"\\?\usb#vid_046d&pid_082d&mi_00#6&1&0&0000#"
    found = list_cameras(
        listing(
            DSHOW=[
                CameraInfo(1, "OBS Virtual Camera", "", r"@device:sw:{860B}\{A3}"),
                CameraInfo(0, "C920", "", "@device:pnp:" + usb + r"{65e8773d}\global"),
            ],
            MSMF=[
                CameraInfo(0, "C920", "", usb.upper() + r"{e5323777}\global"),
                CameraInfo(1, "Surface Camera", "", r"\\?\display#x#{e5323777}\global"),
            ],
        )
    )
    assert [(camera.backend, camera.index, camera.name) for camera in found] == [
        ("DSHOW", 0, "C920"),
        ("MSMF", 1, "Surface Camera"),
        ("DSHOW", 1, "OBS Virtual Camera"),
    ]


@pytest.mark.usefixtures("on_linux")
def test_a_failing_list_says_why() -> None:
    def fail(backend: str) -> list[CameraInfo]:
        raise PermissionError("no access to /dev")

    with pytest.raises(SourceError, match="no access to /dev"):
        list_cameras(fail)


def test_an_unknown_system_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(SourceError, match="plan9"):
        list_cameras()


def test_this_machine_can_be_asked() -> None:
    assert all(isinstance(camera, CameraInfo) for camera in list_cameras())
