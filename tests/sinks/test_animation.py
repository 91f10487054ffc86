import gc
import weakref
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from livedream.errors import SinkError
from livedream.sinks import animation
from livedream.sinks.animation import write_animation
from livedream.sinks.metadata import read_metadata
from livedream.sinks.segments import PictureSegments


def pictures(folder: Path, count: int) -> list[Path]:
    segments = PictureSegments(folder, "%d.png")
    for number in range(count):
        segments.begin(number)
        segments.add(np.random.default_rng(number).integers(0, 255, (24, 32, 3), np.uint8))
    return segments.files(count)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_has_every_picture_its_time_and_its_comment(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    write_animation(file, pictures(tmp_path, 30), Fraction(30), "# größer\n")
    with Image.open(file) as image:
        assert (image.n_frames, image.size, image.info.get("loop")) == (30, (32, 24), 0)
        total_ms = 0
        for number in range(30):
            image.seek(number)
            image.load()
            total_ms += image.info["duration"]
    assert total_ms == 1000
    assert read_metadata(file) == "# größer\n"


def test_an_animation_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"a\.gif"):
        write_animation(tmp_path / "no" / "a.gif", pictures(tmp_path, 2), Fraction(10), "")


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_pictures_are_shown_one_after_the_other_and_held_one_at_a_time(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour of them is larger than any memory."""
    segments, opened, held = PictureSegments(tmp_path, "%d.png"), animation._opened, list[Any]()
    colours = [(8 * number, 250 - 8 * number, 100) for number in range(20)]
    for number, colour in enumerate(colours):
        segments.begin(number)
        segments.add(np.full((24, 32, 3), colour, np.uint8))

    def counted(picture: Path) -> Image.Image:
        gc.collect()
        assert sum(one() is not None for one in held) <= 2
        image = opened(picture)
        held.append(weakref.ref(image))
        return image

    monkeypatch.setattr(animation, "_opened", counted)
    write_animation(tmp_path / f"a{suffix}", segments.files(20), Fraction(10), "")
    assert len(held) >= 20
    with Image.open(tmp_path / f"a{suffix}") as image:
        for number, colour in enumerate(colours):
            image.seek(number)
            seen = np.asarray(image.convert("RGB")).astype(int)
            assert np.abs(seen - colour).max() <= 6
