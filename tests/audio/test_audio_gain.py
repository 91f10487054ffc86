from __future__ import annotations

import numpy as np
import pytest

from livedream.audio.audio_gain import AutoGain

STEP_S = 0.01


def shown(levels_db: list[float], gain: AutoGain | None = None) -> list[float]:
    gain = gain or AutoGain(STEP_S)
    return [gain.feed(10 ** (db / 10)) for db in levels_db]


def beats(level_db: float, floor_db: float, seconds: int) -> list[float]:
    """Two beats a second, each a tenth of a second long."""
    return ([level_db] * 10 + [floor_db] * 40) * (2 * seconds)


@pytest.mark.parametrize("level_db", [0.0, -20.0, -40.0])
def test_quiet_and_loud_use_the_whole_range(level_db: float) -> None:
    values = shown(beats(level_db, level_db - 60, 6))[300:]
    assert max(values) > 0.9
    assert min(values) == 0.0


def test_after_a_loud_song_a_quiet_one_is_turned_up() -> None:
    gain = AutoGain(STEP_S)
    shown(beats(0.0, -60, 5), gain)
    first = shown(beats(-40.0, -80, 2), gain)
    shown(beats(-40.0, -80, 10), gain)
    later = shown(beats(-40.0, -80, 2), gain)
    assert max(first) < 0.2
    assert max(later) > 0.9


def test_a_short_break_does_not_turn_the_gain_up() -> None:
    gain = AutoGain(STEP_S)
    shown(beats(-10.0, -60, 5), gain)
    assert max(shown([-60.0] * 250, gain)[50:]) < 0.1
    assert max(shown(beats(-10.0, -60, 1), gain)) > 0.9


def test_silence_is_0_and_steady_noise_stays_low() -> None:
    assert max(shown([-200.0] * 500)) == 0.0
    wavering = (-55 + 2 * np.random.default_rng(0).standard_normal(3000)).tolist()
    assert max(shown(wavering)) < 0.4
    after_music = AutoGain(STEP_S)
    shown(beats(-10.0, -57, 5), after_music)
    assert max(shown(wavering, after_music)[100:]) < 0.4


def test_noise_that_comes_after_silence_is_shown_and_then_forgotten() -> None:
    gain = AutoGain(STEP_S)
    shown([-200.0] * 100, gain)
    values = shown([-60.0] * 2000, gain)
    assert max(values) > 0.9
    assert values[-1] == 0.0
