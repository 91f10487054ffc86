from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SinkError
from livedream.runtime.faults.films import checked
from livedream.runtime.faults.injector import Injector
from livedream.runtime.faults.sink import CountingRecorder


def fill(recorder: CountingRecorder, frames: range, start: int = 0) -> None:
    for tick in frames:
        rgb = np.random.default_rng(tick).integers(0, 256, (96, 128, 3), np.uint8)
        recorder.write(rgb, (tick - start) / 30)


@pytest.fixture
def injector() -> Injector:
    return Injector()


@pytest.fixture
def recorder(tmp_path: Path, injector: Injector) -> Iterator[CountingRecorder]:
    recorder = CountingRecorder(tmp_path / "film.mp4", ManualClock(), injector)
    recorder.open((128, 96), 30)
    fill(recorder, range(60))
    yield recorder
    recorder.close()


def test_a_whole_film(recorder: CountingRecorder) -> None:
    recorder.close()
    check = checked(recorder, 3, 30, stops=0)
    assert (check.files, check.handed, check.decoded, check.lost) == (("film.mp4",), 60, 60, 0)
    assert (check.missed, check.broken) == (3, ())


def test_a_disk_that_was_full_costs_a_second_at_most(recorder: CountingRecorder, injector: Injector) -> None:
    injector.begin("disk-full")
    with pytest.raises(SinkError, match="disk is full"):
        fill(recorder, range(60, 120))
    injector.end("disk-full")
    recorder.open((128, 96), 30)
    fill(recorder, range(120, 160), 120)
    recorder.close()
    check = checked(recorder, 0, 30, stops=1)
    assert check.files == ("film.mp4", "film-2.mp4")
    assert 0 < check.lost <= 30
    assert check.broken == ()
    assert checked(recorder, 0, 30, stops=0).broken == (f"{check.lost} of {check.handed} frames are lost",)


def test_a_damaged_film_is_found(recorder: CountingRecorder, tmp_path: Path) -> None:
    recorder.close()
    film = tmp_path / "film.mp4"
    film.write_bytes(film.read_bytes()[:2000])
    check = checked(recorder, 0, 30, stops=0)
    assert check.lost > 0
    assert any("lost" in words or "damaged" in words for words in check.broken)
