"""Engines that cannot be made, loaded or closed, or fail while they run: none of it ends the builder."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from livedream.engines import maker, openvino
from livedream.engines.build_job import Ahead
from livedream.engines.cache import EngineCache
from livedream.engines.maker import EngineMaker
from livedream.errors import EngineError, InputError

SOON_S = 60.0


def test_a_fault_of_the_builder_s_own_reaches_who_takes(bench: Any) -> None:
    builder = bench.builder("eager")
    builder.prepare(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        builder.take(SOON_S)


FAULTS = (
    InputError("the network file eyes.npz is damaged"),
    ImportError("no such library"),
    KeyError("weight"),
    ValueError("an odd shape"),
    ZeroDivisionError("in make"),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_while_an_engine_is_made_is_told_and_it_can_be_asked_for_again(
    bench: Any, program: Any, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(self: Any, *_: Any) -> None:
        raise fault

    make = type(program).make
    monkeypatch.setattr(type(program), "make", broken)
    builder = bench.builder("eager")
    builder.request(program, stopgap=True)
    with pytest.raises(EngineError, match=r"^the engine eager cannot be made"):
        builder.take(SOON_S)
    monkeypatch.setattr(type(program), "make", make)
    builder.request(program, stopgap=True)
    assert bench.take(builder).engine.name.startswith("eager")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stage", ["load", "__call__", "warm_up"])
def test_nothing_that_goes_wrong_in_a_builder_that_was_begun_ends_it(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch, stage: str, fault: Exception
) -> None:
    """It is asked for its first engine before the show begins: loaded, or what builds it is started."""

    def broken(*_: Any, **__: Any) -> Any:
        raise fault

    monkeypatch.setattr(type(workshop), stage, broken)
    monkeypatch.setattr(openvino, "load", workshop.load)
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    workshop.finish.set()
    builder = bench.builder("auto")
    builder.begin(program)
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == ("openvino" if stage == "warm_up" else "eager")


@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_ahead_ends_nothing(
    bench: Any,
    workshop: Any,
    make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    def load(program: Any, cache: EngineCache) -> Any:
        if program.name == "broken":
            raise fault
        return workshop.load(program, cache)

    monkeypatch.setattr(openvino, "load", load)
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    bench.take(builder)
    builder.prepare(lambda: Ahead(load=[make_program("broken")]))
    bench.until(lambda: builder.preparing == 0)
    builder.request(make_program("asked"), stopgap=False)
    assert bench.take(builder).program.name == "asked"


def test_an_engine_that_cannot_be_closed_ends_nothing(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    """On a GPU that is lost closing raises, whatever the engine."""
    builder = bench.builder("openvino")
    builder.request(make_program("asked"), stopgap=True)
    stopgap = bench.take(builder)
    stopgap.engine.close = lambda: 1 // 0
    builder.give_back(stopgap)
    workshop.finish.set()
    builder.request(make_program("next"), stopgap=False)
    kept = bench.take(builder)
    kept.engine.close = stopgap.engine.close
    builder.give_back(kept)
    builder.close()


def _avoiding(bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a builder whose first kind of engine has failed while it ran."""
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    workshop.finish.set()
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    builder.discard(bench.take(builder), avoid=True)
    return builder


def test_what_stood_in_for_a_kind_makes_room_for_it_once_it_is_trusted_again(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = _avoiding(bench, workshop, program, monkeypatch)
    builder.request(program, stopgap=False)
    stand_in = bench.take(builder)
    assert stand_in.engine.name == "eager"
    builder.request(program, stopgap=False)
    assert bench.take(builder) is stand_in, "the other one is avoided"
    assert builder.trust_again()
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "openvino"
    assert not builder.trust_again()


def test_a_kind_that_is_trusted_again_does_not_wait_for_what_is_built_in_its_place(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What torch compiles takes a minute and more; what failed is on the disk."""
    builder = _avoiding(bench, workshop, program, monkeypatch)
    waits, goes_on, make = threading.Event(), threading.Event(), EngineMaker.make

    def slow(its_maker: Any, order: Any) -> Any:
        waits.set()
        assert goes_on.wait(60)
        return make(its_maker, order)

    monkeypatch.setattr(EngineMaker, "make", slow)
    builder.request(program, stopgap=False)
    assert waits.wait(60)
    monkeypatch.setattr(EngineMaker, "make", make)
    assert builder.trust_again()
    builder.request(program, stopgap=False)
    goes_on.set()
    assert bench.take(builder).engine.name == "openvino"


def test_of_a_kind_that_is_avoided_nothing_comes_that_was_made_before(
    bench: Any, workshop: Any, make_program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPU is lost: all that was loaded for it is dead, whatever mood is picked."""
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    workshop.finish.set()
    first, loaded, stored = (make_program(name) for name in ("first", "loaded", "stored"))
    builder = bench.builder("auto")
    builder.prepare(lambda: Ahead(load=[loaded], store=[stored]))
    builder.request(first, stopgap=False)
    dead = bench.take(builder)
    bench.until(lambda: builder.state(stored) == "ready")
    builder.discard(dead, avoid=True)
    assert [builder.state(program) for program in (first, loaded, stored)] == ["waiting"] * 3
    for program in (first, loaded, stored):
        builder.request(program, stopgap=False)
        assert bench.take(builder).kind == "eager"
    assert builder.trust_again()
    builder.request(loaded, stopgap=False)
    assert bench.take(builder).kind == "openvino"
    assert builder.state(stored) == "ready"


@pytest.mark.parametrize("is_asked", [False, True])
def test_of_a_kind_that_is_avoided_nothing_comes_that_was_being_loaded(
    bench: Any,
    workshop: Any,
    make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    is_asked: bool,
) -> None:
    loads, goes_on, next_one = threading.Event(), threading.Event(), make_program("next")

    def load(program: Any, cache: EngineCache) -> Any:
        if program == next_one:
            loads.set()
            assert goes_on.wait(SOON_S)
        return workshop.load(program, cache)

    monkeypatch.setattr(openvino, "load", load)
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    workshop.finish.set()
    workshop.built["next 8"] = workshop.make("openvino")
    builder = bench.builder("auto")
    builder.request(make_program("first"), stopgap=False)
    dead = bench.take(builder)
    if is_asked:
        builder.request(next_one, stopgap=False)
    else:
        builder.prepare(lambda: Ahead(load=[next_one]))
    assert loads.wait(SOON_S)
    builder.discard(dead, avoid=True)
    builder.request(next_one, stopgap=False)
    goes_on.set()
    assert bench.take(builder).kind == "eager"
