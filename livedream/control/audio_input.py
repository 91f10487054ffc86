"""AudioInput: the thread that listens, and the modulators that it moves."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from livedream.clock import Clock, SystemClock
from livedream.control.audio_analysis import LEVELS, AudioAnalysis, Heard
from livedream.control.audio_capture import AudioCapture
from livedream.control.audio_devices import DeviceAudio, audio_devices, find_device, library
from livedream.control.audio_file import open_audio_file
from livedream.control.modulators import Modulator
from livedream.control.sparing import Sparing
from livedream.control.tempo import Tempo
from livedream.control.tempo_follower import TempoFollower
from livedream.errors import LivedreamError, SourceError
from livedream.sources.watchdog import Backoff

ONSET, ONSET_FALL_S = "onset", 0.12
"""The modulator that leaps up with each onset, and in what time it falls by two thirds."""

SOURCES = (*LEVELS, ONSET)
"""The names of all modulators of sound."""

LOST_S = 0.3
"""What was heard longer ago moves nothing any more."""

AGAIN_S = 30.0
"""How often it is said of an input that it is not there."""

JOIN_S = 3.0


class Level:
    """The level of a band, 0 to 1; 0 when nothing is heard."""

    def __init__(self, name: str, heard: Callable[[], Heard]) -> None:
        self._name, self._heard = name, heard

    def at(self, now_s: float) -> float:
        """Return the level at a time."""
        heard = self._heard()
        return heard.levels.get(self._name, 0.0) if now_s - heard.at_s < LOST_S else 0.0


class Onset:
    """Leaps up with each onset, to 1 with the strongest, and falls."""

    def __init__(self, heard: Callable[[], Heard]) -> None:
        self._heard = heard

    def at(self, now_s: float) -> float:
        """Return the value at a time, 0 to 1."""
        heard = self._heard()
        return heard.onset * math.exp(-max(0.0, now_s - heard.onset_s) / ONSET_FALL_S)


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
        levels = {name: Level(name, lambda: self._heard) for name in LEVELS}
        self.sources: Mapping[str, Modulator] = {**levels, ONSET: Onset(lambda: self._heard)}
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
