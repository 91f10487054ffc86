from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Playlist
from livedream.runtime.saved_show import ShowFiles, restore, show_of
from livedream.runtime.saved_show_text import SavedShow
from livedream.settings import Settings, change

SHOW = SavedShow("low", {"look.depth": 0.7, "dream.layers": {"eyes": 1.0}}, ("look.depth",), "low", "mid")


@pytest.fixture
def desk_of(make_desk: Callable[[Playlist], Desk]) -> Callable[[Path], Desk]:
    presets = [
        Preset(name, "", change(Settings(), {"look.depth": depth}))
        for name, depth in (("low", 0.2), ("mid", 0.5), ("high", 0.9))
    ]
    return lambda folder: make_desk(Playlist(presets, own=OwnPresets(folder)))


def files_of(folder: Path, *, running: bool = False) -> ShowFiles:
    return ShowFiles(folder, lambda pid, started_s: running)


def test_what_stood_stands_again_and_undo_takes_it_back(
    desk_of: Callable[[Path], Desk], tmp_path: Path
) -> None:
    before = desk_of(tmp_path)
    before.playlist.show(2)
    before.decks.load("B", 0)
    before.playlist.store.change({"look.depth": 0.7, "dream.layers": {"lines": 0.5}}, "panel")
    before.playlist.store.hold(["look.depth"])
    files = files_of(tmp_path / "shows")
    files.save(show_of(before))

    again, crashed = desk_of(tmp_path), files.take_crashed()
    assert crashed is not None
    restore(again, crashed)

    assert again.playlist.name == "high"
    assert again.playlist.store.snapshot() == before.playlist.store.snapshot()
    assert again.playlist.store.held == {"look.depth"}
    state = again.decks.state()
    assert (state.a, state.b, state.live, state.fader) == ("high", "low", "A", 0.0)
    again.history.undo()
    assert (again.playlist.name, again.playlist.store.snapshot().look.depth) == ("low", 0.2)


def test_decks_come_back_with_b_live(desk_of: Callable[[Path], Desk], tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    restore(desk, SavedShow("high", {}, (), "mid", "high"))
    state = desk.decks.state()
    assert (state.a, state.b, state.live, state.fader) == ("mid", "high", "B", 1.0)


def test_a_crash_is_found_once(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    assert files.take_crashed() is None
    files.save(SHOW)
    assert files.take_crashed() == SHOW
    assert files.take_crashed() is None
    assert files.last() == SHOW


def test_a_good_end_is_no_crash(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    files.save(SHOW)
    files.end(SHOW)
    assert (files.take_crashed(), files.last()) == (None, SHOW)


def test_one_that_is_kept_is_replaced_by_a_newer_crash_alone(tmp_path: Path) -> None:
    files, newer = files_of(tmp_path), SavedShow("newer", {}, (), "low", "mid")
    assert not files.keep_crashed()
    files.save(SHOW)
    assert files.keep_crashed()
    files.end(newer)
    assert (files.take_crashed(), files.last()) == (None, newer)
    assert files.take_crashed(or_kept=True) == SHOW
    files.save(SHOW)
    files.keep_crashed()
    files.save(newer)
    assert files.take_crashed() == newer
    assert files.take_crashed(or_kept=True) is None, "the older one is over"


def test_a_damaged_one_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "running-77.toml").write_text("[run\n")
    files = files_of(tmp_path)
    with pytest.raises(InputError, match="damaged"):
        files.keep_crashed()
    assert files.take_crashed(or_kept=True) is None


def test_one_that_runs_is_left_alone(tmp_path: Path) -> None:
    files_of(tmp_path).save(SHOW)
    assert files_of(tmp_path, running=True).take_crashed() is None
    assert ShowFiles(tmp_path).take_crashed() is None, "this process runs"


def test_of_two_crashes_the_newer_counts_and_both_are_over(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    files.save(SavedShow("older", {}, (), "low", "mid"))
    mine = tmp_path / f"running-{os.getpid()}.toml"
    older = mine.rename(tmp_path / "running-1.toml")
    os.utime(older, (time.time() - 100,) * 2)
    files.save(SHOW)
    assert files.take_crashed() == SHOW
    assert files.take_crashed() is None


@pytest.mark.parametrize("text", [b"\xff\xfe", b"[run\n", b"preset = 'low'\n", b""])
def test_a_damaged_file_is_one_sentence_and_then_gone(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "running-77.toml").write_bytes(text)
    files = files_of(tmp_path)
    with pytest.raises(InputError, match="damaged"):
        files.take_crashed()
    assert files.take_crashed() is None


def test_a_preset_that_is_gone_and_a_value_that_is_not_possible_change_nothing(
    desk_of: Callable[[Path], Desk], tmp_path: Path
) -> None:
    desk = desk_of(tmp_path)
    with pytest.raises(InputError, match="'gone' is no longer there"):
        restore(desk, SavedShow("gone", {}, (), "low", "mid"))
    with pytest.raises(InputError):
        restore(desk, SavedShow("mid", {"look.depth": 99.0}, (), "low", "mid"))
    assert (desk.playlist.name, desk.history.can_undo) == ("low", False)


def test_fader_and_fade_come_back_between_the_decks_whichever_is_live(
    desk_of: Callable[[Path], Desk], tmp_path: Path
) -> None:
    before = desk_of(tmp_path)
    before.decks.load("B", 2)
    before.decks.move(1.0)
    before.decks.load("A", 1)
    before.decks.move(0.4)
    before.decks.set_fade_s(7.0)
    again = desk_of(tmp_path)
    restore(again, show_of(before))
    assert again.decks.state() == before.decks.state()
    assert (again.decks.state().live, again.decks.state().fader) == ("B", 0.4)


def test_decks_with_one_preset_on_both_come_back_with_the_one_that_was_live(
    desk_of: Callable[[Path], Desk], tmp_path: Path
) -> None:
    desk = desk_of(tmp_path)
    restore(desk, SavedShow("mid", {}, (), "mid", "mid", "B", {"fader": 0.3, "unknown": 4.0}))
    state = desk.decks.state()
    assert (state.a, state.b, state.live, state.fader) == ("mid", "mid", "B", 0.3)


def test_words_that_are_no_longer_settings_are_not_held(
    desk_of: Callable[[Path], Desk], tmp_path: Path
) -> None:
    desk = desk_of(tmp_path)
    restore(desk, SavedShow("mid", {}, ("look.depth", "look.gone"), "mid", "low"))
    assert desk.playlist.store.held == {"look.depth"}


@pytest.mark.parametrize("run", ["pid = inf\nstarted_s = 0.0", "pid = 1e400\nstarted_s = 1", "pid = []"])
def test_a_file_of_a_process_that_cannot_be_is_nobodys(tmp_path: Path, run: str) -> None:
    (tmp_path / "running-77.toml").write_text(f"preset = 'low'\n[run]\n{run}\n")
    with pytest.raises(InputError, match="damaged"):
        ShowFiles(tmp_path).take_crashed()
