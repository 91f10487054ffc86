from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from livedream.audio.audio_sources import audio_sources
from livedream.audio.audio_spectrum import Samples
from livedream.audio.heard_track import HeardBeats, HeardTrack, heard_track
from livedream.clock import ManualClock
from livedream.control.audio_capture import PlayedAudio
from livedream.control.audio_input import AudioInput
from livedream.modulation.tempo import Tempo

RATE = Fraction(30)


def track_of(drums: Any, samples: Samples, frames: int | None = None, **words: Any) -> HeardTrack:
    words = {"rate": RATE, "begin_s": 0.0, "beat": False} | words
    return heard_track(drums.blocks(samples), 48_000, frames=frames, **words)


def live(drums: Any, samples: Samples, tempo: Tempo, rate: Fraction) -> list[dict[str, float]]:
    """Play a sound to what listens in a show, in simulated time; return its sources and the beat by frame."""
    clock, stop, shown = ManualClock(), threading.Event(), list[dict[str, float]]()

    def blocks() -> Iterator[Samples]:
        for count, block in enumerate(drums.blocks(samples)):
            # A frame is shown before the block that is still sounding has ended.
            while len(shown) * 48_000 / rate < (count + 1) * 480:
                now_s = float(len(shown) / rate)
                values = {name: one.at(now_s) for name, one in audio.sources.items()}
                shown.append({**values, "beats": tempo.beats(now_s)})
            yield block
        stop.set()
        yield np.zeros(480, np.float32)

    audio = AudioInput(
        lambda: PlayedAudio("a song", 48_000, blocks(), clock), tempo=tempo, noticed=lambda: None, clock=clock
    )
    audio.run(stop)
    return shown


@pytest.mark.parametrize("rate", [RATE, Fraction(30_000, 1001), Fraction(7)])
def test_it_hears_at_each_frame_what_a_show_hears_then(drums: Any, rate: Fraction) -> None:
    samples = drums.track(126, 7, "rock", begin_s=0.3)
    tempo = Tempo()
    show = live(drums, samples, tempo, rate)
    track = track_of(drums, samples, rate=rate, beat=True)
    beats, sources = HeardBeats(track), audio_sources(track.heard_at)
    found_s = track.beats[0, 0]
    for index, values in enumerate(show):
        now_s = float(index / rate)
        assert {name: one.at(now_s) for name, one in sources.items()} == pytest.approx(
            {name: value for name, value in values.items() if name != "beats"}, abs=1e-9
        )
        if now_s > found_s:
            assert beats.beats_ahead(now_s) == pytest.approx(values["beats"], abs=1e-6)
    assert 4.0 <= found_s < 6.0


def test_an_onset_is_seen_in_the_frame_after_it(drums: Any) -> None:
    track = track_of(drums, drums.track(120, 3, begin_s=0.503))
    onset = audio_sources(track.heard_at)["onset"]
    values = [onset.at(frame / 30) for frame in range(90)]
    risen = [frame for frame in range(1, 90) if values[frame] > 0.3 and values[frame] > values[frame - 1]]
    clicks = [math.ceil((0.503 + 0.5 * beat) * 30) for beat in range(5)]
    assert [frame for frame in risen if frame > 5] == pytest.approx(clicks, abs=1)


def test_the_beat_holds_from_the_beginning(drums: Any) -> None:
    beats = HeardBeats(track_of(drums, drums.track(126, 8, begin_s=0.25), beat=True))
    assert beats.bpm == pytest.approx(126, rel=0.01)
    for beat in range(4):
        phase = beats.beats_ahead(0.25 + beat * 60 / 126) % 1
        assert min(phase, 1 - phase) < 0.06, "of a beat: 30 ms"


def test_it_listens_as_far_as_it_is_needed(drums: Any) -> None:
    samples = drums.track(120, 9)
    whole, part = track_of(drums, samples), track_of(drums, samples, 20)
    assert len(whole.frames) == 270 + 1
    assert 20 <= len(part.frames) <= 23
    np.testing.assert_array_equal(part.frames[:20], whole.frames[:20])
    for_beat = track_of(drums, samples, 20, beat=True)
    assert len(for_beat.beats) == 1, "a film begins with its beat, however short it is"


def test_before_and_after_the_sound_nothing_is_heard(drums: Any) -> None:
    track = track_of(drums, drums.track(120, 2, "rock"), begin_s=10.0)
    sources = audio_sources(track.heard_at)
    assert {one.at(9.9) for one in sources.values()} == {0.0}
    assert max(sources["loudness"].at(10 + frame / 30) for frame in range(60)) > 0
    assert sources["loudness"].at(13.0) == 0.0
    assert sources["onset"].at(13.0) < 0.001


def test_a_sound_of_nothing_is_silence(drums: Any) -> None:
    track = track_of(drums, drums.silence(0.0))
    assert {one.at(0.0) for one in audio_sources(track.heard_at).values()} == {0.0}
    with pytest.raises(ValueError, match="no beat"):
        HeardBeats(track)
