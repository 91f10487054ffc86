from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.engines import engine as engine_module
from livedream.engines.engine import Program, best_ms, check, in_turn_ms, making, recipe, running, tried
from livedream.errors import (
    EngineDisagreesError,
    EngineError,
    EngineMissingError,
    EngineRunError,
    InputError,
)

Picture = NDArray[np.float32]


@pytest.fixture
def reference(program: Program) -> Picture:
    image = program.example()[0]
    reference: Picture = image + np.float32(0.05) * np.random.default_rng(0).standard_normal(
        image.shape, np.float32
    )
    return reference


def test_an_engine_that_gives_the_same_agrees(
    program: Program, reference: Picture, make_engine: Callable[..., Any]
) -> None:
    result = check(make_engine(lambda image: reference.copy()), program, reference)
    assert result.cosine == pytest.approx(1.0)
    assert result.relative_error == 0.0
    assert result.run_ms >= 0


def test_an_engine_that_rounds_agrees_and_by_how_much_is_told(
    program: Program, reference: Picture, make_engine: Callable[..., Any]
) -> None:
    noise = np.random.default_rng(1).standard_normal(reference.shape, np.float32)
    result = check(make_engine(lambda image: reference + np.float32(0.005) * noise), program, reference)
    assert 0.98 < result.cosine < 0.9999
    assert result.relative_error == pytest.approx(0.1, rel=0.25)


