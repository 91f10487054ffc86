from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from livedream.clock import Clock, ManualClock, SystemClock
from livedream.errors import SourceError
from livedream.runtime.capture_thread import MARGIN_S, CaptureThread
from livedream.runtime.current_source import HANGS_S, CurrentSource


def capture_of(source: Any, box_wh: tuple[int, int], clock: Clock, *, paced: bool) -> CaptureThread:
    return CaptureThread(CurrentSource(source, clock, lambda _: None), box_wh, clock, paced=paced)


def test_unpaced_every_frame_is_given_in_order(make_source: Callable[..., Any]) -> None:
    capture = capture_of(make_source(20), (128, 96), SystemClock(), paced=False)
    thread = threading.Thread(target=capture.run, args=(threading.Event(),))
    thread.start()
    taken = []
    while not capture.slot.ended:
        frame = capture.slot.take(1.0)
        if frame is not None:
            taken.append(frame.index)
    thread.join()
    assert taken == list(range(20))
    assert capture.slot.dropped == 0


def test_unpaced_no_frame_is_read_before_it_is_asked_for(make_source: Callable[..., Any]) -> None:
    given: list[int] = []
    source = make_source()
    read = source.read
    source.read = lambda stop: (given.append(0), read(stop))[1]
    capture = capture_of(source, (128, 96), SystemClock(), paced=False)
    thread = threading.Thread(target=capture.run, args=(threading.Event(),))
    thread.start()
    for _ in range(3):
        assert capture.slot.take(60) is not None
    capture.slot.close()
    thread.join()
    assert len(given) == 3


def test_paced_frames_come_at_their_own_rate(make_source: Callable[..., Any]) -> None:
    clock = ManualClock()
    capture = capture_of(make_source(26, fps=25.0), (128, 96), clock, paced=True)
    capture.run(threading.Event())
    assert 1.0 <= clock.now_s() < 1.04  # the end is found when a next frame would be due
    assert capture.slot.dropped == 25


def test_paced_a_frame_is_read_shortly_before_it_is_due(
    make_source: Callable[..., Any],
) -> None:
    """Else reading it would take processor time from the frame before, of which the dream is awaited."""
    clock, source, read_s = ManualClock(), make_source(5, fps=10.0), list[float]()
    read = source.read

    def slow(stop: threading.Event) -> Any:
        read_s.append(clock.now_s())
        clock.advance(0.01)
        return read(stop)

    source.read = slow
    capture_of(source, (128, 96), clock, paced=True).run(threading.Event())
    due_s = [0.01 + 0.1 * number for number in range(5)]
    # After the first frame it is not known yet when the next is due.
    assert read_s[2:5] == pytest.approx([due - 0.02 - MARGIN_S for due in due_s[2:]], abs=2e-3)


@pytest.mark.parametrize(("fault", "lost_s"), [(OSError("no network"), 0.0), (None, HANGS_S)])
def test_what_a_source_that_was_lost_is_waited_for_is_no_decoding(
    make_source: Callable[..., Any], fault: Exception | None, lost_s: float
) -> None:
    """Else it is shown as such, and each frame is read much too early for long after that."""
    clock, source, read_s = ManualClock(), make_source(9, fps=10.0), list[float]()
    read = source.read

    def lossy(stop: threading.Event) -> Any:
        read_s.append(clock.now_s())
        clock.advance(0.01)
        if len(read_s) == 4:
            clock.advance(lost_s)
            if fault is not None:
                raise fault
        return read(stop)

    source.read = lossy
    capture = capture_of(source, (128, 96), clock, paced=True)
    capture.run(threading.Event())
    assert 0 < capture.decode_ms.percentiles().p99 <= 10.001
    assert read_s[-1] - read_s[3] > 0.5, "it was lost"
    assert [later - before for before, later in pairwise(read_s[-4:])] == pytest.approx([0.1] * 3, abs=2e-3)


def test_another_source_is_not_kept_waiting_by_a_picture_that_lasts_an_hour(
    make_source: Callable[..., Any],
) -> None:
    class Impatient(ManualClock):
        def wait(self, stop: threading.Event, seconds: float) -> bool:
            if current.info == slides.info and self.now_s() > 1.0:
                current.exchange(make_source(3, fps=25.0))
            return super().wait(stop, seconds)

    clock, slides = Impatient(), make_source(3, fps=1 / 3600)
    current = CurrentSource(slides, clock, lambda _: None)
    capture = CaptureThread(current, (128, 96), clock, paced=True)
    capture.run(threading.Event())
    assert clock.now_s() < 2.0
    frame = capture.slot.take(0)
    assert frame is not None
    assert frame.shot == 1


def test_a_film_whose_header_names_a_far_lower_rate_is_not_slowed_down(
    make_source: Callable[..., Any],
) -> None:
    clock, source = ManualClock(), make_source(26, fps=0.5)
    read = source.read

    def stamped(stop: threading.Event) -> Any:
        frame = read(stop)
        return None if frame is None else replace(frame, media_s=frame.index / 25)

    source.read = stamped
    capture_of(source, (128, 96), clock, paced=True).run(threading.Event())
    assert 1.0 <= clock.now_s() < 1.04


def test_frames_are_fitted_into_the_output(make_source: Callable[..., Any]) -> None:
    capture = capture_of(make_source(1), (640, 360), SystemClock(), paced=True)
    capture.run(threading.Event())
    frame = capture.slot.take(0)
    assert frame is not None
    assert frame.size_wh == (480, 360)


def test_a_device_is_never_held_back(make_source: Callable[..., Any]) -> None:
    source, clock = make_source(10), ManualClock()
    source.info = replace(source.info, is_device=True)
    capture_of(source, (128, 96), clock, paced=True).run(threading.Event())
    assert clock.now_s() == 0.0


def test_a_broken_source_closes_the_slot_and_is_raised(make_source: Callable[..., Any]) -> None:
    capture = capture_of(make_source(broken_at=3), (128, 96), ManualClock(), paced=True)
    with pytest.raises(SourceError, match="broke"):
        capture.run(threading.Event())
    capture.slot.take(0)
    assert capture.slot.ended
