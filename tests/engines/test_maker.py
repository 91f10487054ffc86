"""Making alone, in this thread; what a builder does with it is tested there."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from livedream.engines import compiled
from livedream.engines import maker as module
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check
from livedream.engines.maker import EngineMaker, Order
from livedream.engines.progress import Progress
from livedream.errors import EngineError, InputError


@pytest.fixture
def make_maker(tmp_path: Path) -> Iterator[Callable[..., EngineMaker[Any]]]:
    made: list[EngineMaker[Any]] = []

    def make(choice: str, tell: Callable[[str], None] = lambda _: None) -> EngineMaker[Any]:
        made.append(EngineMaker(choice, EngineCache(tmp_path), tell))
        return made[-1]

    yield make
    for maker in made:
        maker.close()


def test_an_engine_that_is_none_is_refused_before_anything_is_made(make_maker: Any) -> None:
    with pytest.raises(InputError, match="abacus"):
        make_maker("abacus")


def test_what_is_loaded_has_run_once_before_it_is_handed_over(
    make_maker: Any, workshop: Any, program: Any
) -> None:
    workshop.finish.set()
    ready = make_maker("openvino").make(Order(program))
    assert ready.engine.runs == 1


def test_ahead_nothing_is_made_that_the_cache_does_not_keep(make_maker: Any, program: Any) -> None:
    assert make_maker("eager").make_ahead(Order(program)) is None


def test_ahead_it_makes_the_kind_that_worked(
    make_maker: Any,
    workshop: Any,
    program: Any,
    make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "candidates", lambda: ("openvino", "eager"))
    workshop.finish.set()
    workshop.failing[program.fingerprint()] = "an unknown operation"
    maker = make_maker("auto")
    assert maker.make(Order(program)).engine.name == "eager"
    assert maker.make_ahead(Order(make_program("next"))) is None, "eager is not kept"
    assert workshop.begun == [program.fingerprint()]


def test_what_was_cancelled_tries_no_other_engine_and_a_new_beginning_forgets_it(
    make_maker: Any, workshop: Any, program: Any
) -> None:
    workshop.finish.set()
    workshop.failing[program.fingerprint()] = "killed"
    told: list[str] = []
    maker = make_maker("auto", told.append)
    maker.cancel()
    assert maker.is_cancelled
    with pytest.raises(EngineError):
        maker.make(Order(program))
    assert told == []
    assert (maker.making, maker.is_building) == ("", False)
    maker.begin()
    workshop.failing.clear()
    assert maker.make(Order(program)).engine.name == "openvino"


def test_progress_tells_how_long_it_takes_by_how_long_the_one_before_took(
    make_maker: Any, workshop: Any, program: Any, tmp_path: Path
) -> None:
    EngineCache(tmp_path).put("before", b"", {"engine": "openvino", "took_s": 9.8})
    maker = make_maker("openvino")
    assert maker.progress is None
    making = threading.Thread(target=maker.make, args=(Order(program),))
    making.start()
    while not workshop.begun:
        workshop.finish.wait(0.01)
    progress = maker.progress
    workshop.finish.set()
    making.join(60)
    assert progress is not None
    assert progress.elapsed_s >= 0
    assert progress.expected_s == 9.8
    assert maker.progress is None
    assert (str(Progress(3.2, None)), str(Progress(3.2, 9.8))) == ("3 s", "3 of ~10 s")


def test_a_kind_that_failed_while_it_ran_is_tried_last_until_it_is_trusted_again(
    make_maker: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "candidates", lambda: ("openvino", "eager"))
    workshop.finish.set()
    maker = make_maker("auto")
    assert maker.make(Order(program)).engine.name == "openvino"
    assert not maker.trust_again(), "none is avoided"
    maker.avoid("openvino")
    assert maker.make(Order(program)).engine.name == "eager"
    assert maker.trust_again()
    assert maker.make(Order(program)).engine.name == "openvino"
    assert not maker.trust_again()


def test_a_kind_that_was_chosen_was_never_avoided(make_maker: Any, workshop: Any, program: Any) -> None:
    workshop.finish.set()
    maker = make_maker("openvino")
    maker.make(Order(program))
    maker.avoid("openvino")
    assert not maker.trust_again()


@pytest.mark.parametrize("begins", [False, True])
def test_of_two_engines_that_fail_together_only_their_kind_is_avoided(
    make_maker: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch, begins: bool
) -> None:
    monkeypatch.setattr(module, "candidates", lambda: ("openvino", "compiled", "eager"))
    monkeypatch.setattr(compiled, "load", lambda *_, **__: (workshop.make("compiled"), Check(1.0, 0.0, 1.0)))
    workshop.finish.set()
    maker = make_maker("auto")
    if begins:
        workshop.built[program.fingerprint()] = workshop.make("openvino")
        assert maker.make_from_cache(Order(program)).engine.name == "openvino"
    else:
        assert maker.make(Order(program)).engine.name == "openvino"
    maker.avoid("openvino")
    maker.avoid("openvino")
    assert maker.make(Order(program)).kind == "compiled"
    maker.avoid("openvino")  # another one of those that were loaded before
    assert maker.make(Order(program)).kind == maker.kind == "compiled"


def test_a_kind_that_was_chosen_is_made_again_though_it_failed(
    make_maker: Any, workshop: Any, program: Any
) -> None:
    workshop.finish.set()
    maker = make_maker("openvino")
    maker.make(Order(program))
    maker.avoid("openvino")
    assert maker.make(Order(program)).engine.name == "openvino"
