from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.engines import trial
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check
from livedream.engines.trial import try_formats
from livedream.errors import EngineError


class Workbench:
    """Makes engines that give what a function makes of the reference, by number format."""

    def __init__(self, make_engine: Callable[..., Any], program: Any) -> None:
        self.reference = EagerEngine(program).run(program.example())
        self.closed: list[str] = []
        self._make_engine = make_engine
        self.given: dict[str, Callable[[Any], Any]] = {}

    def make(self, number_format: Any) -> tuple[Any, str]:
        if number_format not in self.given:
            raise EngineError(f"there is no {number_format} here")
        give = self.given[number_format]
        engine = self._make_engine(lambda _: give(self.reference), number_format, number_format)
        engine.close = lambda: self.closed.append(number_format)
        return engine, f"stored {number_format}"


@pytest.fixture
def workbench(make_engine: Callable[..., Any], program: Any) -> Workbench:
    return Workbench(make_engine, program)


FORMATS: Any = ("float32", "float16")


@pytest.mark.parametrize(
    ("full_ms", "half_ms", "chosen"), [(10.0, 5.0, "float16"), (10.0, 9.5, "float32"), (5.0, 10.0, "float32")]
)
def test_the_half_format_is_taken_if_it_is_clearly_faster(
    workbench: Any, program: Any, monkeypatch: pytest.MonkeyPatch, full_ms: float, half_ms: float, chosen: str
) -> None:
    workbench.given = {"float32": lambda right: right, "float16": lambda right: right}
    monkeypatch.setattr(trial, "in_turn_ms", lambda *_: [full_ms, half_ms])
    outcome = try_formats(program, FORMATS, workbench.reference, workbench.make)
    assert outcome.chosen.stored == f"stored {chosen}"
    assert workbench.closed == [one for one in FORMATS if one != chosen]
    assert outcome.refused == {}


def test_runs_of_seconds_are_not_made_again_to_time_them(
    workbench: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    took_ms = iter([5000.0, 4000.0])
    monkeypatch.setattr(trial, "check", lambda *_: Check(1.0, 0.0, next(took_ms)))
    monkeypatch.setattr(trial, "in_turn_ms", lambda *_: pytest.fail("timed again"))
    workbench.given = {"float32": lambda right: right, "float16": lambda right: right}
    outcome = try_formats(program, FORMATS, workbench.reference, workbench.make)
    assert outcome.chosen.stored == "stored float16"


def test_a_half_format_that_is_not_there_is_told_and_the_full_one_taken(workbench: Any, program: Any) -> None:
    workbench.given = {"float32": lambda right: right}
    outcome = try_formats(program, FORMATS, workbench.reference, workbench.make)
    assert outcome.chosen.engine.name == "float32"
    assert outcome.chosen.check.cosine == pytest.approx(1)
    assert outcome.refused == {"float16": "there is no float16 here"}


def test_a_half_format_counts_only_where_the_full_one_agrees(workbench: Any, program: Any) -> None:
    workbench.given = {"float32": lambda right: 1 - right, "float16": lambda right: right}
    with pytest.raises(EngineError, match="the engine float32 does not agree"):
        try_formats(program, FORMATS, workbench.reference, workbench.make)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda right: right * np.float32(0.9),  # 10 % darker: what was added points elsewhere
        lambda right: np.full_like(right, 0.5),  # finite, and nothing of the picture
        lambda right: right[:, ::-1],  # channels in the wrong order
    ],
)
def test_values_that_are_finite_and_wrong_are_refused(
    workbench: Any, program: Any, wrong: Callable[[Any], Any]
) -> None:
    workbench.given = {"float32": wrong}
    with pytest.raises(EngineError, match="does not agree with eager"):
        try_formats(program, FORMATS, workbench.reference, workbench.make)
