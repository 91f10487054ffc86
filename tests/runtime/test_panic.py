from __future__ import annotations

import numpy as np
import pytest

from livedream.frame import Rgb
from livedream.presets import Preset
from livedream.runtime.commands import Commands
from livedream.runtime.panic import Panic, PanicMode, add_panic_commands
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings

SIZE_WH = (8, 6)


def picture(level: int) -> Rgb:
    return np.full((SIZE_WH[1], SIZE_WH[0], 3), level, np.uint8)


class Switch:
    panic: PanicMode = ""

    def __init__(self) -> None:
        self.resets = 0

    def expect_reset(self) -> None:
        self.resets += 1

    def switch_panic(self, mode: PanicMode) -> None:
        self.panic = mode


def test_each_mode_shows_what_it_says() -> None:
    panic = Panic(SIZE_WH)
    shown: list[int] = []
    for number, mode in enumerate(("", "blackout", "bypass", "", "freeze", "freeze", "")):
        panic.mode = mode  # type: ignore[assignment]
        shown.append(int(panic.shown(picture(100 + number), picture(10 + number))[0, 0, 0]))
    assert shown == [100, 0, 12, 103, 103, 103, 106]


def test_what_goes_out_at_once_needs_no_dream() -> None:
    panic = Panic(SIZE_WH)
    panic.mode = "blackout"
    black = panic.at_once()
    assert black is not None
    assert black.shape == (6, 8, 3)
    assert not black.any()
    panic.mode = "bypass"
    assert panic.at_once() is None, "there was no camera's frame so far"
    panic.shown(picture(1), picture(2))
    assert np.array_equal(panic.at_once(), picture(2))
    panic.mode = ""
    assert panic.at_once() is None


@pytest.mark.parametrize("mode", ["blackout", "bypass", "freeze"])
def test_a_command_switches_its_mode_on_and_off_again(mode: PanicMode) -> None:
    commands, switch, playlist = Commands(), Switch(), Playlist([Preset("one", "", Settings())])
    add_panic_commands(commands, switch, playlist.store, lambda: None)
    assert "off" not in commands.do(mode)
    assert switch.panic == mode
    assert commands.do(mode) == f"{mode} off"
    assert switch.panic == ""


def test_reset_all_ends_panic_and_undoes_what_was_done_by_hand() -> None:
    resets: list[str] = []
    commands, switch, playlist = Commands(), Switch(), Playlist([Preset("one", "", Settings())])
    store = playlist.store
    add_panic_commands(commands, switch, store, lambda: resets.append("dream"))
    store.change({"look.depth": 0.9}, "hand")
    store.change({"look.light": 0.1}, "lfo", "modulation")
    store.hold(["look.depth"])
    commands.do("blackout")
    commands.do("reset all")
    assert switch.resets == 1
    assert (switch.panic, resets, store.held) == ("", ["dream"], frozenset())
    assert store.snapshot() == Settings()


def test_all_that_is_panic_is_done_at_once_whatever_is_under_way() -> None:
    commands, playlist = Commands(), Playlist([Preset("one", "", Settings())])
    add_panic_commands(commands, Switch(), playlist.store, lambda: None)
    assert {name for name, command in commands.items() if command.immediate} == set(commands)
