from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from livedream.errors import SinkError
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
