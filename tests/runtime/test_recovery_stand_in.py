"""An engine stands in for one of the fastest kind that failed again and again, but not for good."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.maker import Ready
from livedream.errors import EngineRunError
from livedream.runtime.recovery import (
    LONGEST_STOOD_IN_S,
    STEADY_S,
    STOOD_IN_S,
    STRIKES,
    Recovery,
    RestingEngine,
)

SPEC = KernelSpec("embedded", taps_at("stem"), (64, 96), 1, 2.0, 1, 1.0)
FAULT = EngineRunError("the engine openvino failed (RuntimeError: a driver's words)")


class Builder:
    """Builds the fastest kind until it is to be avoided, and another from then on.

    has_choice: whether there is another.
    """

    def __init__(self, *, has_choice: bool = True) -> None:
        self.has_choice = has_choice
        self.avoids = False

    def discard(self, ready: Ready[KernelProgram], *, avoid: bool = False) -> None:
        self.avoids = self.avoids or (avoid and self.has_choice)

    def trust_again(self) -> bool:
        avoided, self.avoids = self.avoids, False
        return avoided

    def take_failure(self) -> None:
        return None


class Evening:
    """A show that looks ten times a second whether to ask for an engine, and has it at once.

    broken_s: from when to when the fastest kind fails at each frame.
    """

    def __init__(self, broken_s: tuple[float, float], *, has_choice: bool = True) -> None:
        self.clock, self.builder = ManualClock(), Builder(has_choice=has_choice)
        recovery: Any = Recovery(self.builder, self.clock, lambda _: None, engine_required=False)  # type: ignore[arg-type]
        self.recovery, self.broken_s = recovery, broken_s
        self.runs: Ready[KernelProgram] | None = None
        self.is_fastest = False
        self.asked_s: list[float] = []
        self.failed_s: list[float] = []

    def pass_by(self, seconds: float) -> None:
        end_s = self.clock.now_s() + seconds
        while (now_s := self.clock.now_s()) < end_s:
            if self.recovery.asks(SPEC):
                self.asked_s.append(now_s)
                self.is_fastest = not self.builder.avoids
                self.runs = Ready(KernelProgram(SPEC), RestingEngine(), False, 1.0, None, 5.0)
            if self.is_fastest and self.runs and self.broken_s[0] <= now_s < self.broken_s[1]:
                self.failed_s.append(now_s)
                self.recovery.failed(FAULT, SPEC, (self.runs,))
                self.runs = None
            self.recovery.ran(self.runs)
            self.clock.advance(0.1)


def test_what_passes_costs_the_fastest_kind_for_a_minute() -> None:
    evening = Evening((20.0, 22.0))
    evening.pass_by(STOOD_IN_S)
    assert not evening.is_fastest
    assert len(evening.failed_s) == STRIKES
    evening.pass_by(30.0)
    assert evening.is_fastest
    assert evening.asked_s[-1] - evening.failed_s[-1] == pytest.approx(STOOD_IN_S, abs=0.2)
    evening.pass_by(600.0)
    assert len(evening.failed_s) == STRIKES
    assert evening.is_fastest


def test_what_stays_is_tried_ever_later_and_given_up_at_once() -> None:
    evening = Evening((20.0, 1e9))
    evening.pass_by(7200.0)
    tries_s = [after - before for before, after in pairwise(evening.failed_s[STRIKES - 1 :])]
    pauses = [STOOD_IN_S, 120.0, 240.0, 480.0, *[LONGEST_STOOD_IN_S] * 6]
    assert tries_s == pytest.approx(pauses, abs=0.5)


def test_one_that_is_well_again_may_fail_as_often_as_at_first() -> None:
    evening = Evening((20.0, 22.0))
    evening.pass_by(100.0 + STEADY_S)
    before = len(evening.failed_s)
    evening.broken_s = (evening.clock.now_s(), evening.clock.now_s() + 0.1)
    evening.pass_by(5.0)
    assert len(evening.failed_s) == before + 1
    assert evening.is_fastest, "it was loaded anew"


def test_after_a_long_time_without_a_fault_it_is_away_for_a_minute_only() -> None:
    evening = Evening((20.0, 300.0))
    evening.pass_by(600.0 + LONGEST_STOOD_IN_S)
    assert evening.is_fastest
    evening.broken_s = (evening.clock.now_s(), evening.clock.now_s() + 2.0)
    evening.pass_by(5.0)
    assert not evening.is_fastest
    evening.pass_by(STOOD_IN_S)
    assert evening.is_fastest


def test_without_a_choice_what_failed_is_not_loaded_once_more_later() -> None:
    evening = Evening((20.0, 22.0), has_choice=False)
    evening.pass_by(20.0)
    evening.pass_by(10.0)
    asked = len(evening.asked_s)
    evening.pass_by(7200.0)
    assert len(evening.asked_s) == asked
    assert evening.is_fastest
