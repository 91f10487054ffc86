from __future__ import annotations

import errno
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from livedream.beside import STEP_BACK, AtOnce, step_back, thread_beside, usable_cores


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has niceness of threads")
@pytest.mark.parametrize(("cores", "more"), [(1, STEP_BACK), (2, STEP_BACK), (3, 0)])
def test_a_thread_gives_way_where_no_core_is_to_spare_and_alone(cores: int, more: int) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def given_way() -> int:
        step_back(cores)
        return niceness()

    before = niceness()
    with ThreadPoolExecutor(1) as other:
        assert other.submit(given_way).result() == min(19, before + more)
    assert niceness() == before


@pytest.mark.parametrize("name", ["getpriority", "setpriority"])
@pytest.mark.parametrize("fault", [PermissionError(errno.EPERM, "no"), OSError(errno.ENOSYS, "none")])
def test_where_it_is_forbidden_a_thread_goes_on_as_it_is(
    name: str, fault: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise fault

    monkeypatch.setattr(os, "setpriority", lambda *_: None, raising=False)
    monkeypatch.setattr(os, name, refuse, raising=False)
    step_back(2)


def test_where_threads_have_none_of_their_own_a_thread_goes_on_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delattr(os, "setpriority", raising=False)
    step_back(2)


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
