"""AudioInput: the thread that listens, and the modulators that it moves."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from livedream.audio.audio_analysis import AudioAnalysis, Heard
from livedream.audio.audio_sources import audio_sources
from livedream.audio.tempo_follower import TempoFollower
from livedream.clock import Clock, SystemClock
from livedream.control.audio_capture import AudioCapture
from livedream.control.audio_devices import DeviceAudio, audio_devices, find_device, library
from livedream.control.audio_file import open_audio_file
from livedream.control.sparing import Sparing
from livedream.errors import LivedreamError, SourceError
from livedream.modulation.modulators import Modulator
from livedream.modulation.tempo import Tempo
from livedream.sources.watchdog import Backoff

AGAIN_S = 30.0
"""How often it is said of an input that it is not there."""

JOIN_S = 3.0


class AudioInput:
    """Listens to an input, in a thread of its own, and looks for it again when it is gone.

    connect: opens the input; raises SourceError if it is not there. tempo: is kept on the beat that is heard;
    None: no tempo is. noticed: is called with each onset. tell: takes sentences for people.
    """

    def __init__(
        self,
        connect: Callable[[], AudioCapture],
        *,
        tempo: Tempo | None = None,
        noticed: Callable[[], None] = lambda: None,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        self._connect, self._noticed, self._tell = connect, noticed, tell
        self._clock = SystemClock() if clock is None else clock
        self._sparing = Sparing(tell, self._clock, AGAIN_S)
        self._follower = None if tempo is None else TempoFollower(tempo)
        self._heard = Heard(-math.inf)
        self.sources: Mapping[str, Modulator] = audio_sources(lambda _: self._heard)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: self.run(self._stop), name="audio", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and release the input."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set; an input that is not there is tried again, for ever."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                capture = self._connect()
                try:
                    self._listen(capture, stop, backoff)
                finally:
                    capture.close()
            except (LivedreamError, OSError) as fault:
                self._sparing.say(str(fault), f"{fault}; it is tried again until it is there")
                self._clock.wait(stop, backoff.next_s())

    def _listen(self, capture: AudioCapture, stop: threading.Event, backoff: Backoff) -> None:
        """Listen to an open input until it fails; once it has sent something it counts as good."""
        try:
            analysis = AudioAnalysis(capture.rate_hz)
        except ValueError as fault:
            raise SourceError(f"{capture.name} cannot be listened to: {fault}") from fault
        heard_any = False
        while (block := capture.read(stop)) is not None:
            if not heard_any:
                heard_any = True
                backoff.reset()
                self._tell(f"listening to {capture.name}")
            pulse = analysis.feed(block.samples, self._clock.now_s())
            before, self._heard = self._heard, analysis.heard
            if self._heard.onset_s > before.onset_s:
                self._noticed()
            if pulse is not None and self._follower is not None:
                self._follower.heard(pulse, block.at_s)


def audio_connector(wanted: str, clock: Clock) -> Callable[[], AudioCapture]:
    """Return what opens an input: a device by its name, a part of it or its number; a file; "" the default.

    Raises InputError for a file without sound, LivedreamError where a library is missing. A device may come
    later.
    """
    file = Path(wanted).expanduser()
    if wanted and file.is_file():
        open_audio_file(file, clock).close()
        return lambda: open_audio_file(file, clock)
    sounddevice = library()
    return lambda: DeviceAudio(sounddevice, find_device(wanted, audio_devices(sounddevice)), clock)
