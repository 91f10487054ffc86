from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.dreamed import Dreaming
from livedream.engines.build_job import ProgramState
from livedream.engines.maker import Ready
from livedream.frame import Frame
from livedream.ops.octave_sizes import finer_size
from livedream.presets import Preset, load, shipped
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.governor import Governor
from livedream.runtime.latest import Latest
from livedream.runtime.plan import Plan
from livedream.runtime.store import SettingsStore
from livedream.settings import DreamSettings, Settings, change
from tests.runtime.conftest import StandInBuilder

NO_FADE = Plan(fade_s=0.0)


class SlowBuilder(StandInBuilder):
    """Hands over the engine of what is wanted so many frames after it was first asked for."""

    def __init__(self, studio: Any, wait_frames: Callable[[KernelProgram], int]) -> None:
        super().__init__(lambda program: studio.adding(0.1 * studio.pattern(program.spec.size_hw)))
        self._wait_frames = wait_frames
        self._due: dict[KernelProgram, int] = {}
        self.frame = 0

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        super().request(program, stopgap=stopgap)
        wait_frames = self._wait_frames(program) if self._due else 0
        self._due.setdefault(program, self.frame + wait_frames)

    def take(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        is_due = self._target is not None and self.frame >= self._due[self._target]
        return super().take(timeout_s) if is_due else None


SIZE_WH = (96, 64)
BEFORE, APART, AFTER = 12, 3, 24
"""Frames before the first mood is picked, between the two, and after the second."""


def spec_of(mood: Preset) -> KernelSpec:
    return kernel_spec(mood.settings.dream, working_size_hw(SIZE_WH, mood.settings.dream.working_px))


def depths(studio: Any, moods: Sequence[Preset], waits: Sequence[int]) -> list[float]:
    """Measure the dream of each frame while two moods are picked, the second soon after the first.

    waits: for how many frames the engine of each of these two is not there.
    """
    store, slot, clock = SettingsStore(moods[0].settings), Latest[Frame](), ManualClock()
    due = dict(zip(map(spec_of, moods[1:]), waits, strict=False))
    builder = SlowBuilder(studio, lambda program: due[program.spec])
    picked = dict(zip((BEFORE, BEFORE + APART), moods[1:], strict=True))
    found: list[float] = []

    def go_on(dreaming: Dreaming) -> None:
        found.append(float(np.abs(dreaming.finish().residual).mean()))
        clock.advance(1 / 30)
        builder.frame = number = len(found)
        if number in picked:
            store.load(picked[number].settings)
        if number == BEFORE + APART + AFTER:
            slot.close()
        else:
            slot.put(studio.frame(x=number, index=number, size_wh=SIZE_WH))

    dreamer = Dreamer(store, builder, None, clock, go_on, lambda _: None, plan=Plan())  # type: ignore[arg-type]
    dreamer.prepare(SIZE_WH)
    slot.put(studio.frame(size_wh=SIZE_WH))
    dreamer.run(slot, threading.Event())
    return found


moods = st.sampled_from([load(name) for name in shipped()])
waits = st.sampled_from([0, 2, 4, 1000])


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.tuples(moods, moods, moods), st.tuples(waits, waits))
def test_there_is_always_a_dream_whichever_two_moods_are_picked_a_tenth_of_a_second_apart(
    studio: Any, picked: tuple[Preset, ...], waits: tuple[int, ...]
) -> None:
    """Their engines are on the disk, come before, between or after the second pick, or never."""
    found = depths(studio, picked, waits)
    assert min(found[BEFORE:]) > 0.5 * min(found[BEFORE - 1], found[-1])


class Preparing:
    """A builder that is at what a test says, and has made the engine of one dream."""

    is_busy = False

    def __init__(self, made: DreamSettings) -> None:
        self._made, self.preparing, self.building = made, 0, ""

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        pass

    def take_failure(self) -> None:
        return None

    def prepare(self, plan: object) -> None:
        self.preparing = 3

    def state(self, program: KernelProgram) -> str:
        return (
            "ready"
            if program.spec.layers == kernel_spec(self._made, program.spec.size_hw).layers
            else "waiting"
        )


