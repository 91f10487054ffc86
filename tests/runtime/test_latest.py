from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.runtime.latest import Latest


def test_the_newest_item_is_taken_once() -> None:
    slot: Latest[int] = Latest()
    slot.put(1)
    slot.put(2)
    assert slot.take(0) == 2
    assert slot.take(0) is None
    assert slot.dropped == 1


def test_peek_shows_taken_items_and_counts_them() -> None:
    slot: Latest[str] = Latest()
    assert slot.peek() is None
    slot.put("a")
    slot.take(0)
    assert slot.peek() == (1, "a")


@given(st.lists(st.booleans(), max_size=60))
def test_every_item_is_taken_or_dropped_or_still_there(puts: list[bool]) -> None:
    slot: Latest[int] = Latest()
    taken = put = 0
    for number, is_put in enumerate(puts):
        if is_put:
            slot.put(number)
            put += 1
        else:
            taken += slot.take(0) is not None
    waiting = slot.take(0) is not None
    assert put == taken + slot.dropped + waiting


def test_close_wakes_a_waiting_taker() -> None:
    slot: Latest[int] = Latest()
    threading.Timer(0.05, slot.close).start()
    start = time.perf_counter()
    assert slot.take(100.0) is None
    assert time.perf_counter() - start < 60.0
    assert slot.ended


def test_an_item_put_before_the_close_is_still_given() -> None:
    slot: Latest[int] = Latest()
    slot.put(7)
    slot.close()
    assert not slot.ended
    assert slot.take() == 7
    assert slot.ended
    slot.put(8)
    assert slot.take(0) is None


def test_lossless_put_waits_and_loses_nothing() -> None:
    slot: Latest[int] = Latest(lossless=True)
    taken = []

    def fill() -> None:
        for number in range(50):
            slot.put(number)
        slot.close()

    thread = threading.Thread(target=fill)
    thread.start()
    while not slot.ended:
        item = slot.take(1.0)
        if item is not None:
            taken.append(item)
    thread.join()
    assert taken == list(range(50))
    assert slot.dropped == 0


def test_there_is_room_where_a_put_would_not_wait() -> None:
    newest, lossless = Latest[int](), Latest[int](lossless=True)
    for slot in (newest, lossless):
        assert slot.wait_for_room(0)
        slot.put(1)
    assert newest.wait_for_room(0)
    assert not lossless.wait_for_room(0)
    lossless.take(0)
    assert lossless.wait_for_room(0)
    lossless.put(2)
    lossless.close()
    assert lossless.wait_for_room(0)


def test_close_wakes_a_waiting_lossless_put() -> None:
    slot: Latest[int] = Latest(lossless=True)
    slot.put(1)
    thread = threading.Thread(target=slot.put, args=(2,))
    thread.start()
    slot.close()
    thread.join(60.0)
    assert not thread.is_alive()
    assert slot.take(0) == 1


@pytest.mark.parametrize("lossless", [False, True])
def test_a_newer_item_takes_the_place_of_one_that_was_taken_unless_none_may_be_lost(lossless: bool) -> None:
    slot: Latest[int] = Latest(lossless=lossless)
    slot.put(1)
    assert slot.take(0) == 1
    assert slot.newer() is None
    slot.put(2)
    assert slot.newer() == (None if lossless else 2)
    assert slot.dropped == (0 if lossless else 1)


def test_what_is_made_for_a_taker_is_made_once_somebody_waits() -> None:
    slot: Latest[int] = Latest(lossless=True)
    asked = threading.Event()

    def make() -> None:
        if slot.wait_for_taker():
            asked.set()
            slot.put(1)

    maker = threading.Thread(target=make)
    maker.start()
    assert not asked.is_set()
    assert slot.take(60) == 1
    assert asked.wait(60)
    maker.join()


def test_close_wakes_who_waits_for_a_taker() -> None:
    slot: Latest[int] = Latest(lossless=True)
    slot.close()
    assert not slot.wait_for_taker()
