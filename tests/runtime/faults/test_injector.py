from __future__ import annotations

import threading

import pytest

from livedream.errors import InputError
from livedream.runtime.faults.injector import Injector


def test_a_fault_is_on_from_its_beginning_to_its_end_and_who_meets_it_is_counted() -> None:
    injector = Injector()
    assert not injector.meets("sink-fails")
    injector.begin("sink-fails")
    assert injector.is_on("sink-fails")
    assert not injector.is_on("sink-raises")
    assert injector.meets("sink-fails")
    injector.end("sink-fails")
    assert not injector.meets("sink-fails")
    assert injector.met == {"sink-fails": 1}
    assert injector.times_begun("sink-fails") == 1
    assert injector.felt == {"sink-fails"}


def test_what_happens_once_happens_again_when_it_begins_again() -> None:
    injector = Injector()
    assert not injector.meets_once("build-fails")
    for _ in range(2):
        injector.begin("build-fails")
        assert injector.meets_once("build-fails")
        assert not injector.meets_once("build-fails")
    injector.begin("build-fails")
    injector.end("build-fails")
    assert not injector.meets_once("build-fails"), "it is over, and no part has met it"


def test_what_hangs_goes_on_at_the_end() -> None:
    injector, passed = Injector(), threading.Event()
    injector.begin("sink-blocks")

    def hang() -> None:
        injector.wait_out("sink-blocks")
        passed.set()

    thread = threading.Thread(target=hang)
    thread.start()
    assert not passed.is_set()
    injector.end_all()
    thread.join(60)
    assert passed.is_set()


def test_an_unknown_fault_does_not_begin() -> None:
    with pytest.raises(InputError, match="sink-fails"):
        Injector().begin("sink-fail")
