from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.dream.spec import kernel_spec
from livedream.own_presets import OwnPresets
from livedream.presets import Preset
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Playlist
from livedream.runtime.preset_edits import save_preset
from livedream.settings import Settings, change


@pytest.fixture
def desk(tmp_path: Path, quiet_dreamer: Any) -> Desk:
    presets = [
        Preset(name, "", change(Settings(), {"look.depth": depth}))
        for name, depth in (("low", 0.2), ("mid", 0.5), ("high", 0.9))
    ]
    return Desk(Playlist(presets, own=OwnPresets(tmp_path), every_s=10.0), quiet_dreamer, ManualClock())


def test_all_that_a_performer_does_has_a_name(desk: Desk) -> None:
    wanted = {"undo", "redo", "revert", "save preset", "load A", "load B", "go", "surprise", "next preset"}
    assert wanted <= set(desk.commands)
    assert set(desk.parameters) == {"fader", "fade seconds"}


def test_the_engine_of_the_other_deck_is_built_first_and_what_is_saved_is_built_too(
    desk: Desk, quiet_dreamer: Any
) -> None:
    desk.decks.load("B", 2)
    assert quiet_dreamer.upcoming()[0].look.depth == 0.9
    before = quiet_dreamer.asked_anew
    desk.playlist.store.change({"look.depth": 0.7}, "panel")
    save_preset(desk.playlist, "mine")
    assert quiet_dreamer.asked_anew > before
    assert 0.7 in {settings.look.depth for settings in quiet_dreamer.upcoming()}


def test_whoever_steps_through_the_channels_of_what_a_hand_has_changed_waits_for_no_engine(
    desk: Desk, quiet_dreamer: Any
) -> None:
    desk.playlist.store.change({"dream.octaves": 4}, "panel")
    prepared = {kernel_spec(settings.dream, (64, 88)) for settings in quiet_dreamer.upcoming()}
    for command in ("next channel", "next channel", "previous channel"):
        desk.commands.do(command)
        assert kernel_spec(desk.playlist.store.snapshot().dream, (64, 88)) in prepared


@pytest.mark.parametrize("layers", [{"lines": 1.0}, {"eyes": 1.0, "lines": 0.5}])
def test_no_engine_is_built_ahead_for_channels_that_have_the_layer_s_or_are_of_several(
    desk: Desk, quiet_dreamer: Any, layers: dict[str, float]
) -> None:
    before = len(quiet_dreamer.upcoming())
    desk.playlist.store.change({"dream.layers": layers}, "panel")
    assert len(quiet_dreamer.upcoming()) == before - 1


def test_the_time_of_a_fade_is_one(desk: Desk, quiet_dreamer: Any) -> None:
    desk.parameters.turn("fade seconds", 3.0)
    assert quiet_dreamer.fade_s == desk.decks.fade_s == 3.0


def test_what_goes_by_itself_goes_on(desk: Desk) -> None:
    desk.commands.do("go")
    for tenths in range(8):
        desk.advance(tenths / 10, waiting=False)
    assert desk.playlist.name == "mid"
    for second in range(1, 12):
        desk.advance(0.7 + second, waiting=False)
    assert desk.playlist.name == "high"
