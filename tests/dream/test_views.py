"""What octaves are given for a frame."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.dream.views import views
from livedream.ops.octave_sizes import UNIT
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("block.1"), (128, 160), 3, 1.4, 1, 1.5)
SWINGS = replace(SPEC, swings=True)


def views_of(spec: KernelSpec, time_s: float = 0.0, seed: int = 5, **wishes: Any) -> NDArray[np.int64]:
    return views(spec, DreamSettings(**wishes), seed, time_s)


def test_what_a_spec_does_not_take_is_not_given() -> None:
    shapes = {
        (flips, swings): views_of(replace(SPEC, flips=flips, swings=swings), flips="all").shape
        for flips in (False, True)
        for swings in (False, True)
    }
    assert shapes == {
        (False, False): (3, 2),
        (True, False): (3, 4),
        (False, True): (3, 6),
        (True, True): (3, 8),
    }


def test_the_jitter_is_the_same_with_and_without_the_rest() -> None:
    everything = views_of(replace(SPEC, flips=True, swings=True), flips="all", octave_swing=0.3)
    assert (everything[:, :2] == views_of(SPEC)).all()


def test_rolls_of_a_few_frames_are_spread_evenly() -> None:
    """In 16 frames each of 16 fields of the square is met; of random places a third of them stay empty."""
    for seed in range(5):
        rolls = np.array(
            [views(SPEC, DreamSettings(jitter_px=8), seed, 0.0, number)[0] for number in range(32)]
        )
        assert rolls.min() >= -8
        assert rolls.max() <= 8
        fields = {tuple(field) for field in ((rolls + 8) * 4 // 17).tolist()}
        assert len(fields) >= 12
        assert np.abs(rolls.mean(axis=0)).max() < 1.0


@pytest.mark.parametrize(
    ("flips", "seen"),
    [("none", {(0, 0)}), ("sideways", {(0, 0), (0, 1)}), ("all", {(0, 0), (0, 1), (1, 0), (1, 1)})],
)
def test_every_flip_that_is_allowed_comes_and_no_other(flips: str, seen: set[tuple[int, int]]) -> None:
    drawn = [views_of(replace(SPEC, flips=True), seed=seed, flips=flips)[:, 2:] for seed in range(30)]
    assert {tuple(row) for row in np.concatenate(drawn).tolist()} == seen
    assert flips == "none" or any(len({tuple(row) for row in rows.tolist()}) > 1 for rows in drawn)


@given(st.floats(0, 0.5), st.floats(-100, 100))
def test_forms_grow_with_the_swing_and_the_largest_octave_stays(swing: float, time_s: float) -> None:
    still = views_of(SWINGS, time_s)[:, 2:]
    steps = views_of(SWINGS, time_s, octave_swing=swing)[:, 2:]
    ratio = steps[1, 0] / still[1, 0]
    assert 1 - 1e-3 <= ratio <= 1 + swing + 1e-3
    assert steps[0, 0] / still[0, 0] == pytest.approx(ratio**2, rel=1e-3)
    assert (steps[2] == UNIT).all()
    np.testing.assert_allclose(steps[:2, 2:] / still[:2, 2:], 1 / ratio, rtol=1e-3)


def test_the_way_back_undoes_the_way_there() -> None:
    for spec in (SWINGS, replace(SWINGS, only=0), replace(SWINGS, spread=True)):
        down, up = np.split(views_of(spec, 3.0, octave_swing=0.4)[:, 2:] / UNIT, 2, axis=1)
        alone = spec.spread or spec.only is not None
        back = up if alone else np.cumprod(up[::-1], axis=0)[::-1]
        np.testing.assert_allclose(down * back, 1, rtol=1e-3)


def test_a_swing_begins_at_the_ratio_itself_and_comes_back_without_a_leap() -> None:
    times = np.linspace(0, 4, 49)
    ratios = [views_of(SWINGS, time_s, octave_swing=0.5, octave_swing_s=4)[1, 2] for time_s in times]
    assert ratios[0] == ratios[48] == min(ratios) == views_of(SWINGS)[1, 2]
    assert ratios[24] == max(ratios) == pytest.approx(1.5 * ratios[0], rel=1e-3)
    assert np.abs(np.diff(ratios)).max() < 0.04 * ratios[0]


def test_octaves_that_are_left_out_are_given_nothing_to_do() -> None:
    spec = replace(SWINGS, octaves=8)
    steps = views_of(spec, octave_swing=0.2)[:, 2:]
    assert steps.shape == (8, 4)
    assert len(spec.sizes_hw) == 5
    assert (steps[:5] > 0).all()
    assert (steps[5:] == 0).all()
