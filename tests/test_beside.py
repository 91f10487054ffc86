from __future__ import annotations

import threading

import pytest

from livedream.beside import AtOnce, thread_beside, usable_cores


def test_without_a_core_to_spare_who_asks_does_it() -> None:
    at_once = thread_beside("flow", cores=2)
    assert isinstance(at_once, AtOnce)
    assert at_once.submit(threading.get_ident).result() == threading.get_ident()


def test_with_one_a_thread_beside_does_it() -> None:
    with thread_beside("flow", cores=3) as other:
        assert other.submit(threading.get_ident).result() != threading.get_ident()


def test_what_goes_wrong_is_raised_to_who_waits_for_it() -> None:
    failed = AtOnce().submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failed.result()


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
