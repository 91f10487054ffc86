"""AudioInput: the thread that listens, and the modulators that it moves."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping

from livedream.audio.audio_analysis import AudioAnalysis, Heard
from livedream.audio.audio_sources import audio_sources
from livedream.audio.tempo_follower import TempoFollower
from livedream.clock import Clock, SystemClock
from livedream.control.audio_capture import AudioCapture
from livedream.control.input_switch import failed
from livedream.control.sparing import Sparing
from livedream.errors import LivedreamError, SourceError
from livedream.health import Health
from livedream.modulation.modulators import Modulator
from livedream.modulation.tempo import Tempo
from livedream.sources.watchdog import Backoff

AGAIN_S = 30.0
"""How often it is said of an input that it is not there."""

JOIN_S = 3.0


class AudioInput:
    """Listens to an input, in a thread of its own, and looks for it again when it is gone.

    connect: opens the input; raises SourceError if it is not there. tempo: is kept on the beat that is heard;
    None: no tempo is. noticed: is called with each onset. tell: takes sentences for people. health: how the
    input is.
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
        self.health = Health("starting", "being opened")
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
        """Listen until `stop` is set.

        An input that is not there is tried again, for ever; what it takes and is missing is told once.
        """
        backoff = Backoff()
        while not stop.is_set():
            try:
                capture = self._connect()
                try:
                    self._listen(capture, stop, backoff)
                finally:
                    capture.close()
            except (SourceError, OSError) as fault:
                sentence = f"{fault}; it is tried again until it is there"
                self.health = Health("failed", sentence)
                self._sparing.say(str(fault), sentence)
                self._clock.wait(stop, backoff.next_s())
            except LivedreamError as fault:
                self.health = failed(fault)
                self._tell(str(fault))
                return
            except Exception as fault:  # a fault of ours is told: nobody else sees this thread end
                sentence = f"Sound has failed: {type(fault).__name__}: {fault}"
                self.health = failed(fault, sentence)
                self._tell(sentence)
                return

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
                self.health = Health("live", f"listening to {capture.name}")
                self._tell(self.health.message)
            pulse = analysis.feed(block.samples, self._clock.now_s())
            before, self._heard = self._heard, analysis.heard
            if self._heard.onset_s > before.onset_s:
                self._noticed()
            if pulse is not None and self._follower is not None:
                self._follower.heard(pulse, block.at_s)
