"""An engine fails while the frames that it has begun are on their way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.clock import ManualClock, SystemClock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.dreamed import Dreamed, Dreaming
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import NumberFormat
from livedream.engines.maker import Ready
from livedream.errors import EngineRunError
from livedream.frame import Frame
from livedream.presets import load
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.latest import Latest
from livedream.runtime.output import Output
from livedream.runtime.plan import Plan
from livedream.runtime.recovery import HANGS_LOOKS, Recovery
from livedream.runtime.session import LiveSession
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings
from tests.runtime.conftest import StandInBuilder

SIZE_WH, AT = (96, 64), 20
SPEC = KernelSpec("embedded", taps_at("stem"), (64, 96), 1, 2.0, 1, 1.0)
FAULT = EngineRunError("the engine shaky failed (RuntimeError: a driver's words)")


class Shaky:
    name = "shaky"
    number_format: NumberFormat = "float32"
    device = None

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self._act()
        return np.clip(inputs[0] + np.float32(0.1), 0, 1)

    def close(self) -> None:
        """Hold nothing."""


class Builder(StandInBuilder):
    """Has each engine at once; notes when one is asked for, given up, or trusted again."""

    def __init__(self, clock: ManualClock, act: Callable[[], None]) -> None:
        super().__init__(lambda _: Shaky(act))
        self._clock = clock
        self.asked_s: list[float] = []
        self.made: list[Ready[KernelProgram]] = []
        self.discarded: list[tuple[Ready[KernelProgram], bool]] = []
        self.trusted = 0

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        super().request(program, stopgap=stopgap)
        self.asked_s.append(self._clock.now_s())

    def take(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        if (ready := super().take(timeout_s)) is not None:
            self.made.append(ready)
        return ready

    def discard(self, ready: Ready[KernelProgram], *, avoid: bool = False) -> None:
        self.discarded.append((ready, avoid))

    def trust_again(self) -> bool:
        self.trusted += 1
        return False


@dataclass
class Failing:
    """What is pending of a frame whose engine failed after it was begun."""

    pending: Any

    def finish(self) -> None:
        raise FAULT


class Show:
    """Dreams so many frames, each finished after the next was begun.

    begin_fails, finish_fails: numbers of frames that fail so. pick_at: frame before which another preset is
    picked.
    """

    def __init__(
        self,
        studio: Any,
        count: int,
        *,
        begin_fails: int = -1,
        finish_fails: int = -1,
        pick_at: int = -1,
        fade_s: float = 0.0,
    ) -> None:
        clock, slot, told = ManualClock(), Latest[Frame](), list[str]()
        self.begun, self.finished, self.told = 0, 0, told
        store, held = SettingsStore(load("eyes").settings), list[Dreaming]()

        def act() -> None:
            if self.begun == begin_fails:
                raise RuntimeError("a driver's words")

        def finish_held() -> None:
            if held:
                self.finished += dreamer.recovery.finish(held.pop()) is not None

        def go_on(dreaming: Dreaming) -> None:
            finish_held()
            failing = replace(dreaming, _pending=Failing(dreaming._pending))
            held.append(failing if self.begun == finish_fails else dreaming)
            self.begun += 1
            clock.advance(1 / 30)
            if self.begun == pick_at:
                store.load(load("lines").settings)
            if self.begun == count:
                slot.close()
            else:
                slot.put(studio.frame(x=self.begun % 30, index=self.begun, size_wh=SIZE_WH))

        self.builder = Builder(clock, act)
        plan = Plan(fade_s=fade_s)
        self.dreamer = dreamer = Dreamer(store, self.builder, None, clock, go_on, told.append, plan=plan)  # type: ignore[arg-type]
        dreamer.prepare(SIZE_WH)
        slot.put(studio.frame(size_wh=SIZE_WH))
        dreamer.run(slot, threading.Event())

    def faults_told(self) -> list[str]:
        return [sentence for sentence in self.told if "failed" in sentence]


def test_an_incident_that_shows_in_two_frames_counts_once(studio: Any) -> None:
    show = Show(studio, AT + 30, begin_fails=AT, finish_fails=AT - 1)
    assert [avoid for _, avoid in show.builder.discarded] == [False]
    fault_s = AT / 30
    assert show.builder.asked_s[1] - fault_s == pytest.approx(0.5, abs=0.07), "it is not put off for longer"
    assert show.dreamer.recovery._faults == 1
    assert show.dreamer.recovery._trust_at_s is None, "nothing stands in for it"
    assert show.finished == show.begun - 2, "the failed one, and the last, which is on its way"


@pytest.mark.parametrize(("fade_s", "discarded"), [(0.0, 0), (1.0, 1)])
def test_a_fault_of_an_engine_is_not_that_of_the_one_that_took_its_place(
    studio: Any, fade_s: float, discarded: int
) -> None:
    show = Show(studio, AT + 60, finish_fails=AT - 1, pick_at=AT, fade_s=fade_s)
    old, new = show.builder.made
    assert show.builder.discarded == [(old, False)] * discarded, "of two the one that fades is still open"
    assert show.dreamer.ready is new
    assert show.dreamer.settled.is_set()
    assert len(show.faults_told()) == discarded


def told_of(looks: Sequence[tuple[object | None, int]], *, dreams: bool = True) -> list[str]:
    """Return what is told; looks: once a second, what was begun, and how many have come that nobody took."""
    told, dropped = list[str](), 0
    recovery: Any = Recovery(None, ManualClock(), told.append, engine_required=False)  # type: ignore[arg-type]
    engine = Shaky(lambda: None)
    ready: Any = Ready(KernelProgram(SPEC), engine, False, 0.0, None, 1.0) if dreams else None
    for begun, more in looks:
        dropped += more
        recovery.look_after(begun, dropped, ready)
    return told


def test_an_engine_that_does_not_come_back_is_told_of_once() -> None:
    words = f"the engine shaky has not answered for {HANGS_LOOKS} s; the last picture stays until it does"
    assert told_of([(None, 30)] * 60) == [words]


def test_where_nothing_hangs_nothing_is_told() -> None:
    waits = [(None, 30)] * (HANGS_LOOKS - 1)
    assert told_of([*waits, (object(), 0)] * 9) == [], "a frame begins"
    assert told_of([(None, 0)] * 99) == [], "no frame comes"
    assert told_of([(None, 30)] * 99, dreams=False) == [], "there is no engine yet"


def test_in_a_show_that_is_looked_after(
    cache: EngineCache,
    small_settings: Settings,
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("livedream.runtime.session.LOOK_UP_S", 0.03)
    hangs, goes_on, is_told, run = *(threading.Event() for _ in range(3)), EagerEngine.run

    def hang(engine: EagerEngine, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        assert not hangs.is_set() or goes_on.wait(60)
        return run(engine, inputs)

    def tell(sentence: str) -> None:
        if "has not answered" in sentence:
            is_told.set()

    monkeypatch.setattr(EagerEngine, "run", hang)
    plan = Plan("test", output_wh=(128, 96), fps=50.0, engine="eager", governed=False)
    with LiveSession(
        make_source(), SettingsStore(small_settings), plan, SystemClock(), cache=cache, tell=tell
    ) as session:
        session.start()
        assert session.wait_settled(60.0)
        hangs.set()
        assert is_told.wait(60)
        goes_on.set()


def test_what_there_is_no_memory_to_show_is_left_out(
    cache: EngineCache,
    small_settings: Settings,
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emit, emitted, is_on, told = Output.emit, list[int](), threading.Event(), list[str]()

    def scarce(output: Output, dreamed: Dreamed) -> None:
        emitted.append(dreamed.frame.index)
        if len(emitted) == 3:
            raise MemoryError
        emit(output, dreamed)
        if len(emitted) > 5:
            is_on.set()

    monkeypatch.setattr(Output, "emit", scarce)
    plan = Plan("test", output_wh=(128, 96), fps=50.0, engine="eager", governed=False)
    with LiveSession(
        make_source(), SettingsStore(small_settings), plan, SystemClock(), cache=cache, tell=told.append
    ) as session:
        session.start()
        assert is_on.wait(60)
    assert [sentence for sentence in told if "memory" in sentence] == [
        "there is no memory left for a frame; the one before stays, and the show goes on"
    ]
