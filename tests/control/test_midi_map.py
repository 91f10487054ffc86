"""Knobs and pads do what they are bound to, and nothing jumps."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.control.coalescer import Coalescer
from livedream.control.midi_binding import Binding, MidiMessage, MidiSource
from livedream.control.midi_map import STEP, MidiMap
from livedream.control.show_commands import ShowCommands
from livedream.errors import InputError
from livedream.runtime.commands import Commands
from livedream.runtime.panic import add_panic_commands
from livedream.runtime.parameters import Parameter
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, change
from livedream.settings.show_numbers import FADER

CC = MidiSource(1, "cc", 21)
PAD = MidiSource(10, "note", 36)
COMMANDS = ("blackout", "next preset")


def knob(value: int, number: int = 21, channel: int = 1) -> MidiMessage:
    return MidiMessage("cc", channel, number, value)


def turned(desk: Any, midi: MidiMap, *messages: MidiMessage) -> Settings:
    for message in messages:
        midi.feed(message)
    desk.coalescer.apply()
    settings: Settings = desk.store.snapshot()
    return settings


def mapped(desk: Any, *bindings: Binding) -> MidiMap:
    return MidiMap(desk.coalescer, COMMANDS, bindings)


def test_a_knob_turns_its_setting_over_its_range(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "dream.style_scale", pickup=False))
    assert turned(desk, midi, knob(0)).dream.style_scale == 0.25
    assert turned(desk, midi, knob(127)).dream.style_scale == pytest.approx(4.0)


def test_a_knob_of_its_own_range_turned_round(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth", low=0.8, high=0.2, pickup=False))
    assert turned(desk, midi, knob(0)).look.depth == pytest.approx(0.8)
    assert turned(desk, midi, knob(127)).look.depth == pytest.approx(0.2)


def test_others_do_nothing(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth", pickup=False))
    turned(desk, midi, knob(0, number=22), knob(0, channel=2), MidiMessage("note", 1, 21, 5))
    assert desk.changes == []


def test_one_knob_turns_two_settings(desk: Any) -> None:
    midi = mapped(desk, *(Binding(CC, word, pickup=False) for word in ("look.depth", "look.light")))
    settings = turned(desk, midi, knob(127))
    assert (settings.look.depth, settings.look.light) == (1.0, 1.0)


def test_a_pad_is_a_button_for_a_command(desk: Any) -> None:
    midi = mapped(desk, Binding(PAD, "blackout"))
    turned(desk, midi, MidiMessage("note", 10, 36, 90), MidiMessage("note", 10, 36, 0))
    assert desk.done == ["blackout"]


def test_a_knob_does_a_command_when_it_passes_the_threshold(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "blackout", threshold=0.75))
    turned(desk, midi, *map(knob, (0, 90, 100, 127, 110, 50, 127)))
    assert desk.done == ["blackout"] * 2


def test_a_program_change_is_a_button(desk: Any) -> None:
    midi = mapped(desk, Binding(MidiSource(1, "program", 3), "next preset"))
    turned(desk, midi, MidiMessage("program", 1, 3), MidiMessage("program", 1, 4))
    assert desk.done == ["next preset"]


def test_a_pad_turns_a_switch_on_and_off(desk: Any) -> None:
    midi = mapped(desk, Binding(PAD, "look.steer"))
    hit = MidiMessage("note", 10, 36, 90)
    states = [turned(desk, midi, hit, MidiMessage("note", 10, 36, 0)).look.steer for _ in range(3)]
    assert states == [False, True, False]


def test_a_knob_turns_a_switch_at_the_threshold_and_not_again(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.steer", threshold=0.25))
    assert not turned(desk, midi, knob(10)).look.steer
    assert turned(desk, midi, knob(40)).look.steer
    desk.store.change({"look.steer": False}, "elsewhere")
    assert not turned(desk, midi, knob(41)).look.steer


def test_a_choice_is_reached_by_knob_and_by_pad(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "dream.rank", pickup=False), Binding(PAD, "dream.rank"))
    assert turned(desk, midi, knob(127)).dream.rank == "average"
    assert turned(desk, midi, knob(0)).dream.rank == "all"
    assert turned(desk, midi, MidiMessage("note", 10, 36, 1)).dream.rank == "strongest"


def test_fourteen_bits_are_finer_than_seven(desk: Any) -> None:
    midi = mapped(desk, Binding(MidiSource(1, "cc14", 5), "look.depth", pickup=False))
    assert turned(desk, midi, knob(64, 5), knob(1, 37)).look.depth == pytest.approx(8193 / 16383)
    assert turned(desk, midi, knob(64, 5), knob(2, 37)).look.depth == pytest.approx(8194 / 16383)
    assert turned(desk, midi, knob(127, 5), knob(127, 37)).look.depth == 1.0


def test_fourteen_bits_whose_fine_half_never_comes_are_seven(desk: Any) -> None:
    midi = mapped(desk, Binding(MidiSource(1, "cc14", 5), "look.depth", pickup=False))
    assert turned(desk, midi, knob(127, 5)).look.depth == 1.0


@given(st.floats(0, 1), st.lists(st.integers(0, 127), min_size=1, max_size=30))
def test_a_knob_waits_until_it_reaches_or_passes_the_value(stands: float, moves: list[int]) -> None:
    store = SettingsStore(change(Settings(), {"look.depth": stands}))
    coalescer = Coalescer(store, ShowCommands(Commands()), clock=ManualClock())
    midi = MidiMap(coalescer, (), [Binding(CC, "look.depth")])
    shares = [move / 127 for move in moves]
    for number, move in enumerate(moves):
        midi.feed(knob(move))
        coalescer.apply()
        if store.snapshot().look.depth != stands or store.layer("hand"):
            before = shares[max(0, number - 1)]
            low, high = sorted((before, shares[number]))
            assert low - STEP <= stands <= high + STEP
            break
        assert abs(shares[number] - stands) > STEP * 0.99
    else:
        assert all(share < stands for share in shares) or all(share > stands for share in shares)


def test_after_a_preset_change_a_knob_waits_again(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"))
    assert turned(desk, midi, knob(50), knob(60), knob(120)).look.depth == pytest.approx(120 / 127)
    desk.store.load(change(Settings(), {"look.depth": 0.2}))
    assert turned(desk, midi, knob(121)).look.depth == 0.2
    assert turned(desk, midi, knob(100)).look.depth == 0.2
    assert turned(desk, midi, knob(20)).look.depth == pytest.approx(20 / 127)


def test_a_preset_change_that_modulation_hides_lets_go_of_knobs_too(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"))
    turned(desk, midi, knob(50), knob(60), knob(120))
    desk.store.change({"look.depth": 0.8}, "lfo", "modulation")
    desk.store.load(change(Settings(), {"look.depth": 0.2}))
    turned(desk, midi, knob(121))
    assert desk.coalescer.base("look.depth") == 0.2


def test_a_knob_s_own_values_do_not_stop_it(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"))
    turned(desk, midi, knob(50), knob(60))
    for value in range(61, 120, 2):
        midi.feed(knob(value))
        settings = turned(desk, midi, knob(value + 1))
        assert settings.look.depth == pytest.approx((value + 1) / 127)


def test_a_value_that_the_knob_once_sent_stops_it_when_it_comes_from_elsewhere(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"))
    turned(desk, midi, knob(50), knob(60))
    old = desk.store.snapshot().look.depth
    turned(desk, midi, knob(120))
    desk.store.change({"look.depth": old}, "elsewhere")
    assert turned(desk, midi, knob(121)).look.depth == old


def test_modulation_is_not_taken_for_a_hand(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"))
    turned(desk, midi, knob(50), knob(60))
    desk.store.change({"look.depth": 0.01}, "lfo", "modulation")
    turned(desk, midi, knob(61))
    assert desk.coalescer.base("look.depth") == pytest.approx(61 / 127)


def test_the_next_message_is_learned(desk: Any) -> None:
    learned: list[Binding] = []
    midi = MidiMap(desk.coalescer, COMMANDS, learned=learned.append)
    midi.learn("look.depth", low=0.1, high=0.9)
    assert midi.learning == "look.depth"
    midi.feed(MidiMessage("note", 1, 5, 0))
    midi.feed(knob(3, number=70, channel=4))
    assert midi.learning is None
    assert midi.bindings == (Binding(MidiSource(4, "cc", 70), "look.depth", 0.1, 0.9),)
    assert learned == list(midi.bindings)


def test_what_is_learned_does_nothing_yet(desk: Any) -> None:
    midi = mapped(desk)
    midi.learn("blackout")
    turned(desk, midi, MidiMessage("note", 10, 36, 100))
    assert desk.done == []
    turned(desk, midi, MidiMessage("note", 10, 36, 100))
    assert desk.done == ["blackout"]
    midi.learn("look.depth")
    turned(desk, midi, knob(round(0.44 * 127)))
    assert desk.store.layer("hand") == {}
    assert turned(desk, midi, knob(90)).look.depth == pytest.approx(90 / 127)


def test_what_is_learned_takes_the_place_of_what_was_bound(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"), Binding(PAD, "look.light"))
    midi.learn("look.light")
    midi.feed(knob(3))
    assert midi.bindings == (Binding(CC, "look.light"),)


def test_both_halves_of_a_fine_knob_are_learned(desk: Any) -> None:
    midi = mapped(desk)
    midi.learn("look.depth")
    for number in (7, 39, 7, 39):
        midi.feed(knob(64, number))
    assert midi.bindings == (Binding(MidiSource(1, "cc14", 7), "look.depth"),)


def test_another_knob_is_not_taken_for_the_fine_half(desk: Any) -> None:
    midi = mapped(desk)
    midi.learn("look.depth")
    for number in (7, 7, 39, 39):
        midi.feed(knob(64, number))
    assert midi.bindings == (Binding(MidiSource(1, "cc", 7), "look.depth"),)


def test_learning_can_be_stopped_and_bindings_taken_away(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "look.depth"))
    midi.learn("look.light")
    midi.stop_learning()
    turned(desk, midi, knob(3))
    assert midi.bindings == (Binding(CC, "look.depth"),)
    midi.unbind("look.depth")
    midi.bind(Binding(PAD, "blackout"))
    assert midi.bindings == (Binding(PAD, "blackout"),)


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        (Binding(CC, "look.deepth"), "target = 'look.deepth' is neither a setting nor a command"),
        (Binding(CC, "dream.layers"), "target = 'dream.layers' is a table, which no knob can set"),
        (Binding(MidiSource(17, "cc", 1), "look.depth"), "channel = 17 is not possible"),
        (Binding(MidiSource(1, "cc", 128), "look.depth"), "number = 128 is not possible"),
        (Binding(MidiSource(1, "cc14", 40), "look.depth"), "number = 40 is not possible"),
        (Binding(MidiSource(1, "wheel", 4), "look.depth"), "kind = 'wheel' is not possible"),  # type: ignore[arg-type]
        (Binding(CC, "look.depth", low=-1.0), "low = -1.0 is not possible"),
        (Binding(CC, "look.depth", low=0.5, high=0.5), "low = 0.5 is not possible: it must differ"),
        (Binding(CC, "blackout", low=0.5), "low and high are not possible"),
        (Binding(CC, "look.depth", threshold=float("nan")), "threshold = nan is not possible"),
    ],
)
def test_what_cannot_be_bound_is_told(desk: Any, binding: Binding, told: str) -> None:
    midi = mapped(desk)
    with pytest.raises(InputError, match=told):
        midi.bind(binding)
    with pytest.raises(InputError, match=told):
        midi.use([binding])
    assert midi.bindings == ()


def test_any_thread_may_feed(desk: Any) -> None:
    midi = mapped(desk, *(Binding(MidiSource(1, "cc", n), "look.depth", pickup=False) for n in range(4)))
    threads = [
        threading.Thread(target=lambda n=n: [midi.feed(knob(v % 128, n)) for v in range(500)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for _ in range(20):
        desk.coalescer.apply()
        desk.store.load(Settings())
    for thread in threads:
        thread.join(60)
    midi.feed(knob(127, 0))
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 1.0


def test_a_binding_is_changed_in_its_place(desk: Any) -> None:
    first, second = Binding(CC, "look.depth", pickup=False), Binding(PAD, "blackout")
    midi = mapped(desk, first, second)
    turned(desk, midi, knob(127))
    narrow = replace(first, low=0.2, high=0.6)
    midi.change(first, narrow)
    assert midi.bindings == (narrow, second)
    assert turned(desk, midi, knob(126), knob(127)).look.depth == pytest.approx(0.6)
    with pytest.raises(KeyError):
        midi.change(first, narrow)
    with pytest.raises(InputError, match="low = 3"):
        midi.change(narrow, replace(first, low=3.0))
    assert midi.bindings == (narrow, second)


class Faded:
    """A fader that a test moves, too."""

    def __init__(self, desk: Any, stands: float = 0.0) -> None:
        self.stands, self.seen = stands, []
        desk.parameters.join(Parameter(FADER, lambda: self.stands, self.move))

    def move(self, number: float) -> None:
        self.stands = number
        self.seen.append(number)


def test_a_knob_learns_the_fader_picks_it_up_and_lets_go_when_others_move_it(desk: Any) -> None:
    fader = Faded(desk, 0.5)
    midi = mapped(desk)
    midi.learn("fader")
    for value in (20, 30, 40):
        turned(desk, midi, knob(value))
    assert fader.seen == [], "it has not been passed yet"
    turned(desk, midi, knob(70), knob(80))
    assert fader.stands == pytest.approx(80 / 127)
    fader.stands = 0.1
    turned(desk, midi, knob(81))
    assert fader.stands == 0.1, "another hand has moved it"
    turned(desk, midi, knob(10), knob(40))
    assert fader.stands == pytest.approx(40 / 127)


def test_the_fader_takes_a_controller_of_fourteen_bits_with_a_range_of_its_own(desk: Any) -> None:
    fader = Faded(desk)
    fine = MidiSource(1, "cc14", 7)
    midi = mapped(desk, Binding(fine, "fader", low=1.0, high=0.0, pickup=False))
    turned(desk, midi, knob(64, number=7), knob(1, number=39))
    assert fader.stands == pytest.approx(1 - (64 * 128 + 1) / 16383)


def test_a_knob_on_a_fader_that_the_show_has_not_says_so(desk: Any) -> None:
    midi = mapped(desk, Binding(CC, "fader", pickup=False))
    turned(desk, midi, knob(64))
    assert desk.told == ["this show has no fader"]


@pytest.mark.parametrize("source", [PAD, CC])
def test_a_pad_that_resets_all_does_so_and_the_show_goes_on(desk: Any, source: MidiSource) -> None:
    """What is reset is noted by the map itself: its knobs have to pick the values up again."""
    commands = Commands()
    add_panic_commands(
        commands, SimpleNamespace(switch_panic=str, expect_reset=str), desk.store, lambda: None
    )  # type: ignore[arg-type]
    coalescer = Coalescer(desk.store, ShowCommands(commands, parameters=desk.parameters), clock=desk.clock)
    midi = MidiMap(coalescer, ("reset all",), [Binding(source, "reset all")])
    desk.store.change({"look.depth": 0.2}, "hand")
    feeding = threading.Thread(
        target=midi.feed, args=(MidiMessage(source.kind, source.channel, source.number, 127),), daemon=True
    )
    feeding.start()
    feeding.join(60)
    assert not feeding.is_alive()
    assert desk.store.snapshot() == Settings()
