from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.program import KernelProgram
from livedream.engines import openvino
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check, NumberFormat
from livedream.engines.round_robin import RoundRobinEngine, engine_at, parts_of, worst
from livedream.pipeline import DreamPipeline

MakeEngine = Callable[..., Any]


class IdleEngine:
    """Is held and closed, and never run."""

    name = "idle"
    number_format: NumberFormat = "float32"
    device = None

    def __init__(self) -> None:
        self.closed = 0

    def run(self, inputs: Any) -> Any:
        raise AssertionError("it is not run")

    def close(self) -> None:
        self.closed += 1


@given(st.integers(1, 8), st.integers(0, 1000))
def test_in_a_round_each_has_its_turn_once_wherever_it_begins(count: int, first: int) -> None:
    engines = [IdleEngine() for _ in range(count)]
    round_robin = RoundRobinEngine(engines)
    turns = [engine_at(round_robin, number) for number in range(first, first + count)]
    assert sorted(map(id, turns)) == sorted(map(id, engines))
    assert engine_at(round_robin, first) is engine_at(round_robin, first + count)
    assert engine_at(round_robin, count) is engines[0], "the first frame is the first one's"


def test_an_engine_by_itself_has_every_turn(make_engine: MakeEngine) -> None:
    engine = make_engine(lambda image: image)
    assert all(engine_at(engine, number) is engine for number in range(3))


def test_a_round_hands_the_picture_from_one_to_the_next(make_engine: MakeEngine) -> None:
    round_robin = RoundRobinEngine(
        [make_engine(lambda image: image + 1), make_engine(lambda image: image * 3)]
    )
    assert round_robin.run([np.array([1.0, 2.0]), np.array([7.0])]).tolist() == [6.0, 9.0]


def test_a_round_on_tensors_is_the_same_and_its_device_is_that_of_the_engines(program: Any) -> None:
    round_robin = RoundRobinEngine([EagerEngine(program), EagerEngine(program)])
    inputs = program.example()
    assert round_robin.device == torch.device("cpu")
    given = round_robin.call([torch.from_numpy(array) for array in inputs]).numpy()
    assert (given == round_robin.run(inputs)).all()
    assert np.abs(given - EagerEngine(program).run(inputs)).max() > 1e-3


def test_it_is_named_after_its_engines_and_closes_each_once(make_engine: MakeEngine) -> None:
    engines = [IdleEngine() for _ in range(3)]
    round_robin = RoundRobinEngine(engines)
    assert (round_robin.name, round_robin.device) == ("idle", None)
    round_robin.close()
    round_robin.close()
    assert [engine.closed for engine in engines] == [1, 1, 1]
    formats = [make_engine(lambda image: image, name=name) for name in ("swift half", "swift", "swift")]
    assert RoundRobinEngine(formats).name == "swift half and swift"


def test_one_that_cannot_be_closed_keeps_none_of_the_others_open() -> None:
    engines: list[Any] = [IdleEngine() for _ in range(3)]
    engines[1].close = lambda: 1 // 0
    with pytest.raises(ZeroDivisionError):
        RoundRobinEngine(engines).close()
    assert [engine.closed for engine in engines] == [1, 0, 1]


def test_the_worst_check_counts_and_the_mean_time() -> None:
    checks = [Check(0.99, 0.3, 2.0), Check(0.9, 0.1, 5.0), Check(1.0, 0.0, 2.0)]
    assert worst(checks) == Check(0.9, 0.3, 3.0)
    assert worst(checks[:1]) == checks[0]


def test_a_program_is_its_own_only_part(program: Any, small_program: KernelProgram) -> None:
    assert parts_of(program) == (program,)
    assert parts_of(small_program) == (small_program,)
    assert len(parts_of(KernelProgram(replace(small_program.spec, spread=True)))) == 2


PARTS = ["low 8", "mid 8", "high 8"]


