from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livedream.frame import Rgb
from livedream.sources.footage import Shot, at_rate, slot_at

RATES = st.fractions(1, 240, max_denominator=1001)


def shot(number: int, begin_s: float, end_s: float) -> Shot:
    def develop() -> Rgb:
        return np.full((1, 1, 3), number % 256, np.uint8)

    return Shot(begin_s, end_s, develop)


def steady(count: int, rate: Fraction) -> list[Shot]:
    return [shot(n, float(n / rate), float((n + 1) / rate)) for n in range(count)]


def numbers(shots: Sequence[Shot], rate: Fraction, first: int = 0, last: int | None = None) -> list[int]:
    return [int(frame.rgb[0, 0, 0]) for frame in at_rate(shots, rate, first, last)]


@given(st.integers(1, 50), RATES)
def test_a_steady_film_stays_as_it_is(count: int, rate: Fraction) -> None:
    assert numbers(steady(count, rate), rate) == list(range(count))


@given(st.integers(1, 40), RATES, RATES)
def test_at_another_rate_the_length_stays_right_to_a_frame(
    count: int, rate: Fraction, shown: Fraction
) -> None:
    frames = numbers(steady(count, rate), shown)
    assert abs(len(frames) / shown - count / rate) <= 1 / shown
    assert frames == sorted(frames)


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=30), st.integers(5, 60))
def test_of_a_changing_rate_each_frame_shows_what_is_due_to_half_a_frame(
    gaps: list[float], rate: int
) -> None:
    times = [0.0, *np.cumsum(gaps).tolist()]
    shots = [shot(n, begin_s, end_s) for n, (begin_s, end_s) in enumerate(pairwise(times))]
    for frame in at_rate(shots, Fraction(rate), 0, None):
        number, time_s = int(frame.rgb[0, 0, 0]), frame.index / rate
        assert shots[number].media_s <= time_s + 0.5 / rate + 1e-9
        assert time_s <= max(shots[number].end_s, shots[number].media_s + 1 / rate) + 0.5 / rate + 1e-9


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_part_is_what_the_whole_has_there(first: int, length: int) -> None:
    shots, rate = steady(40, Fraction(25)), Fraction(30)
    whole = numbers(shots, rate)
    assert numbers(shots, rate, first, first + length) == whole[first : first + length]
    assert numbers(shots, rate, first) == whole[first:]


def test_frames_have_the_number_and_the_time_of_the_whole() -> None:
    frames = list(at_rate(steady(9, Fraction(25)), Fraction(25), 3, 6))
    assert [frame.index for frame in frames] == [3, 4, 5]
    assert [frame.media_s for frame in frames] == [0.12, 0.16, 0.2]


def test_what_is_not_shown_is_not_decoded() -> None:
    def never() -> Rgb:
        raise AssertionError

    early = [Shot(n / 10, (n + 1) / 10, never) for n in range(5)]
    assert numbers([*early, shot(7, 0.5, 0.6)], Fraction(10), 5) == [7]


def test_the_nearest_frame() -> None:
    assert [slot_at(time_s, Fraction(10)) for time_s in (0, 0.049, 0.051, 0.15, 1)] == [0, 0, 1, 2, 10]
