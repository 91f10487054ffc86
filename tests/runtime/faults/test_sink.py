from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SinkError
from livedream.runtime.faults.films import frames_of
from livedream.runtime.faults.sink import CountingRecorder, FaultySink
from tests.runtime.faults.conftest import WatchedInjector

RGB = np.zeros((96, 128, 3), np.uint8)
SIZE_WH = (128, 96)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(100.0)


@pytest.fixture
def sink(clock: ManualClock, injector: WatchedInjector) -> FaultySink:
    sink = FaultySink(clock, injector)
    sink.open(SIZE_WH, 30)
    sink.write(RGB, 0.0)
    assert sink.times_s == [100.0]
    return sink


@pytest.mark.parametrize(
    ("name", "raised", "words"),
    [
        ("sink-fails", SinkError, "takes no frame"),
        ("sink-raises", RuntimeError, "a driver's own words"),
        ("sink-refuses", SinkError, "takes no frame"),
    ],
)
def test_it_takes_no_frame_while_the_fault_is_on(
    sink: FaultySink,
    clock: ManualClock,
    injector: WatchedInjector,
    name: str,
    raised: type[Exception],
    words: str,
) -> None:
    injector.begin(name)
    with pytest.raises(raised, match=words):
        sink.write(RGB, 0.1)
    injector.end(name)
    clock.advance(1.0)
    sink.write(RGB, 0.2)
    assert sink.times_s == [100.0, 101.0]


@pytest.mark.parametrize("name", ["sink-fails", "sink-raises"])
def test_each_time_it_is_opened_in_vain_is_counted(
    sink: FaultySink, injector: WatchedInjector, name: str
) -> None:
    injector.begin(name)
    sink.open(SIZE_WH, 30)
    injector.end(name)
    sink.open(SIZE_WH, 30)
    assert +injector.met == {name: 1}


def test_one_that_is_used_elsewhere_opens_when_it_is_free_again(
    sink: FaultySink, injector: WatchedInjector
) -> None:
    injector.begin("sink-refuses")
    with pytest.raises(SinkError, match="used by another program; close that program"):
        sink.open(SIZE_WH, 30)
    injector.end("sink-refuses")
    assert sink.open(SIZE_WH, 30) == "128x96 at 30"
    assert +injector.met == {"sink-refuses": 1}


def test_a_sink_that_blocks_takes_its_frame_at_the_end_of_the_fault(
    sink: FaultySink, injector: WatchedInjector
) -> None:
    def write() -> int:
        sink.write(RGB, 0.1)
        return len(sink.times_s)

    assert injector.result_after_hanging("sink-blocks", write) == 2


def test_a_sink_without_an_injector_never_fails(clock: ManualClock, injector: WatchedInjector) -> None:
    watched = FaultySink(clock)
    for name in ("sink-fails", "sink-raises", "sink-refuses", "sink-blocks"):
        injector.begin(name)
    watched.open(SIZE_WH, 30)
    watched.write(RGB, 0.0)
    assert watched.times_s == [100.0]


@pytest.fixture
def record(
    tmp_path: Path, clock: ManualClock, injector: WatchedInjector
) -> Iterator[Callable[[], CountingRecorder]]:
    made: list[CountingRecorder] = []

    def make() -> CountingRecorder:
        made.append(CountingRecorder(tmp_path / "film.mp4", clock, injector))
        made[-1].open(SIZE_WH, 30)
        return made[-1]

    yield make
    injector.end_all()
    for recorder in made:
        recorder.close()


def begin(recorder: CountingRecorder) -> None:
    recorder.open(SIZE_WH, 30)
    recorder.write(RGB, 0.0)


def fill(recorder: CountingRecorder, ticks: range = range(4, 120)) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    for tick in ticks:
        recorder.write(noise, tick / 30)


def test_only_frames_that_are_in_the_film_count(
    record: Callable[[], CountingRecorder], injector: WatchedInjector
) -> None:
    recorder = record()
    recorder.write(RGB, 0.0)
    recorder.write(RGB, 0.001)
    assert (recorder.handed, recorder.dropped) == (1, 1), "there is one place for the two"
    recorder.write(RGB, 0.1)
    assert recorder.handed == 2
    injector.begin("disk-full")
    with pytest.raises(SinkError, match="the disk is full"):
        fill(recorder)
    handed, times = recorder.handed, len(recorder.times_s)
    with pytest.raises(SinkError, match="the disk is full"):
        recorder.write(RGB, 5.0)
    assert (recorder.handed, len(recorder.times_s)) == (handed, times)


def test_a_film_begins_when_there_is_room_again(
    record: Callable[[], CountingRecorder], injector: WatchedInjector
) -> None:
    recorder = record()
    injector.begin("disk-full")
    with pytest.raises(SinkError, match="the disk is full"):
        begin(recorder)
    injector.end("disk-full")
    begin(recorder)
    recorder.close()
    assert [file.name for file in recorder.files] == ["film.mp4"]
    assert +injector.met == {"disk-full": 1}, "it was opened in vain once"


def test_a_disk_that_refuses_keeps_the_film_which_goes_on_beside_it(
    record: Callable[[], CountingRecorder], injector: WatchedInjector
) -> None:
    recorder = record()
    recorder.write(RGB, 0.0)
    fill(recorder)
    injector.begin("recording-refuses")
    with pytest.raises(SinkError, match=r"the disk is write-protected; the first .* s are kept in it"):
        fill(recorder, range(120, 240))
    for _ in range(2):
        with pytest.raises(SinkError, match="the disk is write-protected"):
            recorder.open(SIZE_WH, 30)
    injector.end("recording-refuses")
    begin(recorder)
    recorder.close()
    assert [file.name for file in recorder.files] == ["film.mp4", "film-2.mp4"]
    assert [frames_of(file)[1] for file in recorder.files] == ["", ""]
    assert frames_of(recorder.path)[0] > 90
    assert +injector.met == {"recording-refuses": 2}


def test_a_disk_that_refuses_takes_no_first_film_either(
    record: Callable[[], CountingRecorder], injector: WatchedInjector, tmp_path: Path
) -> None:
    recorder = record()
    injector.begin("recording-refuses")
    with pytest.raises(SinkError, match="the disk is write-protected; nothing is kept"):
        recorder.write(RGB, 0.0)
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_came_there_meanwhile_stays(
    record: Callable[[], CountingRecorder], tmp_path: Path
) -> None:
    recorder = record()
    (tmp_path / "film.mp4").write_bytes(b"somebody else's")
    with pytest.raises(SinkError, match="a file of that name now exists"):
        recorder.write(RGB, 0.0)
    recorder.close()
    assert (tmp_path / "film.mp4").read_bytes() == b"somebody else's"
