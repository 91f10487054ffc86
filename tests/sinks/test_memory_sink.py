import numpy as np
import pytest

from livedream.frame import Rgb
from livedream.sinks.memory_sink import Memory
from livedream.sinks.sink import Sink


def frame(value: int) -> Rgb:
    return np.full((4, 6, 3), value, np.uint8)


@pytest.mark.parametrize(("keep", "kept"), [(None, [0, 1, 2, 3, 4]), (2, [3, 4]), (0, [])])
def test_the_last_frames_are_kept_with_their_times(keep: int | None, kept: list[int]) -> None:
    sink: Sink = Memory(keep)
    assert sink.open((6, 4), 30) == "frames kept in memory"
    for index in range(5):
        sink.write(frame(index), index / 30)
    assert [int(rgb[0, 0, 0]) for rgb in sink.frames] == kept
    assert sink.times_s == [index / 30 for index in kept]
    assert (sink.written, sink.size_wh, sink.fps, sink.retry_s) == (5, (6, 4), 30, None)


def test_a_frame_that_is_reused_later_is_kept_as_it_was() -> None:
    sink = Memory()
    rgb = frame(1)
    sink.write(rgb, 0.0)
    rgb[:] = 9
    assert sink.frames[0].max() == 1


def test_opening_and_closing_are_counted_and_the_frames_stay() -> None:
    sink = Memory()
    for _ in range(2):
        sink.open((6, 4), 25)
        sink.write(frame(7), 0.0)
        sink.close()
    sink.close()
    assert (sink.opened, sink.written, sink.closed, len(sink.frames)) == (2, 2, 3, 2)