def test_there_is_time_for_a_picture_of_a_mood_as_soon_as_its_own_engine_is_there() -> None:
    made, other = load("eyes").settings.dream, load("lines").settings.dream
    builder, governor = Preparing(made), Governor(80_000, 1 / 30)
    store = SettingsStore(load("eyes").settings)
    dreamer = Dreamer(store, builder, governor, ManualClock(), lambda _: None, lambda _: None, plan=NO_FADE)  # type: ignore[arg-type]

    def has_time() -> list[bool]:
        return [dreamer.has_time_for(dream) for dream in (made, other)]

    dreamer.prepare((320, 240))
    assert has_time() == [False, False], "the first engine is still to come"
    dreamer.settled.set()
    assert has_time() == [False, False], "nobody knows whether there is time"
    for _ in range(30):
        governor.observe(0.01, 0.0)
    assert has_time() == [True, True]
    dreamer._expect()
    governor.restart()  # as it does while engines are built
    assert has_time() == [True, False], "each when its own engine is there"
    builder.building = "openvino, 3 s"
    assert has_time() == [False, False], "somebody waits for an engine"
    builder.building, builder.preparing = "", 0
    for _ in range(30):
        governor.observe(0.033, 0.0)
    assert has_time() == [False, False], "frames take all the time there is"


class RacingBuilder(SlowBuilder):
    """Hands over a stopgap for what is asked for first; notes for what one may come."""

    def __init__(self, studio: Any) -> None:
        super().__init__(studio, lambda _program: 0)
        self.asked: list[bool] = []

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        self.asked.append(stopgap)
        super().request(program, stopgap=stopgap)

    def take(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        ready = super().take(timeout_s)
        return ready and replace(ready, stopgap=len(self.asked) == 1)


def test_a_stopgap_may_come_as_long_as_nothing_but_a_stopgap_runs(studio: Any) -> None:
    """A mood that is picked while the first engine is built, or races, is dreamed as soon as it can be."""
    picked = [load(name) for name in ("eyes", "lines", "fur")]
    store, slot, builder = SettingsStore(picked[0].settings), Latest[Frame](), RacingBuilder(studio)

    def go_on(dreaming: Dreaming) -> None:
        dreaming.finish()
        builder.frame += 1
        if builder.frame == len(picked):
            slot.close()
        else:
            store.load(picked[builder.frame].settings)
            slot.put(studio.frame(index=builder.frame, size_wh=SIZE_WH))

    dreamer = Dreamer(store, builder, None, ManualClock(), go_on, lambda _: None, plan=NO_FADE)  # type: ignore[arg-type]
    dreamer.prepare(SIZE_WH)
    slot.put(studio.frame(size_wh=SIZE_WH))
    dreamer.run(slot, threading.Event())
    assert builder.asked == [True, True, False], "at the start, beside a stopgap, beside what was built"


class ReadyBuilder(SlowBuilder):
    """Has the engine of whatever was asked to be built ahead."""

    def __init__(self, studio: Any) -> None:
        super().__init__(studio, lambda _program: 0)
        self.stored: set[KernelProgram] = set()

    def prepare(self, plan: Any) -> None:
        ahead = plan()
        self.stored |= {*ahead.load, *ahead.store}

    def state(self, program: KernelProgram) -> ProgramState:
        return "ready" if program in self.stored else "waiting"


def test_with_time_to_spare_the_dream_becomes_finer_and_less_fine_first_when_there_is_none(
    studio: Any,
) -> None:
    """The machine has a second for each frame, and takes 0.2, later 1.2."""
    wished = change(Settings(), {"dream.working_px": 4096, "dream.layers": {"lines": 1.0}})
    store, slot, clock = SettingsStore(wished), Latest[Frame](), ManualClock()
    governor, builder, said = Governor(4096, 1.0), ReadyBuilder(studio), list[str]()
    sizes: list[tuple[int, ...]] = []

    def go_on(dreaming: Dreaming) -> None:
        sizes.append(dreaming.finish().residual.shape[:2])
        clock.advance(0.2 if len(sizes) < 220 else 1.2)
        builder.frame = number = len(sizes)
        if number == 240:
            slot.close()
        else:
            slot.put(studio.frame(x=number, index=number, size_wh=(160, 96)))

    dreamer = Dreamer(store, builder, governor, clock, go_on, said.append, plan=NO_FADE)  # type: ignore[arg-type]
    dreamer.prepare((160, 96))
    slot.put(studio.frame(size_wh=(160, 96)))
    dreamer.run(slot, threading.Event())
    base_hw = working_size_hw((160, 96), 4096)
    finer_hw = finer_size(base_hw, 2)
    assert [size for size, _ in groupby(sizes)] == [base_hw, finer_hw, base_hw]
    assert sizes.index(finer_hw) > 12 / 0.2, "after it has been calm"
    assert 220 <= len(sizes) - sizes[::-1].index(finer_hw) < 235
    told = [sentence for sentence in said if "times the pixels" in sentence]
    assert ["less fine" in sentence for sentence in told] == [False, True]
    assert dreamer.finer == 1
