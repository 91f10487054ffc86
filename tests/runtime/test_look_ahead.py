from __future__ import annotations

import threading
from typing import Any

import pytest

from livedream.frame import Frame
from livedream.runtime.latest import Latest
from livedream.runtime.look_ahead import LookAhead


def test_the_first_frame_is_taken_as_it_comes(studio: Any) -> None:
    slot, frame = Latest[Frame](), studio.frame()
    slot.put(frame)
    with LookAhead(slot) as ahead:
        taken = ahead.take()
        assert taken is not None
        assert taken[:2] == (frame, None)
        assert taken.waited_ms >= 0


def test_the_next_one_is_prepared_as_soon_as_it_comes(studio: Any) -> None:
    slot, frames = Latest[Frame](), [studio.frame(x=number, index=number) for number in range(2)]
    prepared = threading.Event()

    def prepare(frame: Frame) -> Any:
        prepared.set()
        return frame.index

    slot.put(frames[0])
    with LookAhead(slot) as ahead:
        ahead.take()
        ahead.begin(prepare)
        slot.put(frames[1])
        assert prepared.wait(60), "it is not waited for until somebody takes it"
        taken = ahead.take()
        assert taken is not None
        assert taken[:2] == (frames[1], 1)
        assert slot.dropped == 0


@pytest.mark.parametrize("lossless", [False, True])
def test_a_prepared_frame_is_given_up_for_a_newer_one_unless_none_may_be_lost(
    studio: Any, lossless: bool
) -> None:
    slot, frames = Latest[Frame](lossless=lossless), [studio.frame(index=number) for number in range(3)]
    prepared = threading.Event()
    slot.put(frames[0])
    with LookAhead(slot) as ahead:
        ahead.take()
        ahead.begin(lambda _: prepared.set())  # type: ignore[arg-type, return-value]
        slot.put(frames[1])
        assert prepared.wait(60)
        slot.put(frames[2])
        taken = ahead.take()
        assert taken is not None
        assert taken.frame is frames[1 if lossless else 2]
        assert slot.dropped == (0 if lossless else 1)


def test_it_ends_with_the_last_frame(studio: Any) -> None:
    slot = Latest[Frame]()
    slot.put(studio.frame())
    with LookAhead(slot) as ahead:
        ahead.take()
        ahead.begin(lambda _: None)  # type: ignore[arg-type, return-value]
        slot.put(studio.frame(index=1))
        slot.close()
        assert not ahead.ended, "one frame is still on its way"
        assert ahead.take() is not None
        assert ahead.ended


def test_what_goes_wrong_in_preparing_is_raised_where_the_frame_is_taken(studio: Any) -> None:
    def fail(frame: Frame) -> Any:
        raise ValueError("no memory")

    slot = Latest[Frame]()
    with LookAhead(slot) as ahead:
        ahead.begin(fail)
        slot.put(studio.frame())
        with pytest.raises(ValueError, match="no memory"):
            ahead.take()
