"""While engines are built their own load is not answered, but another one that lasts is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.dream.program import KernelProgram
from livedream.dreamed import Dreaming
from livedream.engines.maker import Ready
from livedream.frame import Frame
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.governor import BUILDING, LASTING_S, SETTLE_S, Governor
from livedream.runtime.latest import Latest
from livedream.runtime.plan import Plan
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, change

INTERVAL_S = 1 / 30
FULL_PX = 80_000


def always(_now_s: float) -> bool:
    return True


def one_after_the_other(now_s: float) -> bool:
    """Return whether one of many programs is being built: for 2 s each, with a rest of 0.3 s."""
    return now_s % 2.3 < 2.0


def watched(
    governor: Governor, load: Callable[[float], float], seconds: float, building: Callable[[float], bool]
) -> list[tuple[float, str]]:
    """Let the governor watch frames; returns when it said what."""
    said, now_s = list[tuple[float, str]](), 0.0
    while now_s < seconds:
        busy_s = load(now_s) * governor.working_px / FULL_PX * INTERVAL_S
        now_s += max(busy_s, INTERVAL_S)
        sentence = governor.observe(busy_s, now_s, building=building(now_s))
        if sentence:
            said.append((now_s, sentence))
    return said


@pytest.mark.parametrize("building", [always, one_after_the_other])
def test_a_load_that_lasts_is_answered_while_engines_are_built(building: Callable[[float], bool]) -> None:
    governor = Governor(FULL_PX, INTERVAL_S)
    said = watched(governor, lambda _: 3.0, 60, building)
    assert LASTING_S < said[0][0] < LASTING_S + 2
    assert all("lowered" in sentence for _, sentence in said)
    assert 3.0 * governor.working_px / FULL_PX < BUILDING


@pytest.mark.parametrize("building", [always, one_after_the_other])
def test_what_passes_or_is_the_building_itself_is_not(building: Callable[[float], bool]) -> None:
    governor = Governor(FULL_PX, INTERVAL_S)
    assert watched(governor, lambda now_s: 3.0 if 20 < now_s < 22 else 0.8 * BUILDING, 120, building) == []
    assert governor.working_px == FULL_PX


@pytest.mark.parametrize("building", [always, one_after_the_other])
def test_while_engines_are_built_nothing_is_raised_and_there_is_no_time_to_spare(
    building: Callable[[float], bool],
) -> None:
    governor = Governor(FULL_PX, INTERVAL_S, working_px=40_000, most_finer=4)
    assert watched(governor, lambda _: 0.2, 60, building) == []
    assert governor.working_px == 40_000
    assert not governor.is_at_ease


def test_once_they_are_built_a_load_is_answered_as_ever() -> None:
    governor = Governor(FULL_PX, INTERVAL_S)
    said = watched(governor, lambda _: 1.3, 40, lambda now_s: now_s < 20)
    assert 20 + SETTLE_S < said[0][0] < 20 + SETTLE_S + 1.5


def test_what_a_finer_dream_takes_is_not_measured_meanwhile() -> None:
    governor = Governor(FULL_PX, INTERVAL_S, most_finer=2)

    def building(now_s: float) -> bool:
        return governor.finer > 1 and now_s < 40

    watched(governor, lambda now_s: 1.3 if building(now_s) else 0.35 * governor.finer, 60, building)
    assert governor._prices == {2: pytest.approx(2.0)}


class Lending:
    """A builder that lends an engine at once and goes on building what may be faster.

    run_ms: of what it lends; None: that is a mere stopgap.
    """

    is_busy = True
    preparing = 0

    def __init__(self, studio: Any, run_ms: float | None) -> None:
        self._studio, self._run_ms = studio, run_ms
        self._target: KernelProgram | None = None
        self.asked: list[KernelProgram] = []

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        self._target = program
        self.asked.append(program)

    def take(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        program, self._target = self._target, None
        if program is None:
            return None
        engine = self._studio.adding(0.1 * self._studio.pattern(program.spec.size_hw))
        return Ready(program, engine, stopgap=True, build_s=0.0, checked=None, run_ms=self._run_ms)

    def give_back(self, ready: Ready[KernelProgram]) -> None:
        pass

    def take_failure(self) -> None:
        return None

    def state(self, program: KernelProgram) -> str:
        return "waiting"


@pytest.mark.parametrize(("run_ms", "sizes"), [(30.0, 2), (None, 1)])
def test_a_fast_engine_that_is_lent_is_governed_and_a_stopgap_is_not(
    studio: Any, run_ms: float | None, sizes: int
) -> None:
    wished = change(Settings(), {"dream.working_px": 16_384, "dream.layers": {"lines": 1.0}})
    builder, clock, slot, frames = Lending(studio, run_ms), ManualClock(), Latest[Frame](), 0

    def go_on(dreaming: Dreaming) -> None:
        nonlocal frames
        frames += 1
        clock.advance(2.0)
        if frames == 20:
            slot.close()
        else:
            slot.put(studio.frame(x=frames, index=frames, size_wh=(160, 96)))

    dreamer = Dreamer(
        SettingsStore(wished),
        builder,
        Governor(16_384, 1.0),
        clock,
        go_on,
        lambda _: None,
        plan=Plan(),  # type: ignore[arg-type]
    )
    dreamer.prepare((160, 96))
    slot.put(studio.frame(size_wh=(160, 96)))
    dreamer.run(slot, threading.Event())
    assert len(builder.asked) == sizes
    assert builder.asked[-1].spec.size_hw <= builder.asked[0].spec.size_hw
