from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.spec import KernelSpec
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check, NumberFormat
from livedream.engines.relay import Relay, engine_at, parts_of, worst

MakeEngine = Callable[..., Any]


class IdleEngine:
    """Is held and closed, and never run."""

    name = "idle"
    number_format: NumberFormat = "float32"

    def __init__(self) -> None:
        self.closed = 0

    def run(self, inputs: Any) -> Any:
        raise AssertionError("it is not run")

    def close(self) -> None:
        self.closed += 1


@given(st.integers(1, 8), st.integers(0, 1000))
def test_in_a_round_each_has_its_turn_once_wherever_it_begins(count: int, first: int) -> None:
    engines = [IdleEngine() for _ in range(count)]
    relay = Relay(engines)
    turns = [engine_at(relay, number) for number in range(first, first + count)]
    assert sorted(map(id, turns)) == sorted(map(id, engines))
    assert engine_at(relay, first) is engine_at(relay, first + count)
    assert engine_at(relay, count) is engines[0], "the first frame is the first one's"


def test_an_engine_by_itself_has_every_turn(make_engine: MakeEngine) -> None:
    engine = make_engine(lambda image: image)
    assert all(engine_at(engine, number) is engine for number in range(3))


def test_a_round_hands_the_picture_from_one_to_the_next(make_engine: MakeEngine) -> None:
    relay = Relay([make_engine(lambda image: image + 1), make_engine(lambda image: image * 3)])
    assert relay.run([np.array([1.0, 2.0]), np.array([7.0])]).tolist() == [6.0, 9.0]


def test_a_round_on_tensors_is_the_same_and_its_device_is_that_of_the_engines(program: Any) -> None:
    relay = Relay([EagerEngine(program), EagerEngine(program)])
    inputs = program.example()
    assert relay.device == torch.device("cpu")
    given = relay.call([torch.from_numpy(array) for array in inputs]).numpy()
    assert (given == relay.run(inputs)).all()
    assert np.abs(given - EagerEngine(program).run(inputs)).max() > 1e-3


def test_it_is_named_after_its_engines_and_closes_each_once(make_engine: MakeEngine) -> None:
    engines = [IdleEngine() for _ in range(3)]
    relay = Relay(engines)
    assert (relay.name, relay.device) == ("idle", None)
    relay.close()
    relay.close()
    assert [engine.closed for engine in engines] == [1, 1, 1]
    formats = [make_engine(lambda image: image, name=name) for name in ("swift half", "swift", "swift")]
    assert Relay(formats).name == "swift half and swift"


def test_the_worst_check_counts_and_the_mean_time() -> None:
    checks = [Check(0.99, 0.3, 2.0), Check(0.9, 0.1, 5.0), Check(1.0, 0.0, 2.0)]
    assert worst(checks) == Check(0.9, 0.3, 3.0)
    assert worst(checks[:1]) == checks[0]


def test_a_program_is_its_own_only_part(program: Any, small_spec: KernelSpec) -> None:
    assert parts_of(program) == (program,)
    assert parts_of(small_spec) == (small_spec,)
    assert len(parts_of(replace(small_spec, spread=True))) == 2
