"""Films joined from parts."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.sinks.join import Joint, join_film
from livedream.sinks.soundtrack import Stretch
from livedream.sinks.stamp import read_stamp


def test_the_pictures_are_those_of_the_parts_one_after_the_other(joint: Joint, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    assert join_film(joint, film) == "no sound"
    with av.open(str(film)) as container:
        seen = [(frame.time, frame.to_ndarray()[:48].mean()) for frame in container.decode(video=0)]
    assert [time_s for time_s, _ in seen] == pytest.approx(np.arange(60) / 25)
    assert all(later[1] > earlier[1] for earlier, later in pairwise(seen))
    assert read_stamp(film) == "# a comment\n"
    assert not list(tmp_path.glob(".*"))


def test_a_file_without_sound_makes_a_silent_film(joint: Joint, tmp_path: Path) -> None:
    silent = replace(joint, sound=Stretch(joint.parts[0], 0, 2))
    assert join_film(silent, tmp_path / "film.mp4") == "no sound"


def test_a_film_that_cannot_be_written_is_told(joint: Joint, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"film\.mp4"):
        join_film(joint, tmp_path / "no" / "film.mp4")
