"""A show is turned from elsewhere while it runs, and goes on whatever is missing."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.control.fake_midi import FakeMidi
from livedream.control.lane import DirectLane
from livedream.control.osc_reading import OscReader
from livedream.control.osc_writing import osc_packet
from livedream.errors import InputError
from livedream.health import Health
from livedream.presets import Preset, load, save
from livedream.runtime.performer_actions import performer_commands
from livedream.runtime.playlist import Playlist
from livedream.settings.modulation_row import ModulationRow

HERE = ("127.0.0.1", 0)


class Show:
    """Two presets, what controls them, and what was told."""

    def __init__(self, second: Preset | None = None) -> None:
        self.clock = ManualClock()
        self.playlist = Playlist([load("eyes"), second or load("weave")])
        self.store = self.playlist.store
        self.commands = performer_commands(self.playlist)
        self.told: list[str] = []
        self.midi = FakeMidi("nano")

    def controls(self, **plan: Any) -> Controls:
        """Return controls that are stepped by the test."""
        return Controls(
            self.store,
            self.commands,
            self.playlist,
            ControlPlan(**plan),
            tell=self.told.append,
            clock=self.clock,
            backend=lambda: self.midi,
            lane=DirectLane,
        )


@pytest.fixture
def show() -> Show:
    return Show()


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    end_s = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end_s, "it takes too long"
        time.sleep(0.002)


def sent(port: int, *packets: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in packets:
            sender.sendto(packet, ("127.0.0.1", port))


def test_osc_turns_the_show_while_it_is_entered(show: Show) -> None:
    before = set(threading.enumerate())
    controls = Controls(show.store, show.commands, show.playlist, ControlPlan(osc=HERE))
    with controls:
        assert controls.osc is not None
        sent(controls.osc.port, osc_packet("/preset", "weave"), osc_packet("/look/depth", 7.0))
        until(lambda: show.playlist.name == "weave" and show.store.snapshot().look.depth == 1.0)
        assert controls.status().osc == f"127.0.0.1:{controls.osc.port}"
    assert not set(threading.enumerate()) - before


def test_what_changes_is_sent_to_those_who_follow(show: Show) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(HERE)
        client.settimeout(20)
        controls = show.controls(osc_to=client.getsockname())
        controls.open()
        controls.step()
        known = {message.address for _ in range(20) for message in OscReader().read(client.recv(9000))}
        assert known, "one who comes is sent everything"
        controls.close()


def test_a_port_that_is_taken_is_said_in_a_sentence_and_the_show_goes_on(show: Show) -> None:
    first = show.controls(osc=HERE)
    first.open()
    assert first.osc is not None
    other = Show()
    second = other.controls(osc=("127.0.0.1", first.osc.port))
    second.open()
    second.step()
    assert other.told
    assert second.status().osc == ""
    assert list(second.status().problems) == other.told
    assert "OSC cannot listen on 127.0.0.1" in other.told[0]
    first.close()
    second.close()


def test_a_library_that_is_missing_is_said_in_a_sentence(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pythonosc", None)
    monkeypatch.setitem(sys.modules, "pythonosc.osc_message", None)
    controls = show.controls(osc=HERE)
    controls.open()
    controls.step()
    controls.close()
    assert show.told == [
        "OSC needs pythonosc, which is not installed; install it with: pip install 'livedream[control]'"
    ]


def test_what_was_asked_for_last_is_done_before_the_end(show: Show) -> None:
    controls = show.controls(osc=HERE)
    controls.open()
    controls.coalescer.want("look.depth", 0.9)
    controls.close()
    assert show.store.snapshot().look.depth == 0.9


def test_a_knob_is_learned_turns_its_setting_and_is_kept(show: Show, tmp_path: Path) -> None:
    controls = show.controls(midi="", profiles=tmp_path)
    controls.open()
    controls.step()
    assert controls.status().midi == ("nano",)
    assert controls.midi is not None
    controls.midi.map.learn("look.depth", pickup=False)
    assert controls.status().learning == "look.depth"
    for value in (3, 127):
        show.midi.play("nano", 0xB0, 21, value)
    controls.step()
    assert show.store.snapshot().look.depth == 1.0
    controls.close()
    assert "look.depth" in (tmp_path / "default.toml").read_text(encoding="utf-8")


def test_controllers_that_are_plugged_in_later_are_taken_up(show: Show, tmp_path: Path) -> None:
    show.midi.there.clear()
    controls = show.controls(midi="", profiles=tmp_path)
    controls.open()
    controls.step()
    assert controls.status().midi == ()
    show.midi.there.append("keys")
    show.clock.advance(1.0)
    controls.step()
    assert controls.status().midi == ("keys",)
    controls.close()


def test_a_profile_that_is_wrong_is_refused_before_the_show(show: Show, tmp_path: Path) -> None:
    (tmp_path / "stage.toml").write_text("knobs = 3", encoding="utf-8")
    with pytest.raises(InputError, match="knobs = 3 is not possible"):
        show.controls(midi="stage", profiles=tmp_path)


def test_without_midi_s_libraries_the_show_goes_on(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    plan = ControlPlan(midi="", profiles=tmp_path)
    controls = Controls(
        show.store,
        show.commands,
        show.playlist,
        plan,
        tell=show.told.append,
        clock=show.clock,
        lane=DirectLane,
    )
    controls.open()
    for _ in range(4):
        controls.step()
        show.clock.advance(40)
    assert controls.status().midi == ()
    assert controls.status().inputs["MIDI"] == Health(
        "failed", "MIDI needs rtmidi, which is not installed", "pip install 'livedream[control]'"
    )
    (told,) = show.told
    assert told.startswith("MIDI needs rtmidi, which is not installed; install it with: pip")
    controls.close()


def test_midi_s_libraries_are_loaded_where_the_window_does_not_wait(show: Show, tmp_path: Path) -> None:
    may_load, loaded_in = threading.Event(), list[str]()

    def slow() -> FakeMidi:
        may_load.wait(60)
        loaded_in.append(threading.current_thread().name)
        return show.midi

    controls = Controls(
        show.store, show.commands, plan=ControlPlan(profiles=tmp_path), clock=show.clock, backend=slow
    )
    controls.use_midi()
    controls.step()
    assert controls.status().inputs["MIDI"].state == "starting"
    may_load.set()
    until(lambda: controls.status().midi == ("nano",))
    controls.close()
    assert loaded_in == ["MIDI ports"]


def test_midi_is_begun_and_its_profile_changed_in_mid_show(show: Show, tmp_path: Path) -> None:
    controls = show.controls(profiles=tmp_path)
    controls.open()
    assert controls.status().midi is None
    controls.use_midi().map.learn("look.depth")
    controls.step()
    show.midi.play("nano", 0xB0, 21, 3)
    controls.use_midi("stage")
    controls.step()
    assert controls.status().profile == tmp_path / "stage.toml"
    assert (tmp_path / "default.toml").exists(), "what the one before has learned is kept"
    assert show.midi.ins["nano"].closed == 0
    controls.close()


def test_the_tempo_is_tapped_by_a_pad_and_presets_come_on_its_bar(show: Show, tmp_path: Path) -> None:
    (tmp_path / "pads.toml").write_text(
        '[[binding]]\ntarget = "tap"\nkind = "note"\nnumber = 36\n'
        '[[binding]]\ntarget = "preset weave"\nkind = "note"\nnumber = 37\n',
        encoding="utf-8",
    )
    controls = show.controls(midi="pads", profiles=tmp_path, quantise="bar")
    controls.open()
    controls.step()
    for _ in range(8):
        show.midi.play("nano", 0x90, 36, 100)
        show.clock.advance(0.5)
    assert controls.status().bpm == pytest.approx(120, rel=0.01)
    show.commands.do("resync")
    show.clock.advance(0.1)
    show.playlist.advance(show.clock.now_s())
    show.midi.play("nano", 0x90, 37, 100)
    controls.step()
    controls.coalescer.settle(20)
    assert (show.playlist.name, show.playlist.asked) == ("eyes", "weave")
    assert "preset: weave, on the next bar" in show.told
    show.clock.advance(1.91)
    show.playlist.advance(show.clock.now_s())
    assert show.playlist.name == "weave"
    controls.close()


def test_midi_clock_is_the_tempo(show: Show, tmp_path: Path) -> None:
    controls = show.controls(midi="", profiles=tmp_path)
    controls.open()
    controls.step()
    show.midi.play("nano", 0xFA)
    for _ in range(96):
        show.midi.play("nano", 0xF8)
        show.clock.advance(60 / 140 / 24)
    assert controls.status().bpm == pytest.approx(140, rel=0.01)
    assert controls.status().beat == pytest.approx(4.0, abs=0.05)
    assert controls.status().leader == "MIDI clock"
    show.commands.do("resync")
    assert controls.status().leader == "MIDI clock"
    show.commands.do("tap")
    assert controls.status().leader == "hand"
    controls.close()


def test_midi_is_switched_off_and_on_in_mid_show(show: Show, tmp_path: Path) -> None:
    controls = show.controls(midi="", profiles=tmp_path)
    controls.open()
    controls.learn("look.depth")
    controls.step()
    show.midi.play("nano", 0xB0, 21, 3)
    first = show.midi.ins["nano"]
    controls.close_midi()
    assert controls.status().midi is None
    controls.step()
    assert first.closed == 1
    assert [one.target for one in controls.use_midi().map.bindings] == ["look.depth"]
    controls.close()


def test_osc_is_switched_on_elsewhere_and_off_in_mid_show(show: Show) -> None:
    controls = show.controls()
    controls.open()
    ports = []
    for _ in range(2):
        controls.inputs.use_osc(HERE)
        assert controls.inputs.settle(20)
        assert controls.osc is not None
        ports.append(controls.osc.port)
        controls.osc.inbox.put(osc_packet("/look/depth", 0.25 * len(ports)), "127.0.0.1")
        controls.step()
        assert show.store.snapshot().look.depth == 0.25 * len(ports)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", ports[0]))  # the first one was given back
    controls.inputs.osc.turn_off()
    assert controls.inputs.settle(20)
    controls.step()
    assert controls.status().osc == ""
    controls.close()


def test_a_problem_is_over_when_its_port_can_be_had(show: Show) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(HERE)
        controls = show.controls(osc=taken.getsockname())
        controls.open()
        assert len(controls.status().problems) == 1
        assert controls.status().inputs["OSC"].state == "failed"
    controls.inputs.use_osc(HERE)
    assert controls.inputs.settle(20)
    assert controls.status().problems == ()
    controls.close()


def test_the_tempo_s_commands_are_the_show_s_while_it_is_controlled(show: Show) -> None:
    controls = show.controls()
    assert {"tap", "resync", "quantise"} <= set(show.commands)
    controls.close()
    assert "tap" not in show.commands


def test_macros_are_turned_by_osc_and_stay_from_preset_to_preset(show: Show) -> None:
    controls = show.controls(osc=HERE)
    controls.open()
    assert controls.osc is not None
    controls.osc.inbox.put(osc_packet("/macro/depth", 1.0), "127.0.0.1")
    controls.step()
    controls.step()
    deep = show.store.snapshot().look.depth
    assert deep > show.playlist.shown.settings.look.depth
    moved = controls.matrix.movement.rows
    assert {row.source: move for row, move in moved.items() if row.word == "look.depth"} == {
        "depth": pytest.approx(0.5)
    }
    show.playlist.show(1)
    controls.step()
    assert show.store.snapshot().macro.depth == 1.0
    show.commands.do("next preset")
    show.store.hold(show.store.held, on=False)
    show.store.clear("hand")
    for _ in range(2):
        controls.step()
    assert show.store.snapshot() == show.playlist.shown.settings, "reset all puts them to rest"
    controls.close()


def test_a_preset_brings_its_rows(tmp_path: Path) -> None:
    rows = (ModulationRow("square 2 beats", "look.depth", 0.1), ModulationRow("bas", "look.light"))
    file = tmp_path / "mine.toml"
    save(file, load("weave").settings, rows=rows)
    show = Show(load(str(file)))
    controls = show.controls()
    assert controls.matrix.rows_to_save == ()
    show.playlist.show(1)
    for _ in range(2):
        controls.step()
        show.clock.advance(0.1)
    assert controls.matrix.rows_to_save == rows
    base = show.playlist.shown.settings.look.depth
    assert show.store.snapshot().look.depth == pytest.approx(base + 0.1)
    assert any("mine: there is no source 'bas'" in said for said in show.told)
    show.playlist.show(0)
    controls.step()
    assert show.store.snapshot() == show.playlist.shown.settings
    controls.close()


def test_mapping_a_control_needs_three_words(show: Show, tmp_path: Path) -> None:
    controls = show.controls(profiles=tmp_path)
    controls.open()
    controls.learn("macro.depth", 0.5, 1.0)
    controls.step()
    assert controls.status().learning == "macro.depth"
    show.midi.play("nano", 0xB0, 21, 3)
    assert [binding.target for binding in controls.bindings()] == ["macro.depth"]
    controls.rebind(controls.bindings()[0], replace(controls.bindings()[0], high=0.8))
    assert controls.bindings()[0].high == 0.8
    controls.learn("tap")
    controls.stop_learning()
    assert controls.status().learning is None
    controls.forget("macro.depth")
    assert controls.bindings() == ()
    with pytest.raises(InputError, match=r"'look.deepth' is neither a setting nor a command"):
        controls.learn("look.deepth")
    controls.close()


def test_a_control_that_fails_is_told_now_and_then_and_the_others_go_on(show: Show) -> None:
    controls = show.controls(osc=HERE)
    controls.open()
    assert controls.osc is not None
    controls.osc.inbox.take = lambda: 1 / 0  # type: ignore[assignment,return-value]
    for depth in (0.1, 0.2, 0.3):
        controls.coalescer.want("look.depth", depth)
        controls.step()
        assert show.store.snapshot().look.depth == depth
    assert show.told == ["OSC has failed: ZeroDivisionError: division by zero"]
    controls.close()


class Sleeper(ManualClock):
    """A clock on which nothing is due: who waits is woken or waits for ever."""

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait for `stop` alone, whatever `seconds` are."""
        return stop.wait(60)


