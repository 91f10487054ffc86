"""Files and addresses: what they are called, what opens them, and why one does not open."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from livedream.errors import InputError
from livedream.sources.media import display_name, is_live, is_url, open_media, picture_stream
from livedream.sources.video import Video

MakeVideo = Callable[..., Path]


@pytest.mark.parametrize(
    ("location", "url", "shown"),
    [
        ("rtsp://me:secret@10.0.0.2:554/live?key=abc", True, "rtsp://10.0.0.2:554/live"),
        ("https://example.org/a/film.mp4", True, "https://example.org/a/film.mp4"),
        ("http://a:b@c:d@host/x", True, "http://host/x"),
        ("a folder/film.mp4", False, "film.mp4"),
        ("c://film.mp4", False, "film.mp4"),
        ("://x", False, "x"),
    ],
)
def test_an_address_is_shown_without_its_secrets_and_a_file_by_its_name(
    location: str, url: bool, shown: str
) -> None:
    assert is_url(location) is url
    assert display_name(location) == shown


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("no/film.mp4", "there is no file no/film.mp4: check the path."),
        ("dream://me:secret@x/film", "cannot open dream:// addresses (dream://x/film): use rtsp"),
        ("http://me:secret@127.0.0.1:9/film.mp4", "cannot open http://127.0.0.1:9/film.mp4 ("),
    ],
)
def test_what_does_not_open_is_told_without_its_secrets(location: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        open_media(location)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_address_that_is_silent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **options: Any) -> None:
        assert options["timeout"] == 5.0
        raise av.error.ExitError(1, "Immediate exit requested")

    monkeypatch.setattr(av, "open", silent)
    with pytest.raises(InputError, match=r"rtsp://x/live does not answer within 5 s"):
        open_media("rtsp://x/live", live=True)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with pytest.raises(InputError, match=r"a\.wav has sound but no picture"):
        Video(str(tmp_path / "a.wav"))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, bytes(range(256)) * 40], ids=["empty", "zero", "bytes"]
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"c\.mp4"):
        Video(str(path))


def test_the_cover_of_a_song_is_no_picture_to_show(tmp_path: Path) -> None:
    file = tmp_path / "song.m4a"
    Image.new("RGB", (16, 16)).save(tmp_path / "cover.png")
    with av.open(str(file), "w", "mp4") as song, av.open(str(tmp_path / "cover.png")) as cover:
        sound = song.add_stream("aac", 48_000)
        picture = song.add_stream_from_template(cover.streams.video[0])
        picture.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        for packet in cover.demux(video=0):
            if packet.size:
                packet.stream = picture
                song.mux(packet)
        song.mux([*sound.encode(frame), *sound.encode()])
    with pytest.raises(InputError, match=r"song\.m4a has sound but no picture"):
        Video(str(file))


def test_a_stream_that_nothing_here_decodes_is_told() -> None:
    stream = SimpleNamespace(disposition=av.stream.Disposition.default, codec_context=None)
    container = SimpleNamespace(streams=SimpleNamespace(video=[stream], audio=[]))
    with pytest.raises(InputError, match=r"this FFmpeg cannot decode a\.mkv: convert it to H\.264"):
        picture_stream(container, "a.mkv")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size_wh", "live", "kind"),
    [
        ((64, 48), False, "NONE"),
        ((64, 48), True, "NONE"),
        ((2048, 1152), False, "AUTO"),
        ((2048, 1152), True, "SLICE"),
    ],
)
def test_a_large_film_takes_threads_and_a_live_one_none_that_hold_frames_back(
    make_video: MakeVideo, size_wh: tuple[int, int], live: bool, kind: str
) -> None:
    flat = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    path = str(make_video(pictures=[flat], options={"preset": "ultrafast"}))
    with open_media(path) as container:
        context = picture_stream(container, path, live=live).codec_context
        assert context.thread_type.name == kind
        assert 1 <= context.thread_count <= 4


def test_films_and_pictures_have_an_end(make_video: MakeVideo, make_pictures: Callable[..., Path]) -> None:
    assert not is_live(str(make_video()))
    assert not is_live(str(make_pictures("a.png", "b.jpg") / "a.png"))
    assert is_live(str(make_video("c.mjpeg", codec="mjpeg", pix_fmt="yuvj420p")))


def test_a_title_that_is_no_utf_8_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "clip.avi"
    with av.open(str(file), "w") as film:
        film.metadata["title"] = "AmXlie"
        stream = film.add_stream("mpeg4", 10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        film.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))))
        film.mux(stream.encode())
    content = file.read_bytes()
    assert b"AmXlie" in content
    file.write_bytes(content.replace(b"AmXlie", b"Am\xe9lie"))
    with open_media(str(file)) as container:
        assert container.metadata["title"] == "Am\ufffdlie"
