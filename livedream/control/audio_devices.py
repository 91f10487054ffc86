"""The system's inputs of sound, by sounddevice, which brings PortAudio."""

from __future__ import annotations

import difflib
import sys
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedream.audio.audio_spectrum import hop_length, mono
from livedream.clock import Clock
from livedream.control.audio_capture import Block
from livedream.control.needed import needed
from livedream.errors import MissingError, SourceError

PURPOSE = "listening to sound"
SILENT_S = 2.0
"""After so long without a block, a device counts as lost."""

LOOKS = 8
"""So often within that time it is looked whether the show has ended."""

MOST_WAITING = 50
"""Blocks that wait to be looked at; what comes then takes the place of the oldest."""

BEST_ON_WINDOWS = "Windows WASAPI"
"""Windows lists each device once for each of its ways in; this one is fast and does not cut off names."""

NO_PORTAUDIO = {
    "linux": "sudo apt install libportaudio2",
    "win32": "python -m pip install --force-reinstall sounddevice",
    "darwin": "python -m pip install --force-reinstall sounddevice",
}


@dataclass(frozen=True, slots=True)
class AudioDevice:
    """An input of sound. late_s: how long sound takes through it, as it says itself."""

    index: int
    name: str
    channels: int
    rate_hz: float
    late_s: float = 0.0


def library() -> Any:
    """Load sounddevice. Raises MissingError that says how to get it or PortAudio."""
    try:
        return needed("sounddevice", PURPOSE)
    except OSError as fault:
        how = NO_PORTAUDIO.get(sys.platform, "the packages of your system, such as portaudio")
        raise MissingError(
            f"{PURPOSE} needs PortAudio, which is not installed", "install it with", how
        ) from fault


def audio_devices(sounddevice: Any, *, anew: bool = True) -> list[AudioDevice]:
    """List the inputs, the system's default first. Raises OSError.

    anew: those that there are now; PortAudio looks only when it begins: so it begins anew, and no input may
    be open. Else those that it has found then.
    """
    try:
        if anew:
            sounddevice._terminate()
            sounddevice._initialize()
        hosts = sounddevice.query_hostapis()
        found = list(sounddevice.query_devices())
        default = sounddevice.default.device[0]
    except sounddevice.PortAudioError as fault:
        raise OSError(str(fault)) from fault
    best = [number for number, host in enumerate(hosts) if host["name"] == BEST_ON_WINDOWS]
    if best:
        found = [one for one in found if one["hostapi"] in best]
        default = hosts[best[0]]["default_input_device"]
    inputs = [_device(one) for one in found if one["max_input_channels"] > 0]
    return sorted(inputs, key=lambda one: one.index != default)


def _device(one: Any) -> AudioDevice:
    channels = min(2, int(one["max_input_channels"]))
    late_s = float(one["default_low_input_latency"])
    return AudioDevice(
        int(one["index"]), str(one["name"]), channels, float(one["default_samplerate"]), late_s
    )


def find_device(wanted: str, devices: Sequence[AudioDevice]) -> AudioDevice:
    """Return the device of a name, a part of one or an index; of "" the default.

    Raises SourceError that lists what there is.
    """
    if not devices:
        raise SourceError("there is no sound input; plug one in")
    if not wanted:
        return devices[0]
    by_index = {str(one.index): one for one in devices}
    if wanted in by_index:
        return by_index[wanted]
    name = wanted.casefold()
    exact = [one for one in devices if one.name.casefold() == name]
    matches = exact or [one for one in devices if name in one.name.casefold()]
    if len(matches) == 1 or exact:
        return matches[0]
    if matches:
        raise SourceError(f"{wanted!r} matches {listed(matches)}: say more of the name, or the number")
    near = difflib.get_close_matches(name, [one.name.casefold() for one in devices], n=1)
    hint = next((f"; did you mean {one.name!r}?" for one in devices if one.name.casefold() in near), "")
    raise SourceError(f"there is no sound input {wanted!r}; found: {listed(devices)}{hint}")


def listed(devices: Sequence[AudioDevice]) -> str:
    """Format devices as a list for people, each with its number."""
    return ", ".join(f"{one.name} ({one.index})" for one in devices)


class DeviceAudio:
    """An open input. Raises SourceError if it cannot be opened.

    Blocks come in a thread of PortAudio's and wait here; one thread reads them.
    """

    def __init__(self, sounddevice: Any, device: AudioDevice, clock: Clock) -> None:
        self.name, self.rate_hz = device.name, device.rate_hz
        self._clock, self._late_s = clock, device.late_s
        self._waiting: deque[Block] = deque(maxlen=MOST_WAITING)
        self._came = threading.Condition()
        self._error = sounddevice.PortAudioError
        self.is_open = True
        try:
            self._stream = sounddevice.InputStream(
                device=device.index,
                channels=device.channels,
                samplerate=device.rate_hz,
                blocksize=hop_length(device.rate_hz),
                dtype="float32",
                latency="low",
                callback=self._take,
            )
            self._stream.start()
        except (self._error, ValueError) as fault:
            raise SourceError(f"the sound input {self.name} cannot be opened: {_reason(fault)}") from fault

    def read(self, stop: threading.Event) -> Block | None:
        """Wait for the next block. Raises SourceError if none comes."""
        for _ in range(LOOKS):
            with self._came:
                came = self._came.wait_for(lambda: len(self._waiting) > 0, SILENT_S / LOOKS)
                if stop.is_set():
                    return None
                if came:
                    return self._waiting.popleft()
        raise SourceError(f"the sound input {self.name} has sent nothing for {SILENT_S:g} s")

    def close(self) -> None:
        """Release the device."""
        try:
            self._stream.abort()
            self._stream.close()
        except self._error:  # it is gone already
            return
        finally:
            self.is_open = False

    def _take(self, samples: NDArray[np.float32], _count: int, _time: Any, _status: Any) -> None:
        block = mono(samples, axis=1)
        with self._came:
            self._waiting.append(Block(block, self._clock.now_s() - self._late_s))
            self._came.notify()


def _reason(fault: Exception) -> str:
    """Return the first words of PortAudio's reasons, which repeat themselves."""
    return str(fault).partition(" [")[0].removeprefix("Error opening InputStream: ")