WRONG: dict[str, Callable[[Picture, Picture], NDArray[Any]]] = {
    "nothing added": lambda image, right: image,
    "black": lambda image, right: np.zeros_like(image),
    "the opposite": lambda image, right: 2 * image - right,
    "twice as much": lambda image, right: 2 * right - image,
    "upside down": lambda image, right: right[:, :, ::-1],
    "channels swapped": lambda image, right: right[:, ::-1],
    "noise": lambda image, right: image + np.random.default_rng(9).standard_normal(image.shape, np.float32),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_engine_is_refused_by_name(
    program: Program, reference: Picture, make_engine: Callable[..., Any], fault: str
) -> None:
    engine = make_engine(lambda image: WRONG[fault](image, reference), name="hasty")
    with pytest.raises(EngineDisagreesError, match=r"engine hasty does not agree with eager: cosine .*error"):
        check(engine, program, reference)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_value_that_is_not_finite_is_refused(
    program: Program, reference: Picture, make_engine: Callable[..., Any], value: float
) -> None:
    broken = reference.copy()
    broken[0, 1, 2, 3] = value
    with pytest.raises(EngineDisagreesError, match="engine fake returned values that are not finite"):
        check(make_engine(lambda image: broken), program, reference)


def test_nothing_agrees_with_a_reference_that_is_not_finite(
    program: Program, reference: Picture, make_engine: Callable[..., Any]
) -> None:
    broken = reference.copy()
    broken[0, 0, 0, 0] = np.nan
    with pytest.raises(EngineError):
        check(make_engine(lambda image: reference), program, broken)


@pytest.mark.parametrize("shape", [(1, 3, 4, 4), (1, 1, 8, 8), (3, 8, 8), (1, 3, 8, 9)])
def test_an_output_of_another_shape_is_refused(
    program: Program, reference: Picture, make_engine: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    with pytest.raises(EngineDisagreesError, match=r"shape|agree"):
        check(make_engine(lambda image: np.zeros(shape, np.float32)), program, reference)


def test_a_half_format_may_differ_more_but_not_be_wrong(
    program: Program, reference: Picture, make_engine: Callable[..., Any]
) -> None:
    noise = np.random.default_rng(1).standard_normal(reference.shape, np.float32)
    rounded = reference + np.float32(0.015) * noise
    check(make_engine(lambda image: rounded, number_format="bfloat16"), program, reference)
    with pytest.raises(EngineError, match="does not agree"):
        check(make_engine(lambda image: rounded), program, reference)
    with pytest.raises(EngineError, match="does not agree"):
        check(make_engine(lambda image: image, number_format="bfloat16"), program, reference)


def test_the_best_of_the_runs_is_told(make_engine: Callable[..., Any]) -> None:
    engine = make_engine(lambda image: image)
    assert 0 <= best_ms(engine, [np.zeros(1)], runs=5) < 1000
    assert engine.runs == 5


def test_a_busy_spell_does_not_make_the_slower_engine_the_faster(
    make_engine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine is four times slower in the first half: one after the other, 3 ms would win over 2."""
    now_s, spent = [0.0], []

    def running(ms: float) -> Any:
        def run(image: Any, *_: Any) -> Any:
            spent.append(ms)
            now_s[0] += ms / 1e3 * (4 if len(spent) <= 20 else 1)
            return image

        return make_engine(run)

    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: now_s[0])
    fast_ms, slow_ms = in_turn_ms([running(2.0), running(3.0)], [np.zeros(1)], turns=20)
    assert slow_ms == pytest.approx(1.5 * fast_ms)


def test_engines_that_take_seconds_are_not_timed_for_minutes(
    make_engine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [0.0]

    def running(seconds: float) -> Any:
        def run(image: Any, *_: Any) -> Any:
            now_s[0] += seconds
            return image

        return make_engine(run)

    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: now_s[0])
    alone, fast, slow = running(1.5), running(0.75), running(1.0)
    assert best_ms(alone, [np.zeros(1)]) == pytest.approx(1500)
    assert in_turn_ms([fast, slow], [np.zeros(1)]) == pytest.approx([750, 1000])
    assert (alone.runs, fast.runs, slow.runs) == (2, 2, 2)


def test_a_run_of_seconds_is_timed_by_the_check_itself(
    make_engine: Callable[..., Any], program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s, (image, *_) = [0.0], program.example()

    def run(image: Any, *_: Any) -> Any:
        now_s[0] += 3.0
        return image / 2

    engine = make_engine(run)
    monkeypatch.setattr(engine_module.time, "perf_counter", lambda: now_s[0])
    assert check(engine, program, image / 2).run_ms == pytest.approx(3000)
    assert engine.runs == 1


def test_whatever_a_run_raises_becomes_one_sentence_that_names_the_engine() -> None:
    said = r"the engine quick failed \(ValueError: two lines\)"
    with pytest.raises(EngineRunError, match=said), running("quick"):
        raise ValueError("two\nlines")
    with pytest.raises(EngineRunError, match=r"\(MemoryError\)"), running("quick"):
        raise MemoryError


@pytest.mark.parametrize(
    "use",
    [
        lambda engine, program: check(engine, program, program.example()[0]),
        lambda engine, program: best_ms(engine, program.example()),
        lambda engine, program: tried(engine, program.example()),
    ],
)
def test_whatever_is_raised_while_an_engine_is_tried_says_that_it_cannot_be_had(
    program: Program, make_engine: Callable[..., Any], use: Callable[[Any, Any], Any]
) -> None:
    said = r"^the engine shaky failed when it was tried \(ZeroDivisionError: division by zero\)$"
    with pytest.raises(EngineError, match=said):
        use(make_engine(lambda image: 1 / 0, name="shaky"), program)


def test_what_an_engine_itself_says_of_its_failure_stands(make_engine: Callable[..., Any]) -> None:
    def lost(_: Any) -> Any:
        raise EngineError("the engine far failed to run: the device was lost")

    with pytest.raises(EngineError, match=r"^the engine far failed to run: the device was lost$"):
        tried(make_engine(lost), [np.zeros(1)])


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        RuntimeError("no\ndriver"),
        OSError(12, "no memory"),
        ImportError("no such library"),
        TypeError("3 arguments"),
        ValueError("an odd shape"),
        KeyError("weight"),
    ],
)
def test_whatever_is_raised_while_an_engine_is_made_names_it(fault: Exception) -> None:
    with (
        pytest.raises(EngineError, match=r"^the engine far cannot be made \(\w+(: [^\n]+)?\)$"),
        making("far"),
    ):
        raise fault


def test_what_a_person_gave_is_told_as_it_is_and_is_not_tried_again() -> None:
    told = r"^the engine far cannot be made: the network file eyes\.npz is damaged; give another file$"
    with pytest.raises(EngineMissingError, match=told) as missing, making("far"):
        raise InputError("the network file eyes.npz is damaged; give another file")
    assert missing.value.exit_code == InputError.exit_code


def test_why_an_engine_cannot_be_made_is_said_once() -> None:
    with pytest.raises(EngineDisagreesError, match=r"^far is wrong$"), making("auto"), making("far"):
        raise EngineDisagreesError("far is wrong")


def test_a_recipe_is_of_all_the_files_in_their_order() -> None:
    recipes = {
        recipe(names) for names in (["eager.py"], ["eager.py", "export.py"], ["export.py", "eager.py"])
    }
    assert len(recipes) == 3
    assert recipe(["eager.py"]) == recipe(["eager.py"])
