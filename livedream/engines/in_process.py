"""The engines that are made in this process, where they run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from livedream.engines.devices import load_torch_library, torch_device
from livedream.engines.engine import Check, Engine, NumberFormat, Program, best_ms, check, tried
from livedream.engines.round_robin import parts_of
from livedream.errors import EngineError, EngineMissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATIENCE_S, LONGEST_END_S = 5.0, 30.0
"""How long the end waits for an engine that is just being loaded or run: without a word, and at most."""


@dataclass(frozen=True, slots=True)
class Made:
    """An engine. checked: None for the reference itself. run_ms: one run; None if it was not timed."""

    engine: Engine
    checked: Check | None
    run_ms: float | None


def each_part(
    program: Program, make: Callable[[Program], Made], is_cancelled: Callable[[], bool]
) -> list[Made]:
    """Make the engine of each part; if one cannot be made or is not wanted any more, close the others.

    Raises EngineError.
    """
    made: list[Made] = []
    with ExitStack() as if_one_fails:
        for part in parts_of(program):
            if made and is_cancelled():
                raise EngineError("the engine is no longer wanted")
            made.append(make(part))
            if_one_fails.callback(close_broken, made[-1].engine)
        if_one_fails.pop_all()
    return made


def eager(program: Program, *, timed: bool = True, threads: int | None = None) -> Made:
    """Make the reference engine; threads: of the processor, None: as many as torch takes."""
    load_torch_library()
    from livedream.engines.eager import EagerEngine

    engine = EagerEngine(program, torch_device(), threads)
    with _closed_if_it_fails(engine):
        return Made(engine, None, best_ms(engine, program.example(), runs=1) if timed else None)


def tried_once(engine: Engine, checked: Check, program: Program) -> Made:
    """Run an engine that was loaded, as its first run takes several times as long as those that follow.

    Raises EngineError if that fails; it is closed then.
    """
    with _closed_if_it_fails(engine):
        tried(engine, program.example())
        return Made(engine, checked, checked.run_ms)


def within(limit_s: float, name: str, make: Callable[[], Made]) -> Made:
    """Make or load an engine; one that takes longer than `limit_s` is left to itself and closed in the end.

    Raises EngineError for that, and what `make` raises.
    """
    made: Future[Made] = Future()

    def work() -> None:
        try:
            made.set_result(make())
        except BaseException as fault:
            made.set_exception(fault)

    # Python would wait for an executor's thread at its end.
    Thread(target=work, name=f"engine {name}", daemon=True).start()
    try:
        return made.result(limit_s)
    except TimeoutError as fault:
        if made.done():  # just now, or that was raised there
            return made.result()
        made.add_done_callback(_close_late)
        why = f"it was not ready after {limit_s:g} s"
        raise EngineError(f"the engine {name} cannot be made: {why}") from fault


def _close_late(made: Future[Made]) -> None:
    if made.exception() is None:
        close_broken(made.result().engine)


@contextmanager
def _closed_if_it_fails(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        close_broken(engine)
        raise


def close_broken(engine: Engine) -> None:
    """Close an engine that failed, or whose device may have; that it cannot be closed is of no interest."""
    with suppress(Exception):
        engine.close()


def stopgap(program: Program) -> Made:
    """Make the fastest engine that is made at once; it is not timed."""
    device = torch_device()
    with suppress(EngineError):  # it is only for the meantime, and eager does that, too
        if device == "cuda":
            from livedream.engines.captured import CapturedEngine

            return Made(CapturedEngine(program, device), None, None)
    # The build needs the processor too: with two threads each, both wait for one another at every
    # operation and the first frame comes seconds later.
    return eager(program, timed=False, threads=1)


def await_end(threads: Sequence[Thread], what: str, tell: Callable[[str], None]) -> None:
    """Wait for threads that load or run engines; one that has not ended after LONGEST_END_S is left behind.

    Nothing interrupts a library, and the end of the process meanwhile aborts it: Python ends a thread that
    comes back from C++ then, and most libraries' C++ does not let it (std::terminate).
    what: goes on, told once it takes PATIENCE_S.
    """
    _join(threads, PATIENCE_S)
    if any(thread.is_alive() for thread in threads):
        tell(f"{what}; the end waits for it, for at most {LONGEST_END_S:g} s")
        _join(threads, LONGEST_END_S - PATIENCE_S)


def _join(threads: Sequence[Thread], seconds: float) -> None:
    end_s = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end_s - time.monotonic()))


def check_capturing() -> None:
    """Raise EngineError where nothing can be captured."""
    if torch_device() != "cuda":
        raise EngineMissingError("the engine captured needs an NVIDIA GPU and a torch with CUDA; use eager")


def captured_and_checked(program: Program, tell: Callable[[str], None]) -> Made:
    """Capture, beside a reference that is let go of again. Raises EngineError."""
    reference = eager(program, timed=False).engine
    try:
        return captured(program, reference, tell)
    finally:
        reference.close()


def captured(program: Program, reference: Engine, tell: Callable[[str], None]) -> Made:
    """Capture in the first number format in which it agrees with the reference. Raises EngineError."""
    from livedream.engines.on_device import full_float32, number_formats

    with full_float32():
        wanted = tried(reference, program.example())
    formats = number_formats("cuda")
    for number_format, alternative in zip(formats, [*formats[1:], None], strict=True):
        try:
            return _captured(program, number_format, wanted)
        except EngineError as fault:
            if alternative is None:
                raise
            tell(f"{fault}; trying {alternative}")
    raise AssertionError("there is at least one number format")


def _captured(program: Program, number_format: NumberFormat, wanted: NDArray[np.float32]) -> Made:
    """Make a captured engine and check it; one that is refused leaves nothing on the GPU."""
    from livedream.engines.captured import CapturedEngine

    engine = CapturedEngine(program, "cuda", number_format)
    with _closed_if_it_fails(engine):
        checked = check(engine, program, wanted)
        return Made(engine, checked, checked.run_ms)