def test_what_must_not_wait_is_applied_at_once(show: Show) -> None:
    show.clock = Sleeper()
    with show.controls() as controls:
        controls.coalescer.want("look.depth", 0.25)
        controls.wake()
        until(lambda: show.store.snapshot().look.depth == 0.25)


def test_a_preset_is_shown_so_long_before_the_bar_that_it_is_seen_on_it(show: Show) -> None:
    controls = show.controls(quantise="bar", lookahead_ms=400.0)
    try:
        show.playlist.advance(show.clock.now_s())
        show.playlist.show(1)
        for seconds, name in ((1.5, "eyes"), (0.09, "eyes"), (0.02, "weave")):
            show.clock.advance(seconds)
            show.playlist.advance(show.clock.now_s())
            assert show.playlist.name == name
        assert controls.status().beat < 4.0, "the bar itself has not begun"
        controls.commands.parameters.turn("lookahead", 0.0)
        assert controls.tempo.lookahead_ms == 0.0
    finally:
        controls.close()
    assert "lookahead" not in controls.commands.parameters


def test_of_two_controllers_that_send_clock_the_first_keeps_the_tempo(show: Show) -> None:
    show.midi.there = ["drums", "synth"]
    controls = show.controls()
    controls.use_midi()
    controls.step()
    for tick in range(48):  # one at 60 beats a minute, the other at 120
        if tick % 2 == 0:
            show.midi.play("drums", 0xF8)
        show.midi.play("synth", 0xF8)
        show.clock.advance(1 / 48)
    assert controls.tempo.bpm == pytest.approx(60.0)
    controls.close()
