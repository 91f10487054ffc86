from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from livedream.audio.audio_sources import SOURCES
from livedream.audio.audio_spectrum import Samples
from livedream.clock import ManualClock
from livedream.control.audio_capture import AudioCapture, PlayedAudio
from livedream.control.audio_input import AudioInput
from livedream.errors import InputError, LivedreamError, MissingError, SourceError
from livedream.health import Health
from livedream.modulation.tempo import Tempo

FRAME_S = 1 / 30


class Listening:
    """An input that hears what is played in simulated time, and notes after each block what it shows."""

    def __init__(self, drums: Any, samples: Samples, tempo: Tempo | None = None) -> None:
        self.clock, self.stop = ManualClock(), threading.Event()
        self.shown: list[tuple[float, dict[str, float]]] = []
        self._blocks: Callable[[], Iterator[Samples]] = lambda: drums.blocks(samples)
        self.noticed_s: list[float] = []
        self.audio = AudioInput(self._open, tempo=tempo, noticed=self._notice, clock=self.clock)

    def run(self) -> Listening:
        self.audio.run(self.stop)
        return self

    def _notice(self) -> None:
        self.noticed_s.append(self.clock.now_s())

    def _open(self) -> AudioCapture:
        return PlayedAudio("a song", 48_000, self._noting(), self.clock)

    def _noting(self) -> Iterator[Samples]:
        for block in self._blocks():
            yield block
            self.note()
        self.stop.set()
        yield np.zeros(480, np.float32)

    def note(self) -> None:
        now_s = self.clock.now_s()
        self.shown.append((now_s, {name: one.at(now_s) for name, one in self.audio.sources.items()}))


def test_onset_to_the_frame_that_shows_it_takes_less_than_60_ms(drums: Any) -> None:
    """At worst a frame was begun just before: then it is the next one, a thirtieth of a second later."""
    begin_s, beat_s = 0.503, 0.5  # beats fall at a place of their own in each block
    listening = Listening(drums, drums.track(120, 10, begin_s=begin_s)).run()
    lates = []
    for beat in range(18):
        onset_s = begin_s + beat * beat_s
        risen_s = next(at_s for at_s, shown in listening.shown if at_s >= onset_s and shown["onset"] > 0.3)
        lates.append(risen_s - onset_s)
    assert max(lates) + FRAME_S < 0.060
    assert len(listening.noticed_s) in (19, 20)  # each is passed on at once; the noise begins, too
    assert max(lates) <= 0.0201


def test_a_click_track_of_120_sets_the_tempo_within_one_percent(drums: Any) -> None:
    tempo = Tempo(90.0)
    Listening(drums, drums.track(120, 10, begin_s=0.25), tempo).run()
    assert tempo.bpm == pytest.approx(120, rel=0.01)
    assert min(tempo.phase(9.25), 1 - tempo.phase(9.25)) < 0.04  # of a beat: 20 ms


def test_without_being_asked_no_tempo_is_touched(drums: Any) -> None:
    assert set(Listening(drums, drums.track(120, 1)).run().audio.sources) == set(SOURCES)


def test_all_values_lie_between_0_and_1_and_silence_is_0(drums: Any) -> None:
    loud = np.concatenate([drums.silence(0.5), drums.track(126, 3, "rock")])
    listening = Listening(drums, loud).run()
    values = [value for _, shown in listening.shown for value in shown.values()]
    assert min(values) == 0.0
    assert 0.9 < max(values) <= 1.0
    assert all(set(shown.values()) == {0.0} for at_s, shown in listening.shown if at_s < 0.5)


def test_what_was_heard_long_ago_moves_nothing(drums: Any) -> None:
    listening = Listening(drums, drums.track(120, 2.055, "rock")).run()
    assert listening.shown[-1][1]["loudness"] > 0
    listening.clock.advance(1.0)
    listening.note()
    assert listening.shown[-1][1]["loudness"] == 0.0
    assert listening.shown[-1][1]["onset"] < 0.001


def test_an_input_that_is_not_there_or_goes_is_tried_again(drums: Any) -> None:
    clock, stop, told = ManualClock(), threading.Event(), []
    turns = iter(["none", "none", "song", "song", "end"])

    def connect() -> AudioCapture:
        turn = next(turns)
        if turn == "none":
            raise SourceError("there is no sound input 'line'")
        if turn == "end":
            stop.set()
            raise OSError("the system has no sound")
        return PlayedAudio("line", 48_000, drums.blocks(drums.tone(440, 0.05)), clock)

    AudioInput(connect, tell=told.append, clock=clock).run(stop)
    assert told == [
        "there is no sound input 'line'; it is tried again until it is there",
        "listening to line",
        "line has ended; it is tried again until it is there",
        "listening to line",
        "the system has no sound; it is tried again until it is there",
    ]
    assert clock.now_s() > 2  # not in a loop without a pause


def test_a_rate_that_is_too_low_is_said_and_tried_again() -> None:
    clock, stop, told = ManualClock(), threading.Event(), []

    def tell(sentence: str) -> None:
        told.append(sentence)
        stop.set()

    AudioInput(lambda: PlayedAudio("phone", 4000, iter([]), clock), tell=tell, clock=clock).run(stop)
    assert "phone cannot be listened to: 4000 samples a second are too few" in told[0]


def test_its_thread_ends_with_it(drums: Any) -> None:
    heard = threading.Event()

    def connect() -> AudioCapture:
        heard.set()
        raise SourceError("gone")

    audio = AudioInput(connect)
    audio.start()
    assert heard.wait(60)
    audio.close()
    assert not any(thread.name == "audio" for thread in threading.enumerate())


@pytest.mark.parametrize(
    "fault", [InputError("a.wav has no sound"), MissingError("sound needs more", "get it with", "get it")]
)
def test_what_no_waiting_brings_is_told_once(fault: LivedreamError) -> None:
    def connect() -> AudioCapture:
        raise fault

    told: list[str] = []
    audio = AudioInput(connect, tell=told.append)
    audio.run(threading.Event())
    assert told == [str(fault)]
    assert audio.health.state == "failed"
    assert audio.health.remedy == getattr(fault, "remedy", "")


def test_how_it_is_is_told_while_it_listens(drums: Any) -> None:
    listening = Listening(drums, drums.track(120, 0.2))
    assert listening.audio.health.state == "starting"
    listening.run()
    assert listening.audio.health == Health("live", "listening to a song")


def test_a_fault_of_ours_ends_the_listening_and_is_told(drums: Any) -> None:
    clock, told = ManualClock(), list[str]()

    def fail() -> None:
        raise RuntimeError("a bug")

    capture = PlayedAudio("a song", 48_000, drums.blocks(drums.track(120, 2)), clock)
    audio = AudioInput(lambda: capture, noticed=fail, tell=told.append, clock=clock)
    audio.run(threading.Event())
    assert audio.health == Health("failed", "Sound has failed: RuntimeError: a bug")
    assert told == ["listening to a song", "Sound has failed: RuntimeError: a bug"]
