from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import shelf as module
from livedream.engines.maker import Ready
from livedream.engines.shelf import EngineShelf, close_all


@pytest.fixture
def ready(make_program: Callable[..., Any]) -> Callable[[str], Ready[Any]]:
    def make(name: str, *, stored: bool = False, kind: str = "openvino") -> Ready[Any]:
        engine: Any = SimpleNamespace(name=name)
        return Ready(make_program(name), engine, False, 0.0, None, None, stored, kind)

    return make


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> EngineShelf[Any]:
    monkeypatch.setattr(module, "KEPT", 2)
    return EngineShelf(set())


def test_what_was_not_used_for_longest_goes_first(shelf: EngineShelf[Any], ready: Any) -> None:
    first, second, third = ready("first"), ready("second"), ready("third")
    assert shelf.put(first) == shelf.put(second) == []
    assert shelf.give_back(shelf.lend(first.program)) == [], "it stays for another time"
    assert shelf.put(third) == [second]
    assert first.program in shelf
    assert second.program not in shelf


def test_of_what_nobody_expects_and_the_cache_has_few_stay_loaded(
    monkeypatch: pytest.MonkeyPatch, ready: Any
) -> None:
    monkeypatch.setattr(module, "SPARE", 1)
    stored: set[Any] = set()
    shelf: EngineShelf[Any] = EngineShelf(stored)
    runs, expected, other, third = (
        ready(name, stored=True) for name in ("runs", "expected", "other", "third")
    )
    dear = ready("only here")
    shelf.put(runs)
    shelf.lend(runs.program)
    assert shelf.expect([expected.program]) == []
    assert shelf.put(dear) == shelf.put(expected) == shelf.put(other) == []
    assert shelf.put(third) == [], "what was just made is soon lent"
    assert shelf.give_back(shelf.lend(third.program)) == [other]
    assert stored == {("openvino", other.program)}
    assert all(one.program in shelf for one in (runs, dear, expected, third))
    assert shelf.expect([]) == [expected], "it is no longer asked for, and the older one"
    assert shelf.give_back(runs) == [third], "it was used last"
    assert stored == {("openvino", one.program) for one in (other, expected, third)}


def test_the_one_that_is_spare_is_the_one_used_last_not_the_one_loaded_last(ready: Any) -> None:
    """The size changes: what ran is left over, and so are the moods of its size, loaded ahead after it."""
    shelf: EngineShelf[Any] = EngineShelf(set())
    small = {name: ready(f"{name} small", stored=True) for name in ("default", "eyes", "fur")}
    large = ready("default large", stored=True)
    shelf.put(small["default"])
    shelf.lend(small["default"].program)
    shelf.expect([one.program for one in small.values()])
    shelf.put(small["eyes"])
    shelf.put(small["fur"])
    shelf.put(large)
    shelf.lend(large.program)
    shelf.give_back(small["default"])
    assert shelf.expect([large.program]) == [small["eyes"], small["fur"]]
    assert shelf.lend(small["default"].program) is small["default"], "the machine swings back"


def test_what_is_lent_stays_open_until_it_is_given_back(shelf: EngineShelf[Any], ready: Any) -> None:
    lent = ready("lent")
    shelf.put(lent)
    assert shelf.lend(lent.program) is lent
    assert shelf.put(ready("second")) == []
    third = ready("third")
    (gone,) = shelf.put(third)
    assert gone is not lent
    assert shelf.clear() == [third]
    assert shelf.give_back(lent) == [lent], "nobody keeps it any more"


