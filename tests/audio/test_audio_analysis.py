from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from livedream.audio.audio_analysis import LEVELS, AudioAnalysis
from livedream.audio.audio_spectrum import Samples, mono


def maxima(samples: Samples) -> dict[str, float]:
    analysis, most = AudioAnalysis(48_000), dict.fromkeys(LEVELS, 0.0)
    for number in range(len(samples) // 480):
        analysis.feed(samples[number * 480 : (number + 1) * 480], number / 100)
        most = {name: max(most[name], level) for name, level in analysis.heard.levels.items()}
    return most


def test_a_tone_raises_its_band_and_the_loudness(drums: Any) -> None:
    for name, hz in {"bass": 70, "low mid": 330, "mid": 1500, "high": 8000}.items():
        sound = drums.tone(hz, 1.5)
        sound[:48_000] *= 0.001
        levels = maxima(sound)
        assert levels[name] > 0.9
        assert levels["loudness"] > 0.9


def test_silence_raises_nothing(drums: Any) -> None:
    assert set(maxima(drums.silence(2)).values()) == {0.0}


def test_an_onset_is_noticed_with_the_block_that_brings_it(drums: Any) -> None:
    analysis = AudioAnalysis(48_000)
    sound = drums.track(60, 1.2, begin_s=1.0)
    noticed = []
    for number in range(120):
        analysis.feed(sound[number * 480 : (number + 1) * 480], (number + 1) / 100)
        if analysis.heard.onset > 0:
            noticed.append((number + 1) / 100 - analysis.heard.onset_s)
            assert analysis.heard.onset_s <= 1.02
    assert noticed[0] == 0.0


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf, 3e38])
def test_samples_that_are_no_sound_count_as_silence(drums: Any, fault: float) -> None:
    sound = drums.track(120, 1)
    broken, silent = sound.copy(), sound.copy()
    broken[:960:7], silent[:960:7] = fault, 0
    levels = maxima(mono(broken[None], axis=0))
    assert levels == maxima(silent)
    assert levels["loudness"] > 0
