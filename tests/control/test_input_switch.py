"""An input is opened and closed in mid-show, and one that hangs holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from livedream.control.input_switch import InputSwitch, failed
from livedream.errors import InputError, MissingError
from livedream.health import Health


class Port:
    """An open port that counts what is done with it."""

    def __init__(self, name: str = "port") -> None:
        self.name, self.steps, self.closed = name, 0, 0
        self.health = Health("live", name)

    def step(self) -> None:
        self.steps += 1

    def close(self) -> None:
        self.closed += 1


class Slow:
    """Opens ports when it is let; in which threads it was asked to."""

    def __init__(self) -> None:
        self.begun, self.may_open = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def open(self) -> Port:
        self.threads.append(threading.current_thread())
        self.begun.set()
        assert self.may_open.wait(60)
        return Port("slow")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def switch(told: list[str]) -> InputSwitch[Port]:
    return InputSwitch[Port]("port", told.append, Port.step)


def test_it_is_off_opened_stepped_and_closed(switch: InputSwitch[Port]) -> None:
    assert (switch.health, switch.current) == (Health("off"), None)
    switch.step()
    port = Port("one")
    switch.turn_on(lambda: port)
    assert switch.settle(20)
    switch.step()
    assert (switch.current, switch.health, port.steps) == (port, port.health, 1)
    switch.turn_off()
    assert switch.settle(20)
    switch.step()
    assert (switch.current, switch.health.state) == (None, "off")
    assert (port.steps, port.closed) == (1, 1)


def test_one_that_hangs_holds_up_neither_who_asks_nor_who_steps(switch: InputSwitch[Port]) -> None:
    slow = Slow()
    switch.turn_on(slow.open)
    assert slow.begun.wait(60)
    assert switch.health.state == "starting"
    switch.step()
    assert not switch.settle(0.0)
    slow.may_open.set()
    assert switch.settle(20)
    assert switch.health.state == "live"
    assert threading.current_thread() not in slow.threads


def test_of_many_wishes_the_last_one_counts_and_what_came_too_late_is_closed(
    switch: InputSwitch[Port],
) -> None:
    slow, opened = Slow(), list[Port]()

    def open_slowly() -> Port:
        opened.append(slow.open())
        return opened[-1]

    def never() -> Port:
        raise AssertionError("it is not wanted any more")

    last = Port("last")
    switch.turn_on(open_slowly)
    assert slow.begun.wait(60)
    switch.turn_on(never)
    switch.turn_on(lambda: last)
    slow.may_open.set()
    assert switch.settle(20)
    assert (switch.current, opened[0].closed, last.closed) == (last, 1, 0)


def test_the_one_before_is_closed_before_another_is_opened(switch: InputSwitch[Port]) -> None:
    first, closed = Port("first"), list[int]()
    switch.turn_on(lambda: first)
    assert switch.settle(20)

    def second() -> Port:
        closed.append(first.closed)
        return Port("second")

    switch.turn_on(second)
    assert switch.settle(20)
    assert closed == [1]


def refused() -> Port:
    raise InputError("port 9 is taken")


def missing() -> Port:
    raise MissingError("port needs a library", "install it with", "pip install it")


def broken() -> Port:
    raise ZeroDivisionError("by zero")


@pytest.mark.parametrize(
    ("open_", "health", "said"),
    [
        (refused, Health("failed", "port 9 is taken"), "port 9 is taken"),
        (
            missing,
            Health("failed", "port needs a library", "pip install it"),
            "port needs a library; install it with: pip install it",
        ),
        (
            broken,
            Health("failed", "port has failed: ZeroDivisionError: by zero"),
            "port has failed: ZeroDivisionError: by zero",
        ),
    ],
)
def test_what_cannot_be_opened_is_told_with_what_mends_it_and_can_be_tried_again(
    switch: InputSwitch[Port], told: list[str], open_: Callable[[], Port], health: Health, said: str
) -> None:
    switch.turn_on(open_)
    assert switch.settle(20)
    assert (switch.health, told) == (health, [said])
    switch.turn_on(Port)
    assert switch.settle(20)
    assert switch.health.ok


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OSError("it is gone already"), "it is gone already"),
        (RuntimeError("a bug"), "RuntimeError: a bug"),
    ],
)
def test_one_that_cannot_be_closed_is_told_and_gone(
    switch: InputSwitch[Port], told: list[str], fault: Exception, said: str
) -> None:
    class Stuck(Port):
        def close(self) -> None:
            raise fault

    switch.turn_on(Stuck)
    assert switch.settle(20)
    switch.turn_off()
    assert switch.settle(2), "the thread that switches has not ended with it"
    assert (switch.current, told) == (None, [f"port cannot be closed: {said}"])
    switch.turn_on(Port)
    assert switch.settle(2)
    assert switch.health.ok


def test_who_keeps_something_of_an_input_is_told_when_it_closes(told: list[str]) -> None:
    gone: list[str] = []
    switch = InputSwitch[Port]("port", told.append, closed=lambda port: gone.append(port.name), close_s=20)
    switch.turn_on(Port)
    switch.close()
    assert gone in ([], ["port"]), "it may not have been opened at all"
    assert switch.current is None
    switch.turn_on(Port)
    assert switch.current is None, "closed for good"


def test_a_remedy_is_not_repeated_in_the_message() -> None:
    fault = MissingError("there is no sequencer", "load it with", "sudo modprobe snd-seq")
    assert failed(fault, f"MIDI cannot be looked at: {fault}") == Health(
        "failed", "MIDI cannot be looked at: there is no sequencer", "sudo modprobe snd-seq"
    )