def test_of_a_kind_that_failed_none_is_kept_and_nothing_is_offered_any_more(
    monkeypatch: pytest.MonkeyPatch, ready: Any
) -> None:
    monkeypatch.setattr(module, "KEPT", 4)
    shelf: EngineShelf[Any] = EngineShelf(set())
    runs, idle, offered = (ready(name, kind="webgpu") for name in ("runs", "idle", "offered"))
    healthy, bridge = ready("healthy"), ready("bridge", kind="")
    for one in (runs, idle, offered, healthy):
        shelf.put(one)
    shelf.lend(runs.program)
    assert shelf.offer(offered.program)
    assert not shelf.offer(bridge.program), "it is not here"
    shelf.offered.append(bridge)
    assert shelf.clear("webgpu") == [bridge, idle, offered]
    assert shelf.offered == []
    assert [one.program in shelf for one in (runs, idle, offered, healthy)] == [False, False, False, True]
    assert shelf.give_back(runs) == [runs]


def test_what_is_lent_twice_is_given_back_twice(shelf: EngineShelf[Any], ready: Any) -> None:
    one = ready("one")
    shelf.put(one)
    shelf.lend(one.program)
    shelf.lend(one.program)
    shelf.clear()
    assert shelf.give_back(one) == []
    assert shelf.give_back(one) == [one]


def test_what_was_never_kept_is_closed_when_it_comes_back(shelf: EngineShelf[Any], ready: Any) -> None:
    closed: list[str] = []
    stopgap = ready("stopgap")
    stopgap.engine.close = lambda: closed.append("stopgap")
    close_all(shelf.give_back(stopgap))
    assert closed == ["stopgap"]
    assert shelf.lend(stopgap.program) is None


def test_what_failed_is_kept_and_lent_no_more(shelf: EngineShelf[Any], ready: Any) -> None:
    one = ready("one")
    shelf.put(one)
    shelf.lend(one.program)
    shelf.discard(one)
    assert one.program not in shelf
    assert shelf.lend(one.program) is None
    assert shelf.clear() == []


def test_a_stopgap_that_comes_again_as_what_was_asked_for_is_one_engine(
    shelf: EngineShelf[Any], ready: Any
) -> None:
    final = ready("lent")
    stopgap = replace(final, stopgap=True)
    shelf.offer_stopgap(stopgap)
    assert stopgap.program not in shelf
    assert shelf.offered.pop() is stopgap
    assert shelf.put(final) == []
    second = ready("second")
    assert shelf.put(second) == []
    assert shelf.put(ready("third")) == [second], "the stopgap is still lent"
    assert final.program in shelf


@pytest.mark.parametrize("order", [("stopgap", "final"), ("final", "stopgap")])
def test_it_stays_loaded_whichever_of_the_two_is_given_back_first(
    shelf: EngineShelf[Any], ready: Any, order: tuple[str, str]
) -> None:
    final = ready("lent")
    both = {"stopgap": replace(final, stopgap=True), "final": final}
    shelf.offer_stopgap(both["stopgap"])
    shelf.put(final)
    shelf.offer(final.program)
    for name in order:
        assert shelf.give_back(both[name]) == []
    assert final.program in shelf
    assert not shelf.is_lent(final)


def test_a_stopgap_that_is_not_taken_is_closed(shelf: EngineShelf[Any], ready: Any) -> None:
    stopgap = replace(ready("lent"), stopgap=True)
    shelf.offer_stopgap(stopgap)
    assert shelf.withdraw() == [stopgap]
    assert not shelf.is_lent(stopgap)


def test_if_it_fails_neither_of_the_two_stays(shelf: EngineShelf[Any], ready: Any) -> None:
    final = ready("lent")
    stopgap = replace(final, stopgap=True)
    shelf.offer_stopgap(stopgap)
    assert shelf.offered.pop() is stopgap
    shelf.put(final)
    shelf.offer(final.program)
    shelf.discard(stopgap)
    assert shelf.offered == []
    assert final.program not in shelf
    assert not shelf.is_lent(final)


def test_what_is_let_go_of_while_its_stopgap_is_lent_is_closed_with_that(
    shelf: EngineShelf[Any], ready: Any
) -> None:
    final = ready("lent")
    stopgap = replace(final, stopgap=True)
    shelf.offer_stopgap(stopgap)
    assert shelf.offered.pop() is stopgap
    shelf.put(final)
    assert shelf.clear() == []
    assert shelf.give_back(stopgap) == [stopgap]
