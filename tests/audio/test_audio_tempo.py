from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from livedream.audio.audio_analysis import AudioAnalysis
from livedream.audio.audio_spectrum import Samples
from livedream.audio.audio_tempo import Pulse


def pulses(samples: Samples, rate_hz: int = 48_000) -> list[tuple[float, Pulse]]:
    """Find pulses; each with the time at which the sound was that it was found in."""
    analysis, hop, found = AudioAnalysis(rate_hz), rate_hz // 100, []
    for number in range(len(samples) // hop):
        pulse = analysis.feed(samples[number * hop : (number + 1) * hop], 0.0)
        if pulse is not None:
            found.append(((number + 1) * 0.01, pulse))
    return found


def test_a_click_track_of_120_is_heard_as_120_after_four_seconds(drums: Any) -> None:
    found = pulses(drums.track(120, 10))
    assert found[0][0] < 4.6
    assert max(abs(pulse.bpm / 120 - 1) for _, pulse in found) < 0.01


@pytest.mark.parametrize("kind", ["click", "house", "rock"])
@pytest.mark.parametrize("bpm", [70, 97.3, 128, 174])
def test_the_tempo_is_right_to_a_tenth_of_a_percent_and_neither_half_nor_double(
    drums: Any, kind: str, bpm: float
) -> None:
    at_s, pulse = pulses(drums.track(bpm, 13, kind, noise_db=-40, begin_s=0.3))[-1]
    assert pulse.bpm == pytest.approx(bpm, rel=0.002)
    beat_s = 60 / bpm
    late_s = (at_s - pulse.ago_s - 0.3 + beat_s / 2) % beat_s - beat_s / 2
    assert abs(late_s) < 0.02


@pytest.mark.parametrize(("level_db", "noise_db"), [(0, -20), (-20, -30), (-40, -60), (-40, -20)])
def test_quiet_music_in_noise_has_the_same_tempo(drums: Any, level_db: float, noise_db: float) -> None:
    assert pulses(drums.track(126, 11, "house", level_db, noise_db))[-1][1].bpm == pytest.approx(
        126, rel=0.01
    )


def test_what_has_no_beat_has_no_tempo(drums: Any) -> None:
    assert pulses(drums.silence(8)) == []
    assert pulses(drums.noise(12, -20)) == []
    assert pulses(drums.tone(220, 8)) == []


def test_another_song_is_followed(drums: Any) -> None:
    found = pulses(np.concatenate([drums.track(96, 12, "rock"), drums.track(131, 14, "house")]))
    assert found[16][1].bpm == pytest.approx(96, rel=0.01)
    assert found[-1][1].bpm == pytest.approx(131, rel=0.01)
