from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import av
import pytest

from livedream.cli import check_media
from livedream.control import audio_devices
from livedream.control.audio_devices import AudioDevice
from livedream.health import Health
from livedream.sinks import virtual_camera
from livedream.sinks.h264 import ENCODERS


def _with(monkeypatch: pytest.MonkeyPatch, codecs: set[tuple[str, str]]) -> None:
    monkeypatch.setattr(check_media, "_has", lambda codec, mode: (codec, mode) in codecs)


def test_the_virtual_camera_is_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Health("failed", "none is loaded", "load one")
    monkeypatch.setattr(virtual_camera.VirtualCamera, "probe", lambda self: answer)
    assert check_media.virtual_camera() is answer


def test_sound_inputs_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", ModuleType("sounddevice"))
    monkeypatch.setattr(audio_devices, "audio_devices", lambda _: [AudioDevice(3, "Line", 2, 48_000)])
    assert check_media.sound_inputs() == Health("live", "Line (3)")
    monkeypatch.setattr(audio_devices, "audio_devices", lambda _: [])
    none = check_media.sound_inputs()
    assert (none.message, "plug a microphone" in none.remedy) == ("no sound input", True)


def test_sound_without_portaudio_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    health = check_media.sound_inputs()
    assert (health.ok, health.message) == (False, "PortAudio library not found")
    assert health.remedy


def test_ffmpeg_s_versions_are_told() -> None:
    message = check_media.ffmpeg().message
    major = av.library_versions["libavcodec"][0]
    assert message.startswith(f"PyAV {av.__version__}, ")
    assert f"libavcodec {major}." in message


class TestEncoders:
    def test_the_one_that_recordings_take_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _with(monkeypatch, {(encoder.name, "w") for encoder in ENCODERS[:2]})
        assert check_media.h264_encoders() == Health("live", f"{ENCODERS[0].name}, {ENCODERS[1].name}")

    def test_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _with(monkeypatch, set())
        health = check_media.h264_encoders()
        assert health.state == "failed"
        assert "libx264" in health.message
        assert health.remedy


class TestDecoders:
    def test_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _with(monkeypatch, {(name, "r") for name in ("h264", "hevc", "vp9", "libdav1d")})
        assert check_media.decoders() == Health(
            "live", "H.264 (h264), HEVC (hevc), VP9 (vp9), AV1 (libdav1d)"
        )

    def test_what_is_lacking_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _with(monkeypatch, {("h264", "r"), ("vp9", "r")})
        health = check_media.decoders()
        assert health.ok
        assert health.message == "H.264 (h264), VP9 (vp9); missing: HEVC, AV1"
        assert health.remedy

    def test_without_h264_it_is_not_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _with(monkeypatch, set())
        assert check_media.decoders().state == "failed"


@pytest.mark.parametrize(
    ("codec", "mode", "there"),
    [("h264", "r", True), ("h264", "w", False), ("mpeg4", "w", True), ("no_such_codec", "r", False)],
)
def test_codecs_are_known_by_name_and_direction(codec: str, mode: str, there: bool) -> None:
    assert check_media._has(codec, mode) is there
