"""Tries an engine in each number format against the reference, and chooses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from livedream.engines.engine import (
    CLEARLY,
    TIMED_S,
    Check,
    Engine,
    NumberFormat,
    Program,
    check,
    in_turn_ms,
)
from livedream.errors import EngineError

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Tried(Generic[S]):
    """An engine that agrees with the reference. stored: what it is loaded from again."""

    engine: Engine
    stored: S
    check: Check


@dataclass(frozen=True, slots=True)
class Trial(Generic[S]):
    """What came of all number formats. refused: why a format did not agree, or cannot be had here."""

    chosen: Tried[S]
    refused: dict[NumberFormat, str]


def try_formats(
    program: Program,
    formats: Sequence[NumberFormat],
    reference: NDArray[np.float32],
    make: Callable[[NumberFormat], tuple[Engine, S]],
) -> Trial[S]:
    """Try each format, the reference's first, and choose the fastest that agrees; the others are closed.

    Raises EngineError if the full format does not agree: a wrong graph is not to hide behind what a half
    format may differ by.
    """
    tried: list[Tried[S]] = []
    refused: dict[NumberFormat, str] = {}
    for number_format in formats:
        try:
            engine, stored = make(number_format)
            tried.append(Tried(engine, stored, check(engine, program, reference)))
        except EngineError as fault:
            if number_format == formats[0]:
                raise
            refused[number_format] = str(fault)
    chosen = _fastest(tried, program)
    for one in tried:
        if one is not chosen:
            one.engine.close()
    return Trial(chosen, refused)


def _fastest(tried: Sequence[Tried[S]], program: Program) -> Tried[S]:
    """Choose the half format only if it is clearly faster: the full one is nearer to the truth."""
    if len(tried) == 1:
        return tried[0]
    (full, *half), (full_ms, *half_ms) = tried, _times_ms(tried, program)
    return next((one for one, ms in zip(half, half_ms, strict=True) if ms < CLEARLY * full_ms), full)


def _times_ms(tried: Sequence[Tried[S]], program: Program) -> list[float]:
    """Return how long each takes; runs of seconds are not made again."""
    times_ms = [one.check.run_ms for one in tried]
    if min(times_ms) > TIMED_S * 1e3:
        return times_ms
    return in_turn_ms([one.engine for one in tried], program.example())
