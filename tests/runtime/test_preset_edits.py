from __future__ import annotations

from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset, own
from livedream.runtime.commands import Commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.preset_edits import add_preset_commands, delete_preset, rename_preset, save_preset
from livedream.settings import Settings, change
from livedream.settings.modulation_row import ModulationRow

LOW, MID = (
    Preset(name, "", change(Settings(), {"look.depth": depth}))
    for name, depth in (("low", 0.2), ("mid", 0.5))
)


@pytest.fixture
def playlist(tmp_path: Path) -> Playlist:
    return Playlist([LOW, MID], own=OwnPresets(tmp_path / "presets"))


def depth(playlist: Playlist) -> float:
    return playlist.store.snapshot().look.depth


def test_what_stands_is_saved_after_the_others_and_shown(playlist: Playlist) -> None:
    told: list[str] = []
    playlist.observe(lambda: told.append(playlist.name))
    playlist.store.change({"look.depth": 0.7}, "panel")
    playlist.store.change({"look.gamma": 3.0}, "lfo", "modulation")
    assert save_preset(playlist, "  my  look ") == "my look"
    assert [preset.name for preset in playlist.presets] == ["low", "mid", "my look"]
    assert told == ["my look"]
    assert playlist.store.layer("hand") == {}, "it is in the preset now"
    assert depth(playlist) == 0.7
    (kept,) = playlist.own.load(pytest.fail)
    assert (kept.settings.look.depth, kept.settings.look.gamma) == (0.7, 1.0), (
        "what moves by itself is not saved"
    )
    assert kept.description == "Made from low."


def test_what_moves_it_now_is_saved_with_it(playlist: Playlist) -> None:
    first, second = ModulationRow("bass", "look.depth"), ModulationRow("bass", "look.depth", 0.1)
    playlist.rows = lambda: (first,)
    save_preset(playlist, "moved")
    assert playlist.shown.rows == (first,)
    playlist.rows = lambda: (second,)
    save_preset(playlist, "moved")
    (kept,) = playlist.own.load(pytest.fail)
    assert kept.rows == (second,)


def test_saved_again_it_is_the_same_preset_with_another_look(playlist: Playlist) -> None:
    save_preset(playlist, "mine")
    playlist.store.change({"look.depth": 0.9}, "panel")
    save_preset(playlist, "mine")
    assert [preset.name for preset in playlist.presets] == ["low", "mid", "mine"]
    assert [preset.settings.look.depth for preset in playlist.own.load(pytest.fail)] == [0.9]


@pytest.mark.parametrize("name", ["low", "Eyes", "", "a/b"])
def test_a_name_that_will_not_do_changes_nothing(playlist: Playlist, name: str) -> None:
    playlist.store.change({"look.depth": 0.7}, "panel")
    with pytest.raises(InputError):
        save_preset(playlist, name)
    assert (len(playlist.presets), playlist.store.layer("hand")) == (2, {"look.depth": 0.7})


def test_a_folder_that_cannot_be_written_changes_nothing(playlist: Playlist, tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("in the way")
    with pytest.raises(InputError, match="cannot be made"):
        save_preset(playlist, "mine")
    assert len(playlist.presets) == 2


def test_one_of_ones_own_is_renamed_and_goes_on(playlist: Playlist) -> None:
    save_preset(playlist, "mine")
    playlist.store.change({"look.depth": 0.9}, "panel")
    assert rename_preset(playlist, 2, "ours") == "ours"
    assert (playlist.name, depth(playlist)) == ("ours", 0.9)
    assert own(playlist.own.folder) == ("ours",)


def test_a_name_changes_its_case_alone(playlist: Playlist) -> None:
    save_preset(playlist, "mine")
    with pytest.raises(InputError, match="already"):
        rename_preset(playlist, 2, "mine")


def test_what_comes_with_livedream_is_neither_renamed_nor_deleted(playlist: Playlist) -> None:
    for edit in (lambda: rename_preset(playlist, 0, "mine"), lambda: delete_preset(playlist, 0)):
        with pytest.raises(InputError, match="comes with livedream"):
            edit()


def test_when_what_is_shown_is_deleted_the_one_before_it_is_shown(playlist: Playlist) -> None:
    save_preset(playlist, "mine")
    playlist.store.change({"look.depth": 0.9}, "panel")
    assert delete_preset(playlist, 2) == "mine"
    assert (playlist.name, depth(playlist)) == ("mid", 0.5)
    assert own(playlist.own.folder) == ()


def test_another_one_is_deleted_and_what_is_shown_stays(playlist: Playlist) -> None:
    for name in ("one", "two"):
        save_preset(playlist, name)
    playlist.store.change({"look.depth": 0.9}, "panel")
    delete_preset(playlist, 2)
    assert (playlist.name, depth(playlist)) == ("two", 0.9)


def test_save_preset_makes_a_name_and_then_keeps_it(playlist: Playlist) -> None:
    commands = Commands()
    add_preset_commands(commands, playlist)
    assert commands.do("save preset") == "saved: low 2"
    assert commands.do("save preset") == "saved: low 2"
    playlist.store.change({"look.depth": 0.9}, "panel")
    assert commands.do("revert") == "low 2 as it was loaded"
    assert depth(playlist) == 0.2


def test_what_is_set_for_this_show_alone_gets_into_no_file_by_renaming_deleting_and_undoing() -> None:
    shelf = OwnPresets()
    kept = Preset("mine", "", change(Settings(), {"colour.saturation": 0.9}), is_own=True, order=1)
    shelf.update([], [kept])
    try:
        playlist = load_playlist("mine", (), assignments=["colour.saturation=0"])
        before = playlist.look()
        rename_preset(playlist, before.at, "ours")
        assert [one.settings.colour.saturation for one in shelf.load(pytest.fail)] == [0.9]
        assert playlist.store.snapshot().colour.saturation == 0.0
        playlist.put(before, "undo")
        assert shelf.load(pytest.fail) == [kept]
        delete_preset(playlist, before.at)
        assert shelf.load(pytest.fail) == []
        playlist.put(before, "undo")
        assert shelf.load(pytest.fail) == [kept]
        save_preset(playlist, "mine")
        assert [one.settings.colour.saturation for one in shelf.load(pytest.fail)] == [0.0]
    finally:
        shelf.update(shelf.load(pytest.fail), [])


def test_the_numbers_of_the_shipped_ones_stay() -> None:
    before = load_playlist("eyes", ())
    names = [preset.name for preset in before.presets]
    try:
        save_preset(before, "aaa")
        again = load_playlist("aaa", ())
        assert [preset.name for preset in again.presets] == [*names, "aaa"]
        assert again.name == "aaa"
    finally:
        delete_preset(before, len(names))
