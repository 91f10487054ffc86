from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from livedream.clock import ManualClock
from livedream.engines.build_job import ProgramState
from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset, load, shipped
from livedream.runtime.commands import Commands
from livedream.runtime.history import History
from livedream.runtime.playlist import Playlist
from livedream.runtime.surprise import Surprise, add_surprise_command, variation
from livedream.settings import Settings, by_word, change

ALL = [load(name) for name in shipped()]


def surprise_of(playlist: Playlist, ready: set[str] | None = None, seed: int = 5) -> Surprise:
    def state_of(preset: Preset) -> ProgramState:
        return "ready" if ready is None or preset.name in ready else "waiting"

    return Surprise(playlist, state_of, Random(seed))


@pytest.fixture
def playlist(tmp_path: Path) -> Playlist:
    return Playlist(ALL, own=OwnPresets(tmp_path))


def test_what_comes_is_seen_needs_no_other_engine_and_swings_nowhere(playlist: Playlist) -> None:
    surprise = surprise_of(playlist)
    for _ in range(200):
        surprise()
        hand, stands = playlist.store.layer("hand"), playlist.store.snapshot()
        assert {by_word()[word].lifetime for word in hand} == {"frame"}
        assert not any("swing" in word or "gamma" in word or "strength" in word for word in hand)
        assert stands.look.depth >= 0.38
        assert abs(stands.feedback.zoom) <= 0.25
        assert stands.colour.saturation <= 1.43


def test_two_of_one_seed_are_alike_and_none_comes_again_soon(tmp_path: Path) -> None:
    rows = []
    for _ in range(2):
        playlist = Playlist(ALL, own=OwnPresets(tmp_path))
        surprise = surprise_of(playlist)
        rows.append([(surprise(), playlist.name) for _ in range(10)])
    assert rows[0] == rows[1]
    assert len({name for _, name in rows[0]}) == 10


def test_what_is_ready_is_preferred(playlist: Playlist) -> None:
    surprise = surprise_of(playlist, {"fur", "maze"})
    names = []
    for _ in range(6):
        surprise()
        names.append(playlist.name)
    assert set(names) == {"fur", "maze"}


def test_what_the_hand_holds_stays(playlist: Playlist) -> None:
    playlist.store.change({"look.depth": 0.5, "look.gamma": 2.0}, "panel")
    playlist.store.hold(["look.depth"])
    surprise_of(playlist)()
    assert playlist.store.snapshot().look.depth == 0.5
    assert playlist.store.snapshot().look.gamma == 1.0


def test_undo_takes_it_back_in_one_step(playlist: Playlist) -> None:
    history = History(playlist, ManualClock())
    playlist.store.change({"look.depth": 0.9}, "panel")
    before = playlist.store.snapshot()
    commands = Commands()
    add_surprise_command(commands, surprise_of(playlist))
    assert commands.do("surprise").startswith("surprise: ")
    assert playlist.store.snapshot() != before
    history.undo()
    assert playlist.store.snapshot() == before


def test_a_preset_that_cannot_be_dreamed_any_more_is_passed_over(
    playlist: Playlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_fur(settings: Settings, *_: object) -> None:
        if settings.dream != load("fur").settings.dream:
            raise InputError("gone")

    monkeypatch.setattr("livedream.runtime.store.check", only_fur)
    surprise_of(playlist)()
    assert playlist.name == "fur"


def test_if_nothing_can_be_dreamed_that_is_told(playlist: Playlist, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise InputError("gone")

    monkeypatch.setattr("livedream.runtime.store.check", gone)
    with pytest.raises(InputError, match="no preset can be dreamed: gone"):
        surprise_of(playlist)()


@pytest.mark.parametrize("name", ["painting", "mosaic", "woodcut"])
def test_paint_keeps_its_colours_and_its_depth(name: str) -> None:
    changes, _ = variation(load(name).settings, Random(1))
    assert set(changes) == {"colour.saturation"}


def test_every_variation_can_be_dreamed() -> None:
    for preset in ALL:
        for seed in range(20):
            change(preset.settings, variation(preset.settings, Random(seed))[0])
