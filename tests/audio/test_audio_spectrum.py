from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from livedream.audio.audio_spectrum import EDGES_HZ, LOUDEST, Spectrum, hop_length, mono


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 44_100, 48_000, 96_000])
def test_a_tone_is_loudest_in_its_own_band_at_any_rate(rate_hz: int) -> None:
    times = np.arange(rate_hz // 2) / rate_hz
    spectrum = Spectrum(rate_hz)
    assert spectrum.hop_s == pytest.approx(0.01, rel=0.01)
    for low_hz, high_hz in EDGES_HZ.values():
        hz = (low_hz * min(high_hz, 0.4 * rate_hz)) ** 0.5
        if hz > 0.4 * rate_hz or low_hz > 0.4 * rate_hz:
            continue
        power = list(spectrum.feed(np.sin(2 * np.pi * hz * times).astype(np.float32)))[-1]
        assert power @ spectrum.members(low_hz, high_hz) > 0.7 * power.sum()


def test_each_narrow_band_belongs_to_one_wide_band() -> None:
    spectrum = Spectrum(48_000)
    wide = [spectrum.members(*edges) for edges in EDGES_HZ.values()]
    assert np.sum(wide, axis=0).tolist() == [1.0] * len(spectrum.centres_hz)
    assert min(one.sum() for one in wide) >= 2


def test_blocks_of_any_length_make_the_same_hops(drums: Any) -> None:
    sound = drums.noise(0.5, -10)
    whole = list(Spectrum(48_000).feed(sound))
    spectrum, parts = Spectrum(48_000), []
    for start in range(0, len(sound), 333):
        parts += list(spectrum.feed(sound[start : start + 333]))
    assert len(whole) == len(parts) == 50
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf, 3e38])
def test_what_is_no_sound_is_silence_in_its_own_channel(fault: float) -> None:
    channels = np.array([[0.5, fault, -10.0], [fault, -0.25, 10.0]], np.float32)
    assert mono(channels, axis=0).tolist() == [0.25, -0.125, 0.0]


def test_sound_is_looked_through_once_before_it_is_measured(drums: Any) -> None:
    tone = drums.tone(440, 0.1)
    powers = [list(Spectrum(48_000).feed(scale * tone))[-1].sum() for scale in (1.0, 2 * LOUDEST)]
    assert powers[1] == pytest.approx(powers[0] * (2 * LOUDEST) ** 2, rel=1e-3)


def test_a_rate_without_highs_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        Spectrum(4000)
    assert hop_length(44_100) == 441
