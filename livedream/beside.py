"""Threads beside the one that dreams: where the machine has a core for them, and where it has none."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

TAKEN_CORES = 2
"""A show keeps so many cores busy: one that dreams, one that decodes, prepares and composes."""

STEP_BACK = 3
"""Niceness of who gives way: a show on two cores has a twentieth more frames a second. With 5 it has no more,
and where other programs keep both cores busy it has a tenth less; with 3 it has as many there as without."""


class AtOnce(Executor):
    """Does what is submitted in the thread that submits it."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Do it, and return what came of it."""
        done: Future[R] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as fault:
            done.set_exception(fault)
        return done


def thread_beside(name: str, cores: int | None = None) -> Executor:
    """Return a thread of its own, or where there is no core for it the thread that asks.

    On two cores what it would save, less than a millisecond, is less than what waiting for its turn costs: a
    show has a fifteenth more frames a second without. cores: None for those that this process may use.
    """
    count = usable_cores() if cores is None else cores
    return ThreadPoolExecutor(1, name) if count > TAKEN_CORES else AtOnce()


def step_back(cores: int | None = None) -> None:
    """Let this thread give way to the one that dreams, where a show has no core to spare for it.

    For those that capture, prepare and compose: all wait for that one, sooner or later. Only Linux has
    priorities of threads that are a matter of degree. cores: None for those that this process may use.
    """
    if sys.platform != "linux" or (usable_cores() if cores is None else cores) > TAKEN_CORES:
        return
    here = threading.get_native_id()
    with suppress(OSError):  # a sandbox may forbid it
        os.setpriority(os.PRIO_PROCESS, here, os.getpriority(os.PRIO_PROCESS, here) + STEP_BACK)


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
