"""The right way up."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livedream.frame import Frame
from livedream.sources.orientation import of_exif, of_matrix
from livedream.sources.video import Video

STORED = np.arange(6).reshape(2, 3)

UPRIGHT = {
    1: STORED,
    2: STORED[:, ::-1],
    3: STORED[::-1, ::-1],
    4: STORED[::-1],
    5: STORED.T,
    6: np.rot90(STORED, -1),
    7: STORED.T[::-1, ::-1],
    8: np.rot90(STORED, 1),
}
"""EXIF's orientation -> what is to be seen."""


@pytest.mark.parametrize("value", UPRIGHT)
def test_all_eight_of_exif(value: int) -> None:
    orientation = of_exif(value)
    assert np.array_equal(orientation.upright(STORED), UPRIGHT[value])
    assert orientation.size_wh((3, 2)) == UPRIGHT[value].shape[::-1]


@pytest.mark.parametrize("value", [None, 0, 9, "6", b"6", (6,)])
def test_what_exif_does_not_know_is_upright(value: object) -> None:
    assert np.array_equal(of_exif(value).upright(STORED), STORED)


def matrix(a: float, b: float, c: float, d: float) -> bytes:
    one = 1 << 16
    return struct.pack("=9i", *(round(v * one) for v in (a, b, 0, c, d, 0, 0, 0)), 1 << 30)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ((1, 0, 0, 1), 1),
        ((-1, 0, 0, 1), 2),
        ((-1, 0, 0, -1), 3),
        ((1, 0, 0, -1), 4),
        ((0, 1, 1, 0), 5),
        ((0, 1, -1, 0), 6),
        ((0, -1, -1, 0), 7),
        ((0, -1, 1, 0), 8),
        ((2, 0, 0, -2), 4),
        ((0.99, 0.1, -0.1, 0.99), 1),
        ((0, 0, 0, 0), 1),
    ],
)
def test_all_eight_of_a_matrix_and_what_is_near(given: tuple[float, ...], value: int) -> None:
    assert of_matrix(matrix(*given)) == of_exif(value)


@pytest.mark.parametrize("given", [None, b"", bytes(8)])
def test_no_matrix_is_upright(given: bytes | None) -> None:
    assert of_matrix(given) == of_exif(1)


@pytest.mark.parametrize("value", [2, 5, 7])
def test_a_mirrored_film_is_shown_as_it_was_seen(
    make_video: Callable[..., Path],
    gradient: Callable[..., np.ndarray],
    frames_of: Callable[..., list[Frame]],
    difference: Callable[..., float],
    value: int,
) -> None:
    given = {2: (-1, 0, 0, 1), 5: (0, 1, 1, 0), 7: (0, -1, -1, 0)}[value]
    video = Video(str(make_video(prepare=lambda stream: stream.set_display_matrix(matrix_words(*given)))))
    wanted = of_exif(value).upright(gradient(2))
    assert video.info.size_wh == wanted.shape[1::-1]
    assert difference(frames_of(video)[2].rgb, wanted) < 6


def matrix_words(a: int, b: int, c: int, d: int) -> tuple[int, ...]:
    return struct.unpack("=9i", matrix(a, b, c, d))
