from __future__ import annotations

from typing import Any

import pytest

from livedream.audio.audio_onset import OnsetFinder
from livedream.audio.audio_spectrum import Samples, Spectrum


def onsets(samples: Samples, rate_hz: int = 48_000) -> list[float]:
    spectrum = Spectrum(rate_hz)
    finder = OnsetFinder(len(spectrum.centres_hz), spectrum.hop_s)
    strengths = [finder.feed(power).strength for power in spectrum.feed(samples)]
    return [(number + 1) * spectrum.hop_s for number, strength in enumerate(strengths) if strength > 0]


@pytest.mark.parametrize("kind", ["click", "house", "rock"])
@pytest.mark.parametrize("level_db", [0, -40])
def test_each_beat_is_noticed_within_20_ms_and_nothing_else_is(
    drums: Any, kind: str, level_db: float
) -> None:
    """begin_s: so that beats fall at any place of a hop."""
    found = onsets(drums.track(115, 9, kind, level_db, noise_db=-50, begin_s=0.5))
    half_s = 30 / 115
    lates = [(at_s - 0.5) % half_s for at_s in found if at_s > 2]
    assert max(lates) < 0.02
    beats = {round((at_s - 0.5) / half_s) for at_s in found if at_s > 2}
    assert set(range(6, 32, 2)) <= beats


def test_steady_noise_and_silence_have_none(drums: Any) -> None:
    assert onsets(drums.silence(3)) == []
    for level_db in (-20, -50, -70):
        assert len([at_s for at_s in onsets(drums.noise(20, level_db)) if at_s > 0.2]) <= 1


def test_a_tone_that_goes_on_begins_once(drums: Any) -> None:
    assert len(onsets(drums.tone(220, 3))) == 1
