"""However often controls ask, the settings change once a frame."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.control.coalescer import MOST_COMMANDS, Coalescer
from livedream.errors import InputError
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, by_word, change, describe


class NoCommands:
    def do(self, name: str) -> str:
        return name

    def is_immediate(self, name: str) -> bool:
        return False


NUMBERS = [info.word for info in describe() if info.is_number and info.lifetime == "frame"]


class Slow:
    """A coalescer with lanes of its own, and a picture and a command that take until `leave` is set."""

    def __init__(self, desk: Any) -> None:
        self.store, self.done, self.tried = desk.store, desk.done, []
        self.entered, self.leave = threading.Event(), threading.Event()
        self.coalescer = Coalescer(desk.store, self, clock=desk.clock)
        self._really = desk.store.change
        desk.store.change = self.change

    def change(self, values: dict[str, Any], *where: Any) -> None:
        if "dream.guide" in values:
            self.tried.append(values["dream.guide"])
            self.entered.set()
            assert self.leave.wait(60)
            raise InputError("it is not there")
        self._really(values, *where)

    def do(self, name: str) -> str:
        if name == "slowly":
            self.entered.set()
            assert self.leave.wait(60)
        self.done.append(name)
        return name

    def is_immediate(self, name: str) -> bool:
        return name == "blackout"


VALUES = st.floats(allow_nan=False)


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), VALUES), min_size=1, max_size=20))
def test_the_last_value_wins_kept_within_its_range_in_one_change(asked: list[tuple[str, float]]) -> None:
    store = SettingsStore(Settings())
    changes: list[Any] = []
    store.observe(changes.append)
    coalescer = Coalescer(store, NoCommands(), clock=ManualClock())
    for word, value in asked:
        coalescer.want(word, value)
    coalescer.apply()
    assert len(changes) == 1
    for word, value in dict(asked).items():
        assert by_word()[word].value_of(store.snapshot()) == by_word()[word].clamp(value)


def test_nothing_changes_before_it_is_applied(desk: Any) -> None:
    desk.coalescer.want("look.depth", 0.9)
    assert desk.store.snapshot() == Settings()
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 0.9


def test_a_value_is_applied_once(desk: Any) -> None:
    desk.coalescer.want("look.depth", 0.9)
    desk.coalescer.apply()
    desk.store.change({"look.depth": 0.1}, "elsewhere")
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 0.1


def test_what_a_layer_holds_already_is_no_change(desk: Any) -> None:
    for _ in range(5):
        desk.coalescer.want("look.depth", 0.9)
        desk.coalescer.apply()
    assert len(desk.changes) == 1


def test_each_layer_is_written_by_itself(desk: Any) -> None:
    desk.coalescer.want("look.depth", 0.2)
    desk.coalescer.want("look.depth", 0.8, "modulation")
    desk.coalescer.apply()
    assert [news.layer for news in desk.changes] == ["hand", "modulation"]
    assert desk.store.snapshot().look.depth == 0.8
    assert desk.coalescer.base("look.depth") == 0.2


def test_a_preset_that_modulation_hides_is_the_base(desk: Any) -> None:
    for layer, depth in (("hand", 0.2), ("modulation", 0.8)):
        desk.store.change({"look.depth": depth}, "test", layer)
    desk.store.load(change(Settings(), {"look.depth": 0.6}))
    assert desk.coalescer.base("look.depth") == 0.6


def test_the_preset_is_no_layer_of_a_control(desk: Any) -> None:
    with pytest.raises(ValueError, match="preset is no layer"):
        desk.coalescer.want("look.depth", 0.2, "preset")


def test_a_word_that_is_let_go_lets_what_lies_below_stand_again(desk: Any) -> None:
    desk.coalescer.want("look.depth", 0.8, "modulation")
    desk.coalescer.apply()
    desk.coalescer.let_go("look.depth", "modulation")
    desk.coalescer.apply()
    assert desk.store.snapshot() == Settings()
    assert desk.store.layer("modulation") == {}


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("look.depth", "deep", "look.depth cannot be 'deep': it needs a number from 0.0 to 1.0"),
        ("look.depth", math.nan, "look.depth cannot be nan"),
        ("look.depth", True, "look.depth cannot be True"),
        ("look.deepth", 1.0, "did you mean look.depth?"),
        ("dream.flips", "up", "it needs one of: none, sideways, all"),
        ("look.steer", "perhaps", "it needs 0 or 1"),
        ("dream.layers", "{no", "a table written as in TOML"),
        ("dream.layers", {"no.such": 1.0}, "no.such"),
        ("dream.guide", 3, "it needs a text"),
    ],
)
def test_what_is_not_possible_is_told_and_the_rest_is_written(
    desk: Any, word: str, value: Any, said: str
) -> None:
    desk.coalescer.want("look.light", 0.1)
    desk.coalescer.want(word, value)
    desk.coalescer.want("look.strength", 2.0)
    desk.coalescer.apply()
    assert len(desk.told) == 1
    assert said in desk.told[0]
    assert desk.store.snapshot().look.light == 0.1
    assert desk.store.snapshot().look.strength == 2.0


def test_a_word_is_complained_about_once_a_second(desk: Any) -> None:
    for _ in range(120):
        desk.coalescer.want("look.depth", "deep")
        desk.coalescer.want("look.light", "bright")
        desk.coalescer.apply()
        desk.clock.advance(1 / 60)
    assert len(desk.told) == 4


def test_a_flood_of_unknown_words_is_not_told_without_end(desk: Any) -> None:
    for number in range(2000):
        desk.coalescer.want(f"no.{number}", 1)
    desk.coalescer.apply()
    assert len(desk.told) <= 256


def test_what_was_refused_does_not_split_every_frame_s_change(desk: Any) -> None:
    for number in range(60):
        desk.coalescer.want("dream.layers", {"no.such": 1.0})
        for word in NUMBERS[:8]:
            desk.coalescer.want(word, by_word()[word].at(number / 60))
        desk.coalescer.apply()
        desk.clock.advance(1 / 61)
    assert len(desk.changes) < 70


def test_commands_are_done_once_in_order_before_values(desk: Any) -> None:
    for name in ("next preset", "blackout", "next preset"):
        assert desk.coalescer.command(name)
    assert desk.done == []
    desk.coalescer.apply()
    desk.coalescer.apply()
    assert desk.done == ["next preset", "blackout", "next preset"]
    assert desk.told[1] == "did blackout"


def test_a_preset_that_is_loaded_does_not_take_away_what_is_wanted_with_it(desk: Any) -> None:
    desk.do = lambda name: str(desk.store.load(Settings()) and name)
    desk.coalescer.command("preset eyes")
    desk.coalescer.want("look.depth", 0.9)
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 0.9


def test_a_stuck_button_does_not_queue_without_end(desk: Any) -> None:
    taken = [desk.coalescer.command("next preset") for _ in range(1000)]
    assert sum(taken) == MOST_COMMANDS
    desk.coalescer.apply()
    assert len(desk.done) == MOST_COMMANDS
    assert desk.told[0] == f"more than {MOST_COMMANDS} commands in a frame; some are left out"


@pytest.mark.parametrize("fault", [InputError("no such preset"), KeyError("no such preset")])
def test_an_action_that_fails_is_told_and_the_next_is_done(desk: Any, fault: Exception) -> None:
    def do(name: str) -> str:
        if name == "bad":
            raise fault
        return name

    desk.do = do
    desk.coalescer.command("bad")
    desk.coalescer.command("good")
    desk.coalescer.apply()
    assert "bad is not possible: " in desk.told[0]
    assert desk.told[1] == "good"


def test_whatever_a_change_raises_the_rest_is_written(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    really = desk.store.change

    def changed(values: dict[str, Any], *where: Any) -> None:
        if "dream.guide" in values:
            raise OSError("a file that cannot be read")
        really(values, *where)

    monkeypatch.setattr(desk.store, "change", changed)
    desk.coalescer.want("dream.guide", "picture.jpg")
    desk.coalescer.want("look.depth", 0.9)
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 0.9
    assert desk.told == ["OSError: a file that cannot be read"]


def test_what_is_to_be_done_before_each_frame_may_fail(desk: Any) -> None:
    times: list[float] = []
    desk.coalescer.before_each(lambda now_s: desk.coalescer.want("look.depth", 1 / 0))
    desk.coalescer.before_each(lambda now_s: (times.append(now_s), desk.coalescer.want("look.light", 0.1)))
    for _ in range(2):
        desk.coalescer.apply()
        desk.clock.advance(0.25)
    assert times == [0.0, 0.25]
    assert desk.store.snapshot().look.light == 0.1
    assert desk.told == ["the modulators have stopped: ZeroDivisionError: division by zero"]


@pytest.fixture
def slow(desk: Any) -> Iterator[Slow]:
    made = Slow(desk)
    yield made
    made.leave.set()
    made.coalescer.close()


def test_a_picture_that_opens_slowly_keeps_no_other_value_waiting(slow: Slow) -> None:
    slow.coalescer.want("dream.guide", "far away")
    slow.coalescer.want("look.depth", 0.9)
    slow.coalescer.apply()
    assert slow.entered.wait(60)
    assert slow.store.snapshot().look.depth == 0.9
    for depth in (0.1, 0.2):
        slow.coalescer.want("dream.guide", f"further {depth}")
        slow.coalescer.want("look.depth", depth)
        slow.coalescer.apply()
        assert slow.store.snapshot().look.depth == depth
    slow.leave.set()
    slow.coalescer.settle(20)
    assert slow.tried == ["far away", "further 0.2"]


def test_a_command_that_takes_long_keeps_only_the_hand_waiting(slow: Slow) -> None:
    slow.coalescer.command("slowly")
    slow.coalescer.want("look.light", 0.1)
    slow.coalescer.want("look.depth", 0.9, "modulation")
    slow.coalescer.apply()
    assert slow.entered.wait(60)
    assert slow.store.snapshot().look.depth == 0.9
    assert slow.store.layer("hand") == {}
    slow.coalescer.command("blackout")
    assert slow.done == ["blackout"], "panic does not wait"
    slow.leave.set()
    slow.coalescer.settle(20)
    assert slow.done == ["blackout", "slowly"]
    assert slow.store.layer("hand") == {"look.light": 0.1}


def test_an_immediate_command_is_done_at_once_and_a_flood_of_them_is_not(desk: Any) -> None:
    desk.immediate.add("blackout")
    taken = [desk.coalescer.command("blackout") for _ in range(1000)]
    assert sum(taken) == MOST_COMMANDS == len(desk.done)
    desk.coalescer.apply()
    assert desk.coalescer.command("blackout")


def test_wanting_waits_for_no_change(desk: Any) -> None:
    """While one thread is in the middle of a change, others go on asking."""
    entered, leave = threading.Event(), threading.Event()
    desk.store.observe(lambda _: (entered.set(), leave.wait(60)))
    desk.coalescer.want("look.depth", 0.9)
    thread = threading.Thread(target=desk.coalescer.apply)
    thread.start()
    assert entered.wait(60)
    desk.coalescer.want("look.depth", 0.3)
    assert desk.coalescer.base("look.depth") == 0.9
    leave.set()
    thread.join(60)
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 0.3


def test_many_threads_lose_nothing(desk: Any) -> None:
    """Each thread's last value is applied, though applying goes on all the while."""
    stop = threading.Event()

    def apply() -> None:
        while not stop.is_set():
            desk.coalescer.apply()
        desk.coalescer.apply()

    applying = threading.Thread(target=apply)
    words = NUMBERS[:4]
    asking = [
        threading.Thread(
            target=lambda word=word: [
                desk.coalescer.want(word, by_word()[word].at(step / 500)) for step in range(501)
            ]
        )
        for word in words
    ]
    for thread in [applying, *asking]:
        thread.start()
    for thread in asking:
        thread.join(60)
    stop.set()
    applying.join(60)
    for word in words:
        assert by_word()[word].value_of(desk.store.snapshot()) == by_word()[word].at(1.0)
