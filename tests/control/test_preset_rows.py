"""What a preset brings for the controls, and what stays."""

from dataclasses import replace
from typing import Any

import pytest

from livedream.control.matrix import Matrix
from livedream.control.preset_rows import PresetRows
from livedream.modulation.macros import MACROS, macro_sources
from livedream.modulation.tempo import Tempo
from livedream.presets import Preset
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow

WAVE = ModulationRow("sine 4 beats", "look.depth", 0.2)
BASS = ModulationRow("bass", "look.light", 0.2)


@pytest.fixture
def playlist() -> Playlist:
    return Playlist([Preset("still", "", Settings()), Preset("waving", "", Settings(), rows=(WAVE, BASS))])


@pytest.fixture
def matrix(desk: Any) -> Matrix:
    return Matrix(desk.coalescer, {}, Tempo())


def test_a_preset_brings_its_rows_and_takes_them_along(playlist: Playlist, matrix: Matrix) -> None:
    told: list[str] = []
    rows = PresetRows(playlist.store, matrix, playlist, told.append)
    assert matrix.rows == ()
    playlist.show(1)
    rows.step()
    assert matrix.rows == (WAVE, BASS)
    assert len(told) == 1
    assert told[0].startswith("waving: there is no source 'bass'")
    playlist.show(0)
    rows.step()
    assert matrix.rows == ()


def test_a_row_that_rests_since_a_macro_would_move_itself_is_told(playlist: Playlist, desk: Any) -> None:
    matrix = Matrix(desk.coalescer, macro_sources(desk.store.snapshot), Tempo())
    matrix.add(ModulationRow("depth", "macro.speed"))
    told: list[str] = []
    look = replace(playlist.presets[1], rows=(ModulationRow("speed", "macro.depth"),))
    PresetRows(playlist.store, matrix, Playlist([look]), told.append)
    assert len(told) == 1
    assert told[0].startswith("waving: speed does not move macro.depth: ")


def test_what_a_hand_has_added_is_saved_with_a_preset(playlist: Playlist, matrix: Matrix) -> None:
    PresetRows(playlist.store, matrix, playlist, lambda _: None)
    matrix.add(WAVE)
    assert playlist.rows() == (WAVE,)


def test_the_macros_are_held(playlist: Playlist, matrix: Matrix) -> None:
    rows = PresetRows(playlist.store, matrix, None, lambda _: None)
    rows.step()
    assert playlist.store.held >= set(MACROS)
