from __future__ import annotations

from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset
from livedream.runtime.commands import Commands
from livedream.runtime.decks import Decks, add_deck_commands
from livedream.runtime.parameters import Parameters
from livedream.runtime.playlist import Playlist
from livedream.runtime.preset_edits import delete_preset, rename_preset, save_preset
from livedream.settings import Settings, change

THREE = [
    Preset(name, "", change(Settings(), {"look.depth": depth}))
    for name, depth in (("one", 0.1), ("two", 0.5), ("three", 0.9))
]


class Booth:
    """Decks on a playlist of three presets."""

    def __init__(self, folder: Path) -> None:
        self.fade_s = 2.0
        self.playlist = Playlist(THREE, own=OwnPresets(folder))
        self.decks = Decks(self.playlist, self)

    def how(self) -> tuple[str, str, str, float]:
        state = self.decks.state()
        return state.a, state.b, state.live, state.fader


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    return Booth(tmp_path)


def test_at_first_what_is_shown_is_on_a_and_the_next_on_b(booth: Booth) -> None:
    assert booth.how() == ("one", "two", "A", 0.0)
    assert booth.decks.beside() is None


def test_between_the_ends_the_other_look_is_blended_in(booth: Booth) -> None:
    booth.playlist.store.change({"look.gamma": 2.0}, "panel")
    booth.playlist.store.hold(["look.gamma"])
    booth.playlist.store.change({"look.depth": 0.3}, "panel")
    booth.decks.move(0.25)
    beside = booth.decks.beside()
    assert beside is not None
    assert beside.share == 0.25
    assert beside.settings.look.depth == 0.5, "what the hand does not hold stays with A"
    assert beside.settings.look.gamma == 2.0, "what it holds goes along"
    assert booth.playlist.name == "one"


def test_at_the_other_end_that_preset_is_shown_and_back_again(booth: Booth) -> None:
    booth.decks.move(0.6)
    booth.decks.move(1.0)
    assert (booth.how(), booth.playlist.name) == (("one", "two", "B", 1.0), "two")
    assert booth.decks.beside() is None
    booth.decks.move(0.7)
    beside = booth.decks.beside()
    assert beside is not None
    assert (beside.share, beside.settings.look.depth) == (pytest.approx(0.3), 0.1)
    booth.decks.move(0.0)
    assert (booth.how(), booth.playlist.name) == (("one", "two", "A", 0.0), "one")


def test_what_is_picked_takes_the_place_of_the_live_one(booth: Booth) -> None:
    booth.decks.move(0.5)
    booth.playlist.show(2)
    assert booth.how() == ("three", "two", "A", 0.0)


def test_when_the_other_deck_s_preset_is_picked_the_fader_goes_there(booth: Booth) -> None:
    booth.playlist.show(1)
    assert booth.how() == ("one", "two", "B", 1.0)
    booth.decks.move(0.5)
    booth.playlist.show(1)
    assert booth.how() == ("one", "two", "B", 1.0), "what is picked is seen alone"


def test_load_puts_what_was_picked_on_a_deck(booth: Booth) -> None:
    booth.decks.pick(2)
    assert booth.decks.load("B") == "B: three"
    assert booth.playlist.name == "one", "it is not shown"
    assert booth.decks.load("A", 1) == "A: two"
    assert (booth.how(), booth.playlist.name) == (("two", "three", "A", 0.0), "two")
    with pytest.raises(InputError, match="there is no preset 9"):
        booth.decks.load("A", 8)


def test_go_takes_the_time_of_a_fade_and_waits_for_an_engine(booth: Booth) -> None:
    assert booth.decks.go() == "to two in 2 s"
    booth.decks.advance(10.0)
    assert 0 < booth.how()[3] < 0.01, "the engine is asked for"
    for second in range(11, 40):
        booth.decks.advance(float(second), waiting=True)
    assert booth.how()[3] < 0.01
    booth.decks.advance(40.0)
    assert booth.how()[3] == pytest.approx(0.5, abs=0.01)
    booth.decks.advance(41.1)
    assert (booth.how(), booth.playlist.name) == (("one", "two", "B", 1.0), "two")
    booth.decks.advance(45.0)
    assert booth.how()[2] == "B", "it goes once"


def test_a_hand_on_the_fader_ends_go(booth: Booth) -> None:
    booth.decks.go()
    booth.decks.advance(0.0)
    booth.decks.move(0.4)
    booth.decks.advance(5.0)
    assert booth.how()[3] == 0.4


def test_without_a_time_go_is_a_cut(booth: Booth) -> None:
    booth.fade_s = 0.0
    booth.decks.go()
    booth.decks.advance(0.0)
    assert booth.playlist.name == "two"


def test_decks_follow_what_is_renamed_saved_and_deleted(booth: Booth) -> None:
    save_preset(booth.playlist, "mine")
    booth.playlist.show(0)
    booth.decks.load("B", 3)
    booth.decks.move(0.5)
    rename_preset(booth.playlist, 3, "ours")
    assert booth.how()[1:] == ("ours", "A", 0.5), "the fader stays where it is"
    delete_preset(booth.playlist, 3)
    assert booth.how()[1] == "one", "what is shown, in place of what has gone"


def test_what_cannot_be_dreamed_is_not_blended_in(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise InputError("the guide has gone")

    told: list[str] = []
    booth.playlist.tell_to(told.append)
    monkeypatch.setattr("livedream.runtime.store.check", gone)
    booth.decks.move(0.5)
    assert booth.decks.beside() is None
    booth.decks.move(1.0)
    assert booth.how() == ("one", "two", "A", 0.0), "it is where it can be"
    assert told == ["the preset two cannot be shown: the guide has gone"]


def test_the_same_on_both_decks_blends_nothing(booth: Booth) -> None:
    booth.decks.load("B")
    assert booth.decks.go() == "A and B are both one"
    booth.decks.move(0.5)
    assert booth.decks.beside() is None


def test_commands_and_parameters(booth: Booth) -> None:
    commands, parameters = Commands(), Parameters()
    add_deck_commands(commands, parameters, booth.decks)
    assert set(commands) == {"load A", "load B", "go"}
    assert parameters.turn("fader", 0.5) == 0.5
    assert parameters.turn("fader", 7.0) == 1.0
    assert booth.playlist.name == "two"
    assert parameters.turn("fade seconds", 5) == booth.fade_s == 5.0


def test_modulation_blends_and_neither_moves_the_fader_nor_changes_sides(booth: Booth) -> None:
    booth.decks.lay_over(0.4)
    beside = booth.decks.beside()
    assert beside is not None
    assert (beside.settings.look.depth, beside.share) == (0.5, pytest.approx(0.4))
    booth.decks.lay_over(1.0)
    assert booth.how() == ("one", "two", "A", 0.0)
    assert booth.playlist.name == "one"
    booth.decks.move(1.0)
    assert booth.how() == ("one", "two", "B", 1.0)
    assert booth.decks.beside() is None
    booth.decks.lay_over(None)
    assert booth.decks.state().seen == 1.0
