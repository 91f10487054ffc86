"""What controllers are taught is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from livedream.control.fake_midi import FakeMidi
from livedream.control.lane import DirectLane
from livedream.control.midi import Midi
from livedream.control.midi_profile import load_profile
from livedream.control.show_commands import ShowCommands
from livedream.runtime.commands import Commands


class Booth:
    """A controller with a knob, which is plugged in, and its profile."""

    def __init__(self, desk: Any, file: Path) -> None:
        self.desk, self.file, self.system = desk, file, FakeMidi("nano")
        self.commands = ShowCommands(Commands())

    def open(self) -> Midi:
        midi = Midi(
            self.desk.coalescer,
            self.commands,
            self.file,
            lambda: self.system,
            clocked=lambda _, __, ___: None,
            tell=self.desk.told.append,
            clock=self.desk.clock,
            lane=DirectLane,
        )
        midi.step()
        self.midi = midi
        return midi

    def turn(self, value: int) -> None:
        self.system.play("nano", 0xB0, 21, value)
        self.midi.step()
        self.desk.coalescer.apply()


@pytest.fixture
def booth(desk: Any, tmp_path: Path) -> Booth:
    return Booth(desk, tmp_path / "midi" / "default.toml")


def test_what_is_learned_is_there_the_next_time(booth: Booth) -> None:
    first = booth.open()
    first.map.learn("look.depth", pickup=False)
    booth.turn(3)
    assert booth.desk.told[-1] == "CC 21 on channel 1 turns look.depth"
    first.close()
    second = booth.open()
    booth.turn(127)
    assert booth.desk.store.snapshot().look.depth == 1.0
    second.close()


def test_it_is_kept_while_the_show_is_on(booth: Booth) -> None:
    midi = booth.open()
    assert not booth.file.exists(), "nothing was learned"
    midi.map.learn("look.depth")
    booth.turn(3)
    midi.step()
    assert midi._lane.wait_idle(20)
    assert load_profile(booth.file, ()).bindings == midi.map.bindings
    midi.map.unbind("look.depth")
    midi.close()
    assert load_profile(booth.file, ()).bindings == ()


def test_a_profile_that_cannot_be_written_is_said_once(booth: Booth, tmp_path: Path) -> None:
    (tmp_path / "midi").write_text("no folder")
    midi = booth.open()
    midi.map.learn("look.depth")
    booth.turn(3)
    for _ in range(3):
        midi.step()
        assert midi._lane.wait_idle(20)
    midi.close()
    assert len([said for said in booth.desk.told if "what was learned is not kept" in said]) == 1


def test_only_the_ports_of_the_profile_are_opened(booth: Booth) -> None:
    booth.file.parent.mkdir()
    booth.file.write_text('ports = ["keys"]\n', encoding="utf-8")
    booth.system.there = ["nano", "KEYS 25"]
    midi = booth.open()
    assert midi.ports.names == ("KEYS 25",)
    midi.close()
