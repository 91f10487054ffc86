"""Films joined from parts."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.sinks.metadata import read_metadata
from livedream.sinks.mux import MuxJob, mux_film
from livedream.sinks.sound_reading import Stretch


def test_the_pictures_are_those_of_the_parts_one_after_the_other(job: MuxJob, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    assert mux_film(job, film) == "no sound"
    with av.open(str(film)) as container:
        seen = [(frame.time, frame.to_ndarray()[:48].mean()) for frame in container.decode(video=0)]
    assert [time_s for time_s, _ in seen] == pytest.approx(np.arange(60) / 25)
    assert all(later[1] > earlier[1] for earlier, later in pairwise(seen))
    assert read_metadata(film) == "# a comment\n"
    assert not list(tmp_path.glob(".*"))


def test_a_file_without_sound_makes_a_silent_film(job: MuxJob, tmp_path: Path) -> None:
    silent = replace(job, sound=Stretch(job.parts[0], 0, 2))
    assert mux_film(silent, tmp_path / "film.mp4") == "no sound"


def test_a_film_that_cannot_be_written_is_told(job: MuxJob, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"film\.mp4"):
        mux_film(job, tmp_path / "no" / "film.mp4")
