"""A controller is told what it does not know, not too often, and not while it is moved."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from livedream.control.echo import Echo


def test_what_changed_is_due_once() -> None:
    echo: Echo[str, int] = Echo()
    echo.mark(["a"])
    assert echo.due(0.0, lambda _: 1) == [("a", 1)]
    echo.mark(["a"])
    assert echo.due(1.0, lambda _: 1) == []
    assert echo.due(2.0, lambda _: 2) == []


def test_what_it_knows_is_sent_again_when_it_was_away() -> None:
    echo: Echo[str, int] = Echo()
    echo.mark(["a"])
    echo.due(0.0, lambda _: 1)
    echo.forget()
    assert echo.due(0.0, lambda _: 1) == [("a", 1)]


def test_what_it_has_moved_itself_is_sent_only_if_it_stands_elsewhere() -> None:
    echo: Echo[str, int] = Echo(moving_s=0.25)
    echo.heard("a", 0.0, 5)
    echo.heard("b", 0.0, 5)
    assert echo.due(0.2, {"a": 5, "b": 7}.__getitem__) == []
    assert echo.due(0.3, {"a": 5, "b": 7}.__getitem__) == [("b", 7)]


@given(st.lists(st.tuples(st.floats(0, 0.02), st.integers(0, 9)), min_size=1, max_size=60))
def test_the_newest_value_is_sent_in_the_end_and_never_too_often(changes: list[tuple[float, int]]) -> None:
    echo: Echo[str, int] = Echo(per_s=30)
    now_s, sent = 0.0, []
    for later_s, value in changes:
        now_s += later_s
        echo.mark(["a"])
        sent += [(now_s, told) for _, told in echo.due(now_s, lambda _, value=value: value)]
    last = changes[-1][1]
    sent += [(now_s + 1, told) for _, told in echo.due(now_s + 1, lambda _: last)]
    assert sent[-1][1] == last
    assert all(late[0] - early[0] >= 1 / 30 - 1e-9 for early, late in pairwise(sent))
