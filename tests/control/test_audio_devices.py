from __future__ import annotations

import sys
import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.control import audio_devices as module
from livedream.control.audio_devices import AudioDevice, DeviceAudio, audio_devices, find_device, library
from livedream.errors import LivedreamError, SourceError

MICROPHONE = AudioDevice(0, "Built-in Microphone", 2, 48_000)
FAR, NEAR = AudioDevice(2, "Scarlett 2i2: Far", 2, 44_100), AudioDevice(3, "Scarlett 2i2: Near", 2, 44_100)


class FakePortAudio:
    """As much of sounddevice as is used."""

    class PortAudioError(Exception):
        pass

    def __init__(self, names: list[str], hosts: list[str] | None = None, default: int = 0) -> None:
        self.names, self.hosts, self.begun = names, hosts or ["ALSA"], 0
        self.default = SimpleNamespace(device=[default, -1])
        self.streams: list[SimpleNamespace] = []
        self.refusal = ""

    def _terminate(self) -> None:
        self.begun -= 1

    def _initialize(self) -> None:
        self.begun += 1

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": name, "default_input_device": len(self.names)} for name in self.hosts]

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {
                "index": place * len(self.names) + number,
                "name": name.removeprefix("out "),
                "hostapi": place,
                "max_input_channels": 0 if name.startswith("out ") else 8,
                "default_samplerate": 44_100.0,
                "default_low_input_latency": 0.008,
            }
            for place in range(len(self.hosts))
            for number, name in enumerate(self.names)
        ]

    def InputStream(self, **wanted: Any) -> SimpleNamespace:  # noqa: N802
        if self.refusal:
            raise self.PortAudioError(self.refusal)
        calls: list[str] = []
        stream = SimpleNamespace(
            wanted=wanted,
            calls=calls,
            start=lambda: calls.append("start"),
            abort=lambda: calls.append("abort"),
        )
        stream.close = lambda: calls.append("close")
        self.streams.append(stream)
        return stream


def test_inputs_are_listed_anew_each_time_the_default_first() -> None:
    system = FakePortAudio(["out Speakers", "Microphone", "Line"], default=2)
    assert [one.name for one in audio_devices(system)] == ["Line", "Microphone"]
    system.names.append("Interface")
    assert [one.name for one in audio_devices(system)] == ["Line", "Microphone", "Interface"]
    assert system.begun == 0  # each beginning has its end


def test_of_the_four_names_that_windows_has_for_a_device_one_is_listed() -> None:
    system = FakePortAudio(["Microphone", "Line"], ["MME", "Windows DirectSound", "Windows WASAPI"])
    assert [one.index for one in audio_devices(system)] == [4, 5]


def test_a_device_is_found_by_name_part_and_number() -> None:
    devices = [MICROPHONE, FAR, NEAR]
    assert find_device("", devices) is MICROPHONE
    assert find_device("3", devices) is NEAR
    assert find_device("near", devices) is NEAR
    assert find_device("scarlett 2i2: far", devices) is FAR


@pytest.mark.parametrize(
    ("wanted", "devices", "said"),
    [
        ("scarlett", [MICROPHONE, FAR, NEAR], r"matches Scarlett 2i2: Far \(2\), Scarlett 2i2: Near \(3\)"),
        ("built-in mikrophone", [MICROPHONE], "found: .*; did you mean 'Built-in Microphone'"),
        ("9", [MICROPHONE], r"there is no sound input '9'; found: Built-in Microphone \(0\)$"),
        ("", [], "no sound input; plug one in"),
    ],
)
def test_what_is_not_one_device_is_said_with_what_there_is(
    wanted: str, devices: list[AudioDevice], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        find_device(wanted, devices)


def test_an_open_device_delivers_the_mean_of_its_channels_and_is_released() -> None:
    system, clock = FakePortAudio(["Line"]), ManualClock(7.0)
    device = DeviceAudio(system, audio_devices(system)[0], clock)
    stream = system.streams[0]
    assert (stream.wanted["blocksize"], stream.wanted["channels"]) == (441, 2)
    stream.wanted["callback"](np.array([[0.5, -0.1], [1.0, 0.0]], np.float32), 2, None, None)
    block = device.read(threading.Event())
    assert block is not None
    assert block.samples == pytest.approx([0.2, 0.5])
    assert block.at_s == pytest.approx(6.992)
    device.close()
    assert stream.calls == ["start", "abort", "close"]


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf, 3e38])
def test_a_broken_channel_does_not_silence_the_other(fault: float) -> None:
    system = FakePortAudio(["Line"])
    device = DeviceAudio(system, audio_devices(system)[0], ManualClock())
    broken = np.array([[0.5, fault], [fault, -0.25]], np.float32)
    system.streams[0].wanted["callback"](broken, 2, None, None)
    block = device.read(threading.Event())
    assert block is not None
    assert block.samples == pytest.approx([0.25, -0.125])


def test_of_what_nobody_reads_the_newest_is_kept() -> None:
    system = FakePortAudio(["Line"])
    device = DeviceAudio(system, audio_devices(system)[0], ManualClock())
    for number in range(module.MOST_WAITING + 10):
        system.streams[0].wanted["callback"](np.full((441, 2), number, np.float32), 441, None, None)
    block = device.read(threading.Event())
    assert block is not None
    assert block.samples[0] == 10


def test_a_device_that_falls_silent_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_S", 0.001)
    system = FakePortAudio(["Line"])
    device = DeviceAudio(system, audio_devices(system)[0], ManualClock())
    with pytest.raises(SourceError, match="Line has sent nothing"):
        device.read(threading.Event())
    ended = threading.Event()
    ended.set()
    assert device.read(ended) is None


def test_a_device_that_is_refused_is_said_without_a_repetition() -> None:
    system = FakePortAudio(["Line"])
    system.refusal = "Error opening InputStream: Device unavailable [PaErrorCode -9985]"
    with pytest.raises(SourceError, match=r"the sound input Line cannot be opened: Device unavailable$"):
        DeviceAudio(system, audio_devices(system)[0], ManualClock())


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(LivedreamError, match=r"needs sounddevice.*livedream\[control\]"):
        library()

    def without_portaudio(module: str, purpose: str) -> Any:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(module, "needed", without_portaudio)
    with pytest.raises(LivedreamError, match="needs PortAudio, which is not installed; install it with: "):
        library()
