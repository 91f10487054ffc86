from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.clock import ManualClock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.dreamed import Dreamed, Dreaming
from livedream.engines.build_job import Failure
from livedream.engines.engine import Engine, NumberFormat
from livedream.engines.maker import Ready
from livedream.errors import EngineDisagreesError, EngineError, EngineMissingError, EngineRunError
from livedream.frame import Frame
from livedream.pipeline import DreamPipeline
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.latest import Latest
from livedream.runtime.plan import Plan
from livedream.runtime.recovery import LONGEST_PAUSE_S, MOST_FAILED, UNSOUND_FRAMES, Recovery, RestingEngine
from livedream.runtime.store import SettingsStore

SIZE_WH = (96, 64)
Paint = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Shaky:
    """An engine that does as `act` says; act: called with the number of the run in all and the picture."""

    name = "shaky"
    number_format: NumberFormat = "float32"
    device = None

    def __init__(self, act: Callable[[], Paint]) -> None:
        self._act = act
        self.closed = 0

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        return self._act()(inputs[0])

    def close(self) -> None:
        self.closed += 1


class Workshop:
    """A builder that has each engine at once, or fails to; notes what is asked for and given up."""

    is_busy = False
    preparing = 0

    def __init__(self, act: Callable[[], Paint]) -> None:
        self._act = act
        self.requests: list[KernelProgram] = []
        self.discarded: list[bool] = []
        self.unbuilt = 0
        self.ready: set[KernelProgram] = set()
        self.first_faults: list[EngineError] = []
        self._target: KernelProgram | None = None
        self.fault = EngineError("the engine far could not be built: no memory")
        self._failure: Failure[KernelProgram] | None = None
        self._refused = False

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        self.requests.append(program)
        self._refused = bool(self.first_faults)
        if self.unbuilt > 0:
            self.unbuilt, self._failure = self.unbuilt - 1, Failure(program, self.fault)
        else:
            self._target = program

    def take(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        if self._refused:
            self._refused, self._target = False, None
            raise self.first_faults.pop(0)
        program, self._target = self._target, None
        if program is None:
            return None
        return Ready(program, Shaky(self._act), stopgap=False, build_s=0.0, checked=None, run_ms=1.0)

    def take_failure(self) -> Failure[KernelProgram] | None:
        failure, self._failure = self._failure, None
        return failure

    def discard(self, ready: Ready[KernelProgram], *, avoid: bool = False) -> None:
        self.discarded.append(avoid)
        ready.engine.close()

    def give_back(self, ready: Ready[KernelProgram]) -> None:
        pass

    def trust_again(self) -> bool:
        return False

    def state(self, program: KernelProgram) -> str:
        return "ready" if program in self.ready else "waiting"

    def prepare(self, plan: object) -> None:
        pass


def bright(image: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(image + np.float32(0.1), 0, 1)


def raising(fault: Exception) -> Paint:
    def run(_: NDArray[np.float32]) -> NDArray[np.float32]:
        raise fault

    return run


class Show:
    """Dreams `count` frames at 30 a second, of which those in `trouble` meet with `paint`."""

    def __init__(
        self,
        studio: Any,
        paint: Paint,
        trouble: range,
        count: int,
        unbuilt: int = 0,
        first_faults: Sequence[EngineError] = (),
        *,
        engine_required: bool = False,
    ) -> None:
        self.told: list[str] = []
        self.dreamed: list[Dreamed | None] = []
        clock, slot = ManualClock(), Latest[Frame]()
        self.builder = builder = Workshop(lambda: paint if len(self.dreamed) in trouble else bright)
        builder.first_faults = list(first_faults)

        def go_on(dreaming: Dreaming) -> None:
            self.dreamed.append(dreamer.recovery.finish(dreaming))
            clock.advance(1 / 30)
            number = len(self.dreamed)
            if number == trouble.start:
                builder.unbuilt = unbuilt
            if number == count:
                slot.close()
            else:
                x = 60 - abs(number % 120 - 60)
                slot.put(studio.frame(x=x, index=number, size_wh=SIZE_WH))

        store = SettingsStore(studio.wishes(dream_working_px=6144))
        plan = Plan(fade_s=0.0, engine_required=engine_required)
        dreamer = Dreamer(store, builder, None, clock, go_on, self.told.append, plan=plan)  # type: ignore[arg-type]
        dreamer.prepare(SIZE_WH)
        slot.put(studio.frame(size_wh=SIZE_WH))
        dreamer.run(slot, threading.Event())
        self.dreamer = dreamer

    def depth(self, number: int) -> float:
        dreamed = self.dreamed[number]
        assert dreamed is not None
        return float(np.abs(dreamed.residual).mean())

    def faults_told(self) -> list[str]:
        return [sentence for sentence in self.told if "failed" in sentence or "no number" in sentence]


@pytest.mark.parametrize("fault", [RuntimeError("a driver's words"), MemoryError(), ValueError("odd")])
def test_an_engine_that_raises_costs_no_frame_and_the_dream_resumes(studio: Any, fault: Exception) -> None:
    show = Show(studio, raising(fault), range(10, 11), 60)
    assert len(show.dreamed) == 60
    assert None not in show.dreamed
    assert show.builder.discarded == [False]
    assert len(show.builder.requests) == 2
    assert len(show.faults_told()) == 1
    assert type(fault).__name__ in show.faults_told()[0]
    # What was dreamed before fades while the engine is away, and is there again once it is back.
    assert 0 < show.depth(20) < show.depth(9)
    assert show.depth(59) == pytest.approx(show.depth(9), rel=0.2)
    assert show.dreamer.settled.is_set()


def test_an_engine_that_goes_on_failing_is_asked_for_ever_later_and_told_of_once(studio: Any) -> None:
    show = Show(studio, raising(RuntimeError("broken")), range(10, 400), 400)
    assert len(show.dreamed) == 400
    assert len(show.faults_told()) == 1
    # In 13 s: after 0.5, 1, 2, 4 and 8 s, the last of which has not passed.
    assert len(show.builder.requests) == 5
    assert show.builder.discarded == [False, True, True, True, True]


def test_an_engine_that_cannot_be_built_anew_is_tried_again(studio: Any) -> None:
    show = Show(studio, raising(RuntimeError("broken")), range(10, 11), 200, unbuilt=2)
    assert len(show.builder.requests) == 4
    assert show.depth(199) == pytest.approx(show.depth(9), rel=0.2)


def test_frames_that_are_no_numbers_are_told_once_and_go_out_as_they_came(studio: Any) -> None:
    show = Show(studio, lambda image: image * np.float32("nan"), range(10, 13), 40)
    assert [one is not None and one.sound for one in show.dreamed] == [
        not 10 <= number < 13 for number in range(40)
    ]
    assert len(show.faults_told()) == 1
    assert show.builder.discarded == []
    assert show.depth(39) > 0


def test_an_engine_that_returns_nothing_but_nan_is_loaded_anew(studio: Any) -> None:
    show = Show(studio, lambda image: image * np.float32("nan"), range(10, 10 + UNSOUND_FRAMES), 60)
    assert len(show.dreamed) == 60
    assert show.builder.discarded == [False]
    assert show.depth(59) == pytest.approx(show.depth(9), rel=0.2)


def test_a_device_that_cannot_take_the_dream_over_costs_no_show(
    studio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap, swapped = DreamPipeline.swap, list[KernelSpec]()

    def once_refused(pipeline: DreamPipeline, spec: KernelSpec, engine: Engine) -> None:
        swap(pipeline, spec, engine)
        swapped.append(spec)
        if len(swapped) == 1:
            raise EngineRunError("the engine on cuda failed (RuntimeError: out of memory)")

    monkeypatch.setattr(DreamPipeline, "swap", once_refused)
    show = Show(studio, bright, range(0), 60)
    assert len(show.dreamed) == 60
    assert show.builder.discarded == [False]
    assert len(show.faults_told()) == 1
    assert show.depth(5) == 0
    assert show.depth(59) > 0


def test_without_its_first_engine_a_show_has_pictures_as_they_come_and_asks_ever_later(studio: Any) -> None:
    faults = [EngineError("the engine far could not be built: exit code -11")] * 3
    show = Show(studio, bright, range(0), 200, first_faults=faults)
    assert len(show.dreamed) == 200
    assert None not in show.dreamed
    assert show.depth(10) == 0
    # After 0.5, 1 and 2 s.
    assert [show.depth(number) > 0 for number in (100, 110)] == [False, True]
    assert len(show.builder.requests) == 4
    assert [sentence for sentence in show.told if "far" in sentence] == [
        "the engine far could not be built: exit code -11; the show goes on without it, and it is tried again"
    ]
    assert show.dreamer.settled.is_set()
    assert show.dreamer.recovery.undreamed is None


def test_a_show_that_never_had_an_engine_knows_why(studio: Any) -> None:
    faults = [EngineError("the engine far could not be built: exit code -11")] * 99
    show = Show(studio, bright, range(0), 50, first_faults=faults)
    assert "exit code -11" in str(show.dreamer.recovery.undreamed)


@pytest.mark.parametrize(
    ("fault", "engine_required"),
    [
        (EngineMissingError("the engine far is not installed"), False),
        (EngineError("the engine far crashed"), True),
    ],
)
def test_a_first_engine_that_cannot_be_had_or_has_to_be_there_ends_it(
    studio: Any, fault: EngineError, engine_required: bool
) -> None:
    with pytest.raises(EngineError, match=r"^the engine far"):
        Show(studio, bright, range(0), 20, first_faults=[fault], engine_required=engine_required)


def test_a_first_engine_that_does_not_agree_leaves_the_picture_and_is_not_built_again(studio: Any) -> None:
    faults: list[EngineError] = [EngineDisagreesError("the engine far does not agree with eager")] * 9
    show = Show(studio, bright, range(0), 60, first_faults=faults)
    assert len(show.dreamed) == 60
    assert len(show.builder.requests) == 1


FIRST = KernelSpec("embedded", taps_at("stem"), (64, 96), 1, 2.0, 1, 1.0)
OTHER = KernelSpec("embedded", taps_at("block.1"), (64, 96), 1, 2.0, 1, 1.0)


def ready(spec: KernelSpec, *, stopgap: bool = False) -> Ready[KernelProgram]:
    return Ready(KernelProgram(spec), RestingEngine(), stopgap, 1.0, None, 5.0)


class Night:
    """A long show, of which every half second somebody looks whether an engine is to be asked for.

    fault: why OTHER cannot be built; None: it is.
    """

    def __init__(self) -> None:
        self.clock, self.told = ManualClock(), []  # type: ManualClock, list[str]
        self.builder = Workshop(lambda: bright)
        self.recovery = Recovery(self.builder, self.clock, self.told.append, engine_required=False)  # type: ignore[arg-type]
        self.fault: EngineError | None = EngineError("the engine far could not be built: no memory")
        self.asked_s: list[float] = []
        assert self.recovery.asks(FIRST)

    def pass_by(self, seconds: float, spec: KernelSpec, runs: Ready[KernelProgram]) -> list[float]:
        """Want a program for so long; give the pauses between two requests of OTHER."""
        asked_s: list[float] = []
        end_s = self.clock.now_s() + seconds
        while self.clock.now_s() < end_s:
            if self.recovery.asks(spec) and spec == OTHER:
                asked_s.append(self.clock.now_s())
                if self.fault is None:
                    runs = ready(spec)
                else:
                    self.builder._failure = Failure(KernelProgram(spec), self.fault)
                    assert not self.recovery.asks(spec), "it has just failed"
            self.recovery.ran(runs)
            self.clock.advance(0.5)
        self.asked_s += asked_s
        return [later - before for before, later in pairwise(asked_s)]


@pytest.mark.parametrize("runs", [ready(FIRST), ready(OTHER, stopgap=True)])
def test_what_cannot_be_built_is_tried_ever_later_whatever_runs_meanwhile_and_told_once(
    runs: Ready[KernelProgram],
) -> None:
    night = Night()
    pauses = night.pass_by(1200.0, OTHER, runs)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert night.told == [
        "the engine far could not be built: no memory; what runs goes on, and it is tried again"
    ]


def test_who_comes_back_to_what_could_not_be_built_does_not_wait_and_it_is_not_tried_more_often() -> None:
    night = Night()
    night.pass_by(100.0, OTHER, ready(FIRST))
    night.pass_by(1.0, FIRST, ready(FIRST))
    night.asked_s.clear()
    begun_s = night.clock.now_s()
    assert night.pass_by(600.0, OTHER, ready(FIRST))[0] == 128
    assert night.asked_s[0] == begun_s
    assert len(night.told) == 1


def test_what_was_built_after_all_and_fails_again_is_told_and_tried_soon() -> None:
    night = Night()
    night.pass_by(100.0, OTHER, ready(FIRST))
    fault, night.fault = night.fault, None
    night.pass_by(100.0, OTHER, ready(FIRST))
    night.recovery.failed(EngineRunError("the driver is gone"), OTHER, [])
    night.fault, night.told[:] = fault, []
    assert night.pass_by(10.0, OTHER, ready(FIRST))[:3] == [0.5, 1, 2]
    assert [sentence for sentence in night.told if "no memory" in sentence] == [
        "the engine far could not be built: no memory; what runs goes on, and it is tried again"
    ]


def test_what_does_not_agree_is_not_built_again_for_the_same_program() -> None:
    night = Night()
    night.fault = EngineDisagreesError("the engine far does not agree with eager")
    for _ in range(3):
        night.pass_by(600.0, OTHER, ready(FIRST))
        night.pass_by(1.0, FIRST, ready(FIRST))
    assert len(night.asked_s) == 1
    assert night.told == [
        "the engine far does not agree with eager; what runs goes on; choose another look, or start with "
        "--engine auto"
    ]


def test_what_does_not_agree_is_asked_for_once_more_when_what_stands_in_for_it_has_failed() -> None:
    night = Night()
    night.fault = EngineDisagreesError("the engine far does not agree with eager")
    night.pass_by(600.0, OTHER, ready(OTHER, stopgap=True))
    night.recovery.failed(EngineRunError("no room"), OTHER, [])
    night.pass_by(600.0, OTHER, ready(OTHER, stopgap=True))
    assert len(night.asked_s) == 2
    assert len([sentence for sentence in night.told if "does not agree" in sentence]) == 1


@pytest.mark.parametrize("fault", [EngineError, EngineDisagreesError])
def test_of_a_night_of_failures_only_the_newest_are_kept(fault: type[EngineError]) -> None:
    night = Night()
    specs = [replace(OTHER, size_hw=(64, 96 + 8 * number)) for number in range(MOST_FAILED + 3)]
    for number, spec in enumerate(specs):
        night.recovery.asks(spec)
        night.builder._failure = Failure(KernelProgram(spec), fault(f"no engine {number}"))
        assert not night.recovery.asks(spec), "it has just failed"
    kept = night.recovery._wrong if fault is EngineDisagreesError else night.recovery._pauses
    assert list(kept) == specs[3:]
    assert len(night.recovery._told) == MOST_FAILED
    assert len(night.told) == len(specs), "each was told"


def test_what_fails_again_and_again_is_no_old_failure() -> None:
    night = Night()
    night.pass_by(100.0, OTHER, ready(FIRST))
    for number in range(MOST_FAILED + 1):
        for spec in (replace(OTHER, size_hw=(64, 104 + 8 * number)), OTHER):
            night.recovery._put_off_build(spec, EngineError("no memory"), "what runs goes on")
    assert OTHER in night.recovery._pauses
    assert night.recovery._pauses[OTHER].next_s() == LONGEST_PAUSE_S


def test_what_has_lost_its_weights_is_told_once_and_asked_for_when_they_are_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.dream.catalog.networks_folder", lambda: tmp_path)
    night, far = Night(), replace(OTHER, network="googlenet")
    assert night.recovery.asks(far), "without a first engine the builder tells what is missing"
    night.pass_by(1.0, FIRST, ready(FIRST))
    asked = 0
    for _ in range(100):
        asked += night.recovery.asks(far)
        night.clock.advance(0.5)
    assert asked == 0
    (sentence,) = night.told
    assert "googlenet-1378be20.pth is missing; run livedream networks get googlenet" in sentence
    assert sentence.endswith("; what runs goes on, and it is tried again")
    (tmp_path / "googlenet.safetensors").touch()
    night.clock.advance(LONGEST_PAUSE_S)
    assert night.recovery.asks(far)


def test_an_engine_that_is_there_is_asked_for_where_its_weights_have_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.dream.catalog.networks_folder", lambda: tmp_path)
    night, far = Night(), replace(OTHER, network="googlenet")
    night.pass_by(1.0, FIRST, ready(FIRST))
    night.builder.ready = {KernelProgram(far)}
    assert night.recovery.asks(far)
    assert night.told == []
