from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sources.film import Film, exact_rate
from livedream.sources.footage import at_rate

MakeVideo = Callable[..., Path]


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (29.97, Fraction(30000, 1001)),
        (30000 / 1001, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (59.9401, Fraction(60000, 1001)),
        (24.0, Fraction(24)),
        (25.001, Fraction(25)),
        (29.0, Fraction(29)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_a_rate_is_what_was_meant(fps: float, rate: Fraction) -> None:
    assert exact_rate(fps) == rate


def test_a_film_can_be_read_again_and_again(make_video: MakeVideo) -> None:
    film = Film(make_video(fps=25))
    assert (film.size_wh, film.rate, film.length_s) == ((64, 48), 25, 0.4)
    for _ in range(2):
        assert [round(shot.media_s * 25) for shot in film.shots()] == list(range(10))
    assert not film.damage


def test_a_film_of_a_changing_rate_keeps_its_length(make_video: MakeVideo) -> None:
    film = Film(make_video(pts=[0, 1, 2, 3, 10, 11, 12, 20, 21, 22], fps=10))
    frames = list(at_rate(film.shots(), film.rate, 0, None))
    assert len(frames) / film.rate == pytest.approx(2.3, abs=float(1 / film.rate))


def test_another_file_has_another_identity(make_video: MakeVideo) -> None:
    clip = make_video()
    before = Film(clip).identity
    assert Film(clip).identity == before
    clip.write_bytes(clip.read_bytes() + b"\0")
    assert Film(clip).identity != before


def test_what_is_no_film_is_told(tmp_path: Path) -> None:
    (tmp_path / "story.mp4").write_text("once upon a time " * 99)
    with pytest.raises(InputError, match=r"story\.mp4"):
        Film(tmp_path / "story.mp4")


@pytest.mark.parametrize(("alpha", "told"), [(0, True), (255, False)])
def test_that_transparent_places_become_black_is_told(
    make_video: Callable[..., Path], alpha: int, told: bool
) -> None:
    rgba = np.full((48, 64, 4), 200, np.uint8)
    rgba[:, :32, 3] = alpha
    rgba[:, 32:, 3] = 255
    film = Film(make_video("c.mkv", [rgba] * 2, codec="ffv1", pix_fmt="bgra", source_fmt="rgba"))
    for shot in film.shots():
        shot.develop()
    words = "c.mkv is transparent in places: what is rendered is opaque, and black there"
    assert film.damage == (words if told else "")
