from __future__ import annotations

import pytest

from livedream.errors import InputError
from livedream.presets import Preset, apply_assignments
from livedream.runtime.performer_actions import performer_commands
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings


@pytest.fixture
def programs() -> Playlist:
    layers = {"one": "lines", "two": "eyes"}
    return Playlist(
        [Preset(n, "", apply_assignments(Settings(), [f"dream.layers={{{w}=1}}"])) for n, w in layers.items()]
    )


def test_every_command_has_its_help_and_tells_what_it_did(programs: Playlist) -> None:
    for name, command in performer_commands(programs).items():
        assert command.help.endswith(".")
        assert command.do(), name


def test_a_command_that_is_none_is_refused(programs: Playlist) -> None:
    with pytest.raises(InputError, match="no command 'next preste'; did you mean next preset"):
        performer_commands(programs).do("next preste")


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        (["next preset"], "preset: two"),
        (["previous preset"], "preset: two"),
        (["preset 2"], "preset: two"),
        (["preset 9"], "there are 2 presets"),
        (["next layer"], "layer: patterns"),
        (["previous layer"], "layer: creatures"),
        (["next channel"], "lines: channel 0 of 256"),
        (["next channel", "previous channel"], "lines: all 256 channels"),
        (["next channel", "next channel"], "lines: channel 1 of 256"),
        (["next channel", "all channels"], "lines: all 256 channels"),
        (["more gamma", "more gamma"], "gamma 1.2"),
        (["less gamma"], "gamma 0.9"),
        (["higher floor"], "motion floor 0.12 px"),
        (["lower floor"], "motion floor 0.08 px"),
        (["less gamma"] * 20, "gamma is at its limit"),
    ],
)
def test_a_move_says_how_it_is_now(programs: Playlist, moves: list[str], said: str) -> None:
    actions = performer_commands(programs)

    assert [actions.do(move) for move in moves][-1] == said


def test_what_belongs_to_the_room_stays_and_what_belongs_to_the_dream_goes(programs: Playlist) -> None:
    actions = performer_commands(programs)
    for move in ("more gamma", "higher floor", "next layer", "next preset"):
        actions.do(move)

    settings = programs.store.snapshot()
    assert (settings.look.gamma, settings.motion.floor_px) == (1.1, 0.12)
    assert dict(settings.dream.layers) == {"eyes": 1.0}


def test_the_end_of_a_range_changes_nothing(programs: Playlist) -> None:
    actions = performer_commands(programs)
    for _ in range(60):
        actions.do("more gamma")
        actions.do("higher floor")

    settings = programs.store.snapshot()
    assert settings.look.gamma == 5.0
    assert 16 <= settings.motion.floor_px <= 20
