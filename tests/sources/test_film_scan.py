"""How long a film is and how fast, by what is in it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from livedream.sources.film import Film
from livedream.sources.film_scan import LOST, rate_that_matters, scan
from livedream.sources.footage import at_rate

MakeVideo = Callable[..., Path]
SMALL = {"preset": "ultrafast"}


def greys(count: int) -> list[np.ndarray]:
    return [np.full((48, 64, 3), 40 + 2 * number % 200, np.uint8) for number in range(count)]


def test_stamps_are_in_order_and_count_from_the_first(make_video: MakeVideo) -> None:
    found = scan(str(make_video("c.mkv", pts=range(20, 30))))
    assert found.stamps_s == pytest.approx([n / 10 for n in range(10)], abs=2e-3)
    assert found.end_s == pytest.approx(1.0, abs=2e-3)


def test_a_film_that_is_cut_off_ends_there(make_video: MakeVideo) -> None:
    path = make_video("c.mkv", greys(60), options=SMALL)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 0 < scan(str(path)).end_s < 5.5


@pytest.mark.parametrize(
    ("gaps_ms", "mean", "rate"),
    [
        ([40] * 50, 25.0, 25.0),
        ([33, 34, 33] * 20, 30.0, 30.0),
        ([17] * 60 + [100] * 20, 0.0, 60.0),
        ([40] * 500 + [20] * 4, 25.1, 25.1),  # that few do not matter
        ([2, 2, 2, 2, 2, 3] * 30, 461.5, 461.5),
    ],
)
def test_the_rate_is_the_lowest_at_which_hardly_a_picture_is_lost(
    gaps_ms: list[int], mean: float, rate: float
) -> None:
    stamps = [0.0, *(np.cumsum(gaps_ms) / 1000).tolist()]
    found = rate_that_matters(stamps, mean)
    assert found == pytest.approx(rate, rel=0.02)
    slots = {int(stamp * found + 0.5) for stamp in stamps}
    assert len(slots) >= (1 - LOST) * len(stamps)


@pytest.mark.parametrize("stamps", [[], [0.0], [1.0, 1.0, 1.0]])
def test_without_distances_the_rate_is_a_sensible_one(stamps: list[float]) -> None:
    assert rate_that_matters(stamps, 0) == 25
    assert rate_that_matters(stamps, 30) == 30


def test_of_a_film_of_two_rates_no_picture_is_lost(make_video: MakeVideo) -> None:
    stamps = [*range(0, 60), *range(60, 240, 6)]  # a second at 60, then three at 10
    film = Film(make_video("c.mp4", greys(len(stamps)), fps=60, pts=stamps, options=SMALL))
    assert film.rate == 60
    shown = [int(frame.rgb[0, 0, 0]) for frame in at_rate(film.shots(), film.rate, 0, None)]
    assert len({*pairwise(shown)}) >= 0.97 * len(stamps)
    assert "the rate of c.mp4 varies: 60 frames a second lose none" in film.damage


def test_a_slow_motion_camera_is_not_cut(make_video: MakeVideo) -> None:
    film = Film(make_video("c.mp4", greys(96), fps=480, options=SMALL))
    assert film.rate == 480
    assert len(list(film.shots())) == 96
    assert len(list(at_rate(film.shots(), film.rate, 0, None))) == 96


def test_a_picture_that_claims_an_hour_without_sound_is_told(make_video: MakeVideo) -> None:
    film = Film(make_video("c.mkv", greys(6), pts=[0, 1, 2, 36_000, 36_001, 36_002], options=SMALL))
    assert [shot.media_s for shot in film.shots()] == pytest.approx([n / 10 for n in range(6)], abs=0.01)
    assert "the time stamps of c.mkv jump by 3600 s at 0.3 s" in film.damage