def test_of_parts_that_take_turns_each_is_built_once_behind_one_stopgap(
    bench: Any, workshop: Any, whole: Any
) -> None:
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=True)
    stopgap = bench.take(builder)
    assert (stopgap.stopgap, stopgap.engine.name, stopgap.run_ms) == (True, "eager", None)
    for part, engine in zip(whole.parts, whole.turns(stopgap), strict=True):
        assert not np.array_equal(engine.run(part.example()), part.example()[0])
    workshop.finish.set()
    ready = bench.take(builder)
    assert workshop.begun == PARTS
    assert whole.turns(ready) == [workshop.built[name] for name in PARTS]
    assert (ready.program, ready.stopgap, ready.engine.name) == (whole, False, "openvino")
    assert (ready.checked, ready.run_ms) == (Check(1.0, 0.0, 2.5), 2.5)
    assert builder.take() is None


def test_the_worst_part_and_the_mean_time_are_told(
    bench: Any,
    workshop: Any,
    whole: Any,
    monkeypatch: pytest.MonkeyPatch,
    make_engine: Callable[..., Any],
) -> None:
    checks = {"low 8": Check(0.99, 0.3, 1.0), "mid 8": Check(0.97, 0.1, 2.0), "high 8": Check(1.0, 0.0, 6.0)}
    monkeypatch.setattr(
        openvino, "load", lambda part, _: (make_engine(lambda image: image), checks[part.fingerprint()])
    )
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    ready = bench.take(builder)
    assert (ready.checked, ready.run_ms) == (Check(0.97, 0.3, 3.0), 3.0)


def test_the_parts_of_a_real_kernel_are_what_its_engine_holds(
    bench: Any, small_program: KernelProgram
) -> None:
    spread = KernelProgram(replace(small_program.spec, spread=True))
    builder = bench.builder("eager")
    builder.request(spread, stopgap=False)
    ready = bench.take(builder)
    for number in range(4):
        part = spread.parts[number % 2]
        expected = EagerEngine(part).run(part.example())
        assert (engine_at(ready.engine, number).run(part.example()) == expected).all()


@pytest.mark.parametrize("first", [0, 1, 5])
def test_octaves_have_their_turns_one_a_frame(studio: Any, first: int) -> None:
    octaves = [studio.adding(studio.pattern()) for _ in range(3)]
    pipeline = DreamPipeline(
        replace(studio.spec(), octaves=3, octave_scale=1.2, spread=True), RoundRobinEngine(octaves)
    )
    pipeline.restore({"dreamed": np.array(first), "wake": np.array(0.0)})
    for number in range(first, first + 3):
        before = len(octaves[number % 3].given)
        pipeline.process(studio.frame(index=number), studio.wishes())
        assert len(octaves[number % 3].given) == before + 1
    assert [len(octave.given) for octave in octaves] == [1, 1, 1]


@pytest.mark.parametrize("stop", [3, 4])
def test_a_spread_dream_goes_on_from_its_state_with_the_octave_whose_turn_it_is(
    studio: Any, one_thread: None, stop: int
) -> None:
    spec = replace(studio.spec(), spread=True)
    round_robin = RoundRobinEngine([EagerEngine(part) for part in KernelProgram(spec).parts])
    frames = [studio.frame(2 * index, index=index) for index in range(6)]
    straight, first, second = (DreamPipeline(spec, round_robin, seed=3) for _ in range(3))
    expected = [straight.process(frame, studio.wishes()) for frame in frames]
    for frame in frames[:stop]:
        first.process(frame, studio.wishes())
    second.restore(first.state())
    for frame, dreamed in zip(frames[stop:], expected[stop:], strict=True):
        assert (second.process(frame, studio.wishes()).residual == dreamed.residual).all()


def test_a_spread_dream_is_as_deep_as_one_of_all_octaves(studio: Any, one_thread: None) -> None:
    spec = studio.spec()
    spread = replace(spec, spread=True)
    round_robin = RoundRobinEngine([EagerEngine(part) for part in KernelProgram(spread).parts])
    depths = []
    for one, engine in ((spec, EagerEngine(KernelProgram(spec))), (spread, round_robin)):
        pipeline = DreamPipeline(one, engine)
        dreams = [pipeline.process(studio.frame(), studio.wishes(motion_persistence=0.8)) for _ in range(20)]
        depths.append(np.mean([np.abs(dreamed.residual).mean() for dreamed in dreams[-4:]]))
    assert depths[1] == pytest.approx(depths[0], rel=0.15)
