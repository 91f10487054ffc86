"""A thread beside the one that asks, where the machine has a core for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

TAKEN_CORES = 2
"""A show keeps so many cores busy: one that dreams, one that decodes, prepares and composes."""


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


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
