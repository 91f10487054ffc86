"""Controllers come and go, and show what stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from livedream.control.fake_midi import FakeMidi, FakePort
from livedream.control.lane import DirectLane, Lane
from livedream.control.midi_binding import Binding, MidiMessage, MidiSource
from livedream.control.midi_map import MidiMap
from livedream.control.midi_ports import NONE_THERE, MidiPorts
from livedream.health import Health
from livedream.runtime.parameters import Parameter
from livedream.settings import Settings, change, show_numbers

FADER = MidiSource(1, "cc", 7)


class Rig:
    def __init__(self, desk: Any, *bindings: Binding, wanted: tuple[str, ...] = ()) -> None:
        self.desk, self.system = desk, FakeMidi()
        self.ticks: list[tuple[int, float, str]] = []
        self.map = MidiMap(desk.coalescer, ("blackout",), bindings)
        self.ports = MidiPorts(
            self.map,
            lambda: self.system,
            wanted,
            clocked=lambda *tick: self.ticks.append(tick),
            tell=desk.told.append,
            clock=desk.clock,
            lane=DirectLane,
        )

    def plug(self, *names: str) -> None:
        self.system.there = list(names)
        self.pass_s(1.0)

    def pass_s(self, seconds: float) -> None:
        self.desk.clock.advance(seconds)
        self.ports.step()


def test_controllers_are_opened_when_they_come_and_closed_when_they_go(desk: Any) -> None:
    rig = Rig(desk)
    rig.plug("nano")
    assert rig.ports.names == ("nano",)
    first = rig.system.ins["nano"]
    rig.plug("nano", "keys")
    assert rig.ports.names == ("nano", "keys")
    rig.plug("keys")
    assert rig.ports.names == ("keys",)
    assert first.closed == 1
    rig.plug("keys", "nano")
    assert rig.system.ins["nano"] is not first
    assert desk.told == [
        "the MIDI controller nano is connected",
        "the MIDI controller keys is connected",
        "the MIDI controller nano is gone; it is opened again when it is back",
        "the MIDI controller nano is connected",
    ]


def test_only_those_that_are_named_are_opened(desk: Any) -> None:
    rig = Rig(desk, wanted=("Nano",))
    rig.plug("keys 20:0", "nanoKONTROL 24:0")
    assert rig.ports.names == ("nanoKONTROL 24:0",)


def test_it_looks_once_a_second(desk: Any) -> None:
    rig = Rig(desk)
    rig.pass_s(0)
    rig.system.there = ["nano"]
    rig.pass_s(0.5)
    assert rig.ports.names == ()
    rig.pass_s(0.5)
    assert rig.ports.names == ("nano",)


def test_one_that_is_busy_is_told_now_and_then_and_opened_when_it_is_free(desk: Any) -> None:
    rig = Rig(desk)
    rig.system.busy = ["nano"]
    for _ in range(10):
        rig.plug("nano")
    assert sorted(desk.told) == [
        "the MIDI controller nano cannot be opened: busy; another program may use it",
        "the lights of nano cannot be reached: busy",
    ]
    rig.system.busy = []
    rig.plug("nano")
    assert rig.ports.names == ("nano",)


def test_without_a_midi_system_the_show_goes_on(desk: Any) -> None:
    rig = Rig(desk)
    rig.system.broken = True
    for _ in range(10):
        rig.pass_s(1.0)
    assert desk.told == ["MIDI cannot be looked at: no sequencer"]
    assert rig.system.looked == 1
    rig.system.broken = False
    rig.system.there = ["nano"]
    rig.pass_s(30.0)
    assert rig.ports.names == ("nano",)


def test_what_a_controller_sends_turns_knobs(desk: Any) -> None:
    rig = Rig(desk, Binding(FADER, "look.depth", pickup=False))
    rig.plug("nano")
    rig.system.heard["nano"](bytes((0xB0, 7, 127)))
    rig.pass_s(0)
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 1.0


@pytest.mark.parametrize(
    "noise", [b"", b"\xf0", b"\xb0", b"\xb0\x07", b"\xb0\xff\xff", b"\xe0\0\0", bytes(300)]
)
def test_what_is_nothing_does_nothing(desk: Any, noise: bytes) -> None:
    rig = Rig(desk, Binding(FADER, "look.depth", pickup=False))
    rig.plug("nano")
    rig.system.heard["nano"](noise)
    desk.coalescer.apply()
    assert desk.changes == []


def test_clock_is_passed_on_with_its_time_and_its_port(desk: Any) -> None:
    rig = Rig(desk)
    rig.plug("nano", "drums")
    desk.clock.advance(0.5)
    rig.system.play("nano", 0xF8)
    rig.system.play("drums", 0xFA)
    assert rig.ticks == [(0xF8, 1.5, "nano"), (0xFA, 1.5, "drums")]


def test_a_motor_fader_is_moved_when_others_change_its_setting(desk: Any) -> None:
    rig = Rig(desk, Binding(FADER, "look.depth"))
    rig.plug("nano")
    sent = rig.system.outs["nano"].sent
    assert sent == [bytes((0xB0, 7, round(0.44 * 127)))]
    desk.store.change({"look.depth": 1.0}, "elsewhere")
    rig.pass_s(0.1)
    assert sent[1:] == [bytes((0xB0, 7, 127))]
    desk.store.load(change(Settings(), {"look.depth": 0.0}))
    rig.pass_s(0.1)
    assert sent[2:] == [bytes((0xB0, 7, 0))]
    desk.store.change({"look.depth": 0.7}, "lfo", "modulation")
    rig.pass_s(0.1)
    assert len(sent) == 3


def test_a_fader_in_a_hand_is_left_alone(desk: Any) -> None:
    rig = Rig(desk, Binding(FADER, "look.depth", pickup=False))
    rig.plug("nano")
    sent = rig.system.outs["nano"].sent
    sent.clear()
    for value in range(100):
        rig.system.heard["nano"](bytes((0xB0, 7, value)))
        desk.coalescer.apply()
        rig.pass_s(0.02)
    desk.store.change({"look.depth": 0.0}, "elsewhere")
    rig.pass_s(0.1)
    assert sent == []
    rig.pass_s(0.3)
    assert sent == [bytes((0xB0, 7, 0))]


def test_a_fader_that_set_the_value_itself_is_not_moved_afterwards(desk: Any) -> None:
    rig = Rig(desk, Binding(FADER, "look.depth", pickup=False))
    rig.plug("nano")
    sent = rig.system.outs["nano"].sent
    sent.clear()
    rig.system.heard["nano"](bytes((0xB0, 7, 99)))
    desk.coalescer.apply()
    rig.pass_s(1)
    assert sent == []


def test_lights_show_switches_and_fine_faders_both_halves(desk: Any) -> None:
    pad, fine = MidiSource(10, "note", 36), MidiSource(2, "cc14", 3)
    rig = Rig(desk, Binding(pad, "look.steer"), Binding(fine, "look.depth"), Binding(FADER, "blackout"))
    rig.plug("nano")
    assert set(rig.system.outs["nano"].sent) == {
        bytes((0x99, 36, 127)),
        bytes((0xB1, 3, 7209 >> 7)),
        bytes((0xB1, 35, 7209 & 127)),
    }


def test_what_is_learned_is_shown(desk: Any) -> None:
    rig = Rig(desk)
    rig.plug("nano")
    rig.map.bind(Binding(FADER, "look.light"))
    rig.pass_s(0.1)
    assert rig.system.outs["nano"].sent == [bytes((0xB0, 7, round(0.7 * 127)))]


def test_a_controller_that_goes_while_it_is_sent_to_is_told(desk: Any) -> None:
    rig = Rig(desk, Binding(FADER, "look.light"))
    rig.plug("nano")
    rig.system.there = []
    desk.store.change({"look.light": 0.1}, "elsewhere")
    rig.pass_s(0.1)
    assert desk.told[-1] == "the lights of nano cannot be reached: it is gone"


def test_it_gives_everything_back(desk: Any) -> None:
    rig = Rig(desk)
    rig.plug("nano")
    rig.ports.close()
    assert rig.system.ins["nano"].closed == 1
    assert rig.system.outs["nano"].closed == 1
    assert rig.ports.names == ()


def test_of_a_knob_the_newest_counts_and_of_a_button_each_press(desk: Any) -> None:
    rig = Rig(
        desk,
        Binding(FADER, "look.light", pickup=False),
        Binding(MidiSource(1, "cc", 8), "blackout"),
        Binding(MidiSource(1, "cc", 9), "look.steer"),
    )
    rig.plug("nano")
    fed: list[MidiMessage] = []
    rig.map.feed = lambda message, feed=rig.map.feed: (fed.append(message), feed(message))
    for value in range(128):
        rig.system.play("nano", 0xB0, 7, value)
    for _ in range(3):
        for value in (127, 0):
            rig.system.play("nano", 0xB0, 8, value)
    for value in (127, 0):
        rig.system.play("nano", 0xB0, 9, value)
    rig.pass_s(0)
    desk.coalescer.apply()
    assert [message.value for message in fed if message.number == 7] == [127]
    assert desk.store.snapshot().look.light == 1.0
    assert desk.done == ["blackout"] * 3
    assert not desk.store.snapshot().look.steer


def test_halves_of_a_fader_that_wait_are_put_together(desk: Any) -> None:
    rig = Rig(desk, Binding(MidiSource(1, "cc14", 7), "look.light", pickup=False))
    rig.plug("nano")
    for value in range(0, 16384, 100):
        rig.system.play("nano", 0xB0, 7, value >> 7)
        rig.system.play("nano", 0xB0, 39, value & 127)
    rig.pass_s(0)
    desk.coalescer.apply()
    assert desk.store.snapshot().look.light == pytest.approx(16300 / 16383)


def test_that_there_is_none_is_said_once(desk: Any) -> None:
    rig = Rig(desk)
    for _ in range(3):
        rig.pass_s(1.0)
    assert desk.told == ["no MIDI controller is plugged in; one that comes is opened"]
    rig.plug("nano")
    rig.plug()
    assert len(desk.told) == 3


def test_of_two_knobs_of_one_setting_the_one_that_moved_last_counts(desk: Any) -> None:
    knobs = [Binding(MidiSource(1, "cc", number), "look.depth", pickup=False) for number in (7, 8)]
    rig = Rig(desk, *knobs)
    rig.plug("nano")
    for number, value in ((7, 127), (8, 64), (7, 0)):
        rig.system.play("nano", 0xB0, number, value)
    rig.pass_s(0.1)
    desk.coalescer.apply()
    assert desk.store.layer("hand") == {"look.depth": 0.0}


class Hanging(FakeMidi):
    """A system in which a controller takes its time to open."""

    def __init__(self, *there: str) -> None:
        super().__init__(*there)
        self.begun, self.may_open = threading.Event(), threading.Event()

    def open_input(self, name: str, heard: Callable[[bytes], None]) -> FakePort:
        self.begun.set()
        assert self.may_open.wait(60)
        return super().open_input(name, heard)


def test_a_controller_that_hangs_holds_up_nobody_and_is_closed_if_it_is_not_wanted_any_more(
    desk: Any,
) -> None:
    system = Hanging("nano")
    ports = MidiPorts(MidiMap(desk.coalescer, ()), lambda: system, tell=desk.told.append, clock=desk.clock)
    assert ports.health.state == "starting"
    for _ in range(3):
        ports.step()
        assert system.begun.wait(60)
        desk.clock.advance(2.0)
    assert (ports.health.state, ports.names) == ("starting", ())
    ports._lane.wait_idle = lambda _: False  # type: ignore[method-assign]
    ports._lane.close = lambda seconds=0.0: None  # type: ignore[method-assign]
    ports.close()
    system.may_open.set()
    assert Lane.wait_idle(ports._lane, 20)
    assert system.ins["nano"].closed == 1


def test_how_they_are_is_told(desk: Any) -> None:
    rig = Rig(desk)
    rig.pass_s(1.0)
    assert (rig.ports.health.state, rig.ports.health.message) == ("starting", NONE_THERE)
    rig.plug("nano")
    assert rig.ports.health == Health("live", "nano")
    rig.system.busy = ["keys"]
    rig.plug("keys")
    assert rig.ports.health.state == "failed"
    assert "another program may use it" in rig.ports.health.message


def test_a_motor_fader_follows_the_fader_that_moves_by_itself(desk: Any) -> None:
    stands = [0.0]
    desk.parameters.join(Parameter(show_numbers.FADER, lambda: stands[0], partial(stands.__setitem__, 0)))
    rig = Rig(desk, Binding(FADER, "fader"))
    rig.plug("nano")
    for number, sent in ((0.5, 64), (1.0, 127)):
        stands[0] = number
        rig.pass_s(0.1)
        assert rig.system.outs["nano"].sent[-1] == bytes((0xB0, 7, sent))
    count = len(rig.system.outs["nano"].sent)
    rig.pass_s(0.1)
    assert len(rig.system.outs["nano"].sent) == count, "what is known is not sent again"
