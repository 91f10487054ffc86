"""From words to sources: what is meant, and what is wrong with it."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from livedream.clock import ManualClock
from livedream.errors import InputError, LivedreamError, SourceError
from livedream.sources import Source, cameras, open_source
from livedream.sources.cameras import CameraInfo

MakeVideo = Callable[..., Path]
GO = threading.Event()


def opened(spec: str, *, loop: bool = True) -> Source:
    return open_source(spec, fps=30.0, size_wh=(64, 36), loop=loop, clock=ManualClock())


def refusal(spec: str) -> str:
    with pytest.raises(InputError) as raised:
        opened(spec)
    message = str(raised.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    return message


@pytest.fixture
def png(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((6, 8, 3), np.uint8))[1].tobytes())
    return path


def test_clouds_with_and_without_a_seed() -> None:
    first, same, other = (opened(spec).read(GO).rgb for spec in ("clouds", "clouds:0", "clouds:7"))
    assert first.shape == (36, 64, 3)
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("spec", ["clouds:", "clouds:-1", "clouds:abc", "clouds:1.5"])
def test_a_seed_is_a_whole_number(spec: str) -> None:
    assert "whole number" in refusal(spec)


def test_files_open_by_what_they_hold(png: Path, make_video: MakeVideo) -> None:
    assert opened(str(png)).info.size_wh == (8, 6)
    misnamed = png.rename(png.with_suffix(".mp4"))
    assert opened(str(misnamed)).info.fps == 30.0
    assert opened(str(make_video())).info.fps == 10
    assert opened(str(make_video("c.gif", codec="gif", pix_fmt="rgb8"))).info.size_wh == (64, 48)
    assert opened(misnamed.as_uri()).info.name == "a.mp4"


@pytest.mark.parametrize("suffix", [".webp", ".png"])
def test_a_picture_that_moves_is_refused_and_not_shown_as_one_that_stands(
    tmp_path: Path, suffix: str
) -> None:
    levels = np.random.default_rng(0).integers(0, 255, (2, 20, 30, 3), np.uint8)
    first, second = (Image.fromarray(rgb) for rgb in levels)
    first.save(tmp_path / f"moves{suffix}", save_all=True, append_images=[second], duration=100)
    first.save(tmp_path / f"stands{suffix}", exif=Image.Exif())
    with pytest.raises(InputError, match=rf"moves\{suffix} is animated, which only a GIF or a video may be"):
        opened(str(tmp_path / f"moves{suffix}"))
    opened(str(tmp_path / f"stands{suffix}")).close()


def test_loop_reaches_videos_and_images(png: Path, make_video: MakeVideo) -> None:
    for path, count in ((png, 1), (make_video(), 10)):
        once = opened(str(path), loop=False)
        assert sum(once.read(GO) is not None for _ in range(25)) == count
        forever = opened(str(path), loop=True)
        assert sum(forever.read(GO) is not None for _ in range(25)) == 25


def test_a_file_called_clouds(make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_video("clouds.mp4")
    path.rename(path.with_name("clouds"))
    monkeypatch.chdir(path.parent)
    assert opened("./clouds").info.size_wh == (64, 48)
    assert opened("clouds").info.name == "clouds"
    assert opened("clouds").info.size_wh == (64, 36)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("", "no source given"),
        ("camra", "did you mean camera"),
        ("cluods", "did you mean clouds"),
        ("webcam:0", "did you mean camera"),
        ("rstp://10.0.0.2/live", "did you mean rtsp"),
        ("gopher://x", "use one of rtsp"),
        ("x" * 5000, "cannot read"),
        ("no/such/folder/film.mp4", "there is no file no/such/folder/film.mp4"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(spec: str, told: str) -> None:
    assert told in refusal(spec)


def test_a_misspelt_file_is_answered_with_the_one_beside_it(png: Path) -> None:
    near = png.rename(png.with_name("holiday_beach.png"))
    assert "did you mean holiday_beach.png" in refusal(str(near.with_name("holiday_baech.png")))


def test_files_that_cannot_be_shown_say_why(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("hello, this is a letter\n" * 30)
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "bytes.mp4").write_bytes(bytes(range(256)) * 30)
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    told = {
        "": "is a folder",
        "empty.mp4": "is empty",
        "text.mp4": "is a text file",
        "text.png": "cannot decode the image",
        "bytes.mp4": "is damaged, cut short or not a video",
        "sound.wav": "has sound but no picture",
        "missing.mp4": "there is no file",
    }
    for name, words in told.items():
        assert words in refusal(str(tmp_path / name)), name


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="/\\\0"), max_size=12))
@example("~nobody")
def test_any_words_open_or_explain(word: str) -> None:
    spec = word + "?" if word.strip() in ("camera", "clouds", ".", "..", "~") else word
    told = ""
    try:
        opened(spec)
    except LivedreamError as error:
        told = str(error).replace(spec.strip(), "")
    assert "\n" not in told


def test_the_home_of_nobody_is_told() -> None:
    told = refusal("~nobody-at-all/film.mp4")
    assert told.startswith("~nobody-at-all/film.mp4 begins with a home folder that does not exist")
    assert "./~nobody-at-all/film.mp4" in told


C920 = CameraInfo(0, "C920", "V4L2", "/dev/video0")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[CameraInfo]:
    """Have two cameras, of which C920 does not open; list those that were tried."""
    from livedream.sources import source_spec as opening

    tried: list[CameraInfo] = []

    def start(camera: CameraInfo, request: object) -> object:
        tried.append(camera)
        if camera == C920:
            raise SourceError("in use.")
        return camera

    monkeypatch.setattr(opening, "_started", start)
    monkeypatch.setattr(cameras, "list_cameras", lambda: (C920, CameraInfo(2, "Built-in")))
    return tried


def test_camera_is_the_first_that_works(started: list[CameraInfo]) -> None:
    assert opened("camera") == CameraInfo(2, "Built-in")
    assert [camera.name for camera in started] == ["C920", "Built-in"]


def test_camera_by_name_or_index(started: list[CameraInfo]) -> None:
    assert opened("camera:built") == opened("camera:2") == CameraInfo(2, "Built-in")
    assert "0: C920, 2: Built-in" in refusal("camera:kinect")


def test_a_camera_that_was_asked_for_is_not_replaced(started: list[CameraInfo]) -> None:
    with pytest.raises(SourceError, match="in use"):
        opened("camera:C920")
    assert started == [C920]


def test_no_camera_says_what_else(started: list[CameraInfo], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "list_cameras", lambda: (C920,))
    with pytest.raises(SourceError, match=r"no camera works: C920: in use\."):
        opened("camera")
    monkeypatch.setattr(cameras, "list_cameras", tuple)
    assert "no camera was found" in refusal("camera")


def test_an_index_works_where_cameras_cannot_be_listed(
    started: list[CameraInfo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise SourceError("cannot list the cameras: no access.")

    monkeypatch.setattr(cameras, "list_cameras", fail)
    assert opened("camera:3") == CameraInfo(3, "camera 3")
    for spec in ("camera", "camera:c920"):
        with pytest.raises(SourceError, match="no access"):
            opened(spec)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves a video as a file, and pictures without end as network cameras do."""

    video = b""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path.endswith(".mp4"):
            self.send_header("Content-Length", str(len(self.video)))
            self.end_headers()
            self.wfile.write(self.video)
        else:
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=part")
            self.end_headers()
            self._send_pictures()

    def _send_pictures(self) -> None:
        for index in range(6000):
            jpeg = cv2.imencode(".jpg", np.full((16, 32, 3), index % 256, np.uint8))[1].tobytes()
            head = f"--part\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + jpeg + b"\r\n")
            except OSError:
                return
            threading.Event().wait(0.01)

    def log_message(self, *args: object) -> None:
        """Keep the terminal quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_web_holds_files_and_live_streams(server: str, make_video: MakeVideo) -> None:
    Handler.video = make_video(options={"movflags": "faststart"}).read_bytes()
    film = opened(f"{server}/film.mp4")
    assert not film.info.is_device
    assert sum(film.read(GO) is not None for _ in range(15)) == 15
    film.close()
    live = opened(f"{server}/live")
    assert live.info.is_device
    assert live.info.size_wh == (32, 16)
    assert live.read(GO).index < live.read(GO).index
    live.close()


def test_importing_sources_is_light() -> None:
    code = "import sys, livedream.sources; print({'cv2', 'av', 'torch', 'PyQt6'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
