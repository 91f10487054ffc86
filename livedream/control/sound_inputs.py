"""SoundInputs: the inputs of sound of this machine, listed and opened one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livedream.clock import Clock
from livedream.control.lane import Lane
from livedream.errors import LivedreamError

if TYPE_CHECKING:
    from livedream.control.audio_capture import AudioCapture
    from livedream.control.audio_devices import DeviceAudio


def _library() -> Any:
    from livedream.control.audio_devices import library

    return library()


class SoundInputs:
    """Lists the inputs of sound and opens them, never both at the same time: PortAudio heeds no threads.

    names: of those that were there when it was looked last. trouble: why none can be listed; "": they can.
    load: loads sounddevice, when it is first needed. lane: makes the thread that looks.
    """

    def __init__(
        self,
        clock: Clock,
        load: Callable[[], Any] = _library,
        lane: Callable[[str], Lane] = Lane,
    ) -> None:
        self._clock, self._load = clock, load
        self._lane, self._lock = lane("sound inputs"), threading.Lock()
        self._open: DeviceAudio | None = None
        self.names: tuple[str, ...] = ()
        self.trouble = ""

    def look(self) -> None:
        """Look in a thread of its own which inputs there are; `names` has them soon.

        While one is open those that were there when it was opened are listed.
        """
        if not self._lane.busy:
            self._lane.put(self._look)

    def connector(self, wanted: str) -> Callable[[], AudioCapture]:
        """Return what opens an input: a device by its name, a part of it or its number; or a file.

        wanted: "" for the default one. What is returned raises SourceError for a device that is not there,
        InputError for a file without sound, MissingError where a library is missing.
        """
        file = Path(wanted).expanduser()
        if wanted and file.is_file():
            from livedream.control.audio_file import open_audio_file

            return lambda: open_audio_file(file, self._clock)
        return lambda: self._connected(wanted)

    def close(self) -> None:
        """Look no more."""
        self._lane.close()

    def _connected(self, wanted: str) -> DeviceAudio:
        from livedream.control.audio_devices import DeviceAudio, audio_devices, find_device

        sounddevice = self._load()
        with self._lock:
            device = find_device(wanted, audio_devices(sounddevice, anew=not self._is_open))
            self._open = DeviceAudio(sounddevice, device, self._clock)
            return self._open

    def _look(self) -> None:
        from livedream.control.audio_devices import audio_devices

        try:
            sounddevice = self._load()
            with self._lock:
                found = audio_devices(sounddevice, anew=not self._is_open)
            self.names, self.trouble = tuple(one.name for one in found), ""
        except (LivedreamError, OSError) as fault:
            self.names, self.trouble = (), str(fault)

    @property
    def _is_open(self) -> bool:
        return self._open is not None and self._open.is_open
