"""Modulators move settings around what hand and preset make of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.control.coalescer import Coalescer
from livedream.control.matrix import Matrix
from livedream.control.show_commands import ShowCommands
from livedream.errors import InputError
from livedream.modulation.macros import MACRO_ROWS, macro_sources
from livedream.modulation.modulators import Lfo, Modulator
from livedream.modulation.tempo import Tempo
from livedream.own_presets import OwnPresets
from livedream.presets import Preset
from livedream.runtime.commands import Commands
from livedream.runtime.decks import Decks, add_deck_commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import SettingsStore
from livedream.settings import SettingInfo, Settings, change, describe
from livedream.settings.modulation_row import ModulationRow as Row

MOVABLE = [info for info in describe() if info.is_number and info.lifetime == "frame"]


@dataclass
class Knob:
    """A source that is what a test makes it."""

    value: float = 0.0

    def at(self, now_s: float) -> float:
        return self.value


@dataclass
class Fades:
    """What has the time of a fade."""

    fade_s: float = 1.0


def matrix_of(coalescer: Coalescer, sources: dict[str, Modulator], rows: Any = ()) -> Matrix:
    return Matrix(coalescer, sources, Tempo(), rows)


def shown(desk: Any, matrix: Matrix, now_s: float = 0.0) -> Settings:
    matrix.step(now_s)
    desk.coalescer.apply()
    settings: Settings = desk.store.snapshot()
    return settings


def test_a_source_moves_a_setting_around_its_base(desk: Any) -> None:
    knob = Knob()
    matrix = matrix_of(desk.coalescer, {"knob": knob}, [Row("knob", "look.depth", 0.5)])
    desk.store.change({"look.depth": 0.4}, "hand")
    for value, depth in ((0, 0.4), (1, 0.9), (-0.5, 0.15), (-1, 0.0)):
        knob.value = value
        assert shown(desk, matrix).look.depth == pytest.approx(depth)
    assert desk.store.layer("hand") == {"look.depth": 0.4}


def test_the_base_may_move_meanwhile(desk: Any) -> None:
    matrix = matrix_of(desk.coalescer, {"knob": Knob(1.0)}, [Row("knob", "look.depth", 0.1)])
    for base in (0.2, 0.3, 0.5):
        desk.coalescer.want("look.depth", base)
        desk.coalescer.apply()
        assert shown(desk, matrix).look.depth == pytest.approx(base + 0.1)


@given(st.sampled_from(MOVABLE), st.floats(-1, 1), st.floats(allow_nan=True, allow_infinity=True))
def test_whatever_a_source_gives_the_setting_stays_within_its_range(
    info: SettingInfo, depth: float, value: float
) -> None:
    store = SettingsStore(Settings())
    coalescer = Coalescer(store, ShowCommands(Commands()), clock=ManualClock())
    matrix_of(coalescer, {"knob": Knob(value)}, [Row("knob", info.word, depth)]).step(0.0)
    coalescer.apply()
    assert info.low is not None
    assert info.high is not None
    assert info.low <= info.value_of(store.snapshot()) <= info.high


def test_rows_of_one_setting_add_up(desk: Any) -> None:
    rows = [Row("a", "look.depth", 0.1), Row("b", "look.depth", 0.2)]
    matrix = matrix_of(desk.coalescer, {"a": Knob(1.0), "b": Knob(1.0)}, rows)
    assert shown(desk, matrix).look.depth == pytest.approx(0.44 + 0.3)
    assert len(desk.changes) == 1


def test_a_row_that_is_removed_gives_the_setting_back(desk: Any) -> None:
    rows = [Row("a", "look.depth", 0.1), Row("a", "look.light", 0.1)]
    matrix = matrix_of(desk.coalescer, {"a": Knob(1.0)}, rows)
    shown(desk, matrix)
    matrix.remove(rows[0])
    settings = shown(desk, matrix)
    assert settings.look.depth == 0.44
    assert settings.look.light == pytest.approx(0.8)
    assert set(desk.store.layer("modulation")) == {"look.light"}
    matrix.remove(rows[1])
    assert shown(desk, matrix) == Settings()
    with pytest.raises(KeyError):
        matrix.remove(rows[0])


def test_a_row_that_is_added_again_at_once_keeps_the_setting(desk: Any) -> None:
    row = Row("a", "look.depth", 0.1)
    matrix = matrix_of(desk.coalescer, {"a": Knob(1.0)}, [row])
    shown(desk, matrix)
    matrix.remove(row)
    matrix.add(row)
    assert shown(desk, matrix).look.depth == pytest.approx(0.54)


@pytest.mark.parametrize(("curve", "moved"), [("linear", 0.25), ("square", 0.0625), ("root", 0.5)])
def test_curves_bend_and_keep_the_sign(desk: Any, curve: Any, moved: float) -> None:
    for sign in (1, -1):
        source = {"a": Knob(sign * 0.25)}
        matrix = matrix_of(desk.coalescer, source, [Row("a", "look.gamma", 0.1, curve)])
        assert shown(desk, matrix).look.gamma == pytest.approx(1.0 + sign * moved * 0.48)


def test_smoothing_reaches_two_thirds_in_its_time(desk: Any) -> None:
    knob = Knob(0.0)
    matrix = matrix_of(desk.coalescer, {"a": knob}, [Row("a", "look.depth", 0.5, smoothing_s=2.0)])
    shown(desk, matrix, 0.0)
    knob.value = 1.0
    for frame in range(1, 121):
        settings = shown(desk, matrix, frame / 60)
    assert settings.look.depth == pytest.approx(0.44 + 0.5 * (1 - math.exp(-1)), abs=0.005)


def test_a_source_that_is_not_there_moves_nothing(desk: Any) -> None:
    matrix = matrix_of(desk.coalescer, {}, [Row("later", "look.depth", 0.5)])
    assert shown(desk, matrix).look.depth == 0.44


def test_a_logarithmic_setting_moves_along_its_scale(desk: Any) -> None:
    matrix = matrix_of(desk.coalescer, {"a": Knob(1.0)}, [Row("a", "dream.style_scale", 0.25)])
    assert shown(desk, matrix).dream.style_scale == pytest.approx(2.0)


def test_it_runs_with_the_coalescer_one_change_a_frame(desk: Any) -> None:
    rows = [Row("wave", "look.depth", 0.2), Row("wave", "look.light", 0.2)]
    matrix = matrix_of(desk.coalescer, {"wave": Lfo("sine", 1.0)}, rows)
    desk.coalescer.before_each(matrix.step)
    depths = []
    for _ in range(60):
        desk.coalescer.apply()
        depths.append(desk.store.snapshot().look.depth)
        desk.clock.advance(1 / 60)
    assert 58 <= len(desk.changes) <= 62
    assert max(depths) == pytest.approx(0.64, abs=0.01)
    assert min(depths) == pytest.approx(0.24, abs=0.01)


def test_a_source_at_rest_moves_nothing_at_all(desk: Any) -> None:
    knob = Knob(0.0)
    matrix = matrix_of(desk.coalescer, {"a": knob}, [Row("a", "look.depth", 0.1)])
    assert shown(desk, matrix) == Settings()
    assert desk.changes == []
    knob.value = 1.0
    assert shown(desk, matrix).look.depth == pytest.approx(0.54)
    knob.value = 0.0
    assert shown(desk, matrix) == Settings()
    assert desk.store.layer("modulation") == {}


def test_a_wave_is_named_by_what_it_is(desk: Any) -> None:
    matrix = matrix_of(desk.coalescer, {}, [Row("square 4 beats", "look.depth", 0.1)])
    assert shown(desk, matrix, 0.1).look.depth == pytest.approx(0.54)
    assert shown(desk, matrix, 1.1).look.depth == pytest.approx(0.34)


def test_a_source_that_is_added_moves_the_rows_that_name_it(desk: Any) -> None:
    row = Row("bass", "look.depth", 0.1)
    matrix = matrix_of(desk.coalescer, {"a": Knob()})
    with pytest.raises(InputError, match="there is no source 'bass'; there are: a; a wave is written as"):
        matrix.add(row)
    matrix.add_sources({"bass": Knob(1.0)})
    assert matrix.sources()[:2] == ("a", "bass")
    matrix.add(row)
    assert shown(desk, matrix).look.depth == pytest.approx(0.54)


def test_a_preset_brings_its_rows_and_takes_them_along(desk: Any) -> None:
    sources = {"a": Knob(1.0), "b": Knob(1.0)}
    matrix = matrix_of(desk.coalescer, sources, [Row("a", "look.depth", 0.1)])
    own = Row("b", "look.light", 0.1)
    matrix.add(own)
    matrix.use_preset([Row("a", "look.depth", 0.2), Row("b", "look.gamma", 0.1)])
    assert shown(desk, matrix).look.depth == pytest.approx(0.64), "in place of the default's"
    assert len(matrix.rows) == 3
    matrix.use_preset([])
    assert matrix.rows == (Row("a", "look.depth", 0.1), own)
    settings = shown(desk, matrix)
    assert (settings.look.depth, settings.look.gamma) == (pytest.approx(0.54), 1.0)


def test_what_a_hand_does_to_rows_is_saved_undone_and_outlives_a_preset(desk: Any) -> None:
    default, preset = Row("a", "look.depth", 0.1), Row("a", "look.gamma", 0.1)
    matrix = matrix_of(desk.coalescer, {"a": Knob(1.0)}, [default])
    matrix.use_preset([preset])
    assert matrix.rows_to_save == (preset,), "the defaults are there anyway"
    stronger = Row("a", "look.depth", 0.3)
    matrix.change(default, stronger)
    matrix.remove(preset)
    assert matrix.rows == (stronger,) == matrix.rows_to_save
    matrix.use_preset([preset])
    assert matrix.rows == (stronger, preset), "another preset brings what it has"
    moved = Row("a", "look.strength", 0.3)
    matrix.change(stronger, moved)
    assert set(matrix.rows) == {preset, moved}
    matrix.reset()
    assert matrix.rows == (default, preset)
    with pytest.raises(InputError, match="depth = 7"):
        matrix.change(default, Row("a", "look.depth", 7.0))
    with pytest.raises(KeyError):
        matrix.remove(moved)


def test_it_tells_which_source_moves_a_setting_and_how_far(desk: Any) -> None:
    rows = [Row("a", "look.depth", 0.2), Row("b", "look.depth", 0.1), Row("c", "look.depth", 0.1)]
    sources = {"a": Knob(0.5), "b": Knob(-1.0), "c": Knob(0.0)}
    matrix = matrix_of(desk.coalescer, sources, rows)
    shown(desk, matrix)
    assert matrix.movement.sources == {"a": 0.5, "b": -1.0, "c": 0.0}
    assert [matrix.movement.rows[row] for row in rows] == [pytest.approx(0.1), pytest.approx(-0.1), 0.0]


def test_a_preset_s_own_value_is_what_is_moved(desk: Any) -> None:
    matrix = matrix_of(desk.coalescer, {"a": Knob(1.0)}, [Row("a", "look.depth", 0.1)])
    shown(desk, matrix)
    desk.store.load(change(Settings(), {"look.depth": 0.2}))
    assert shown(desk, matrix).look.depth == pytest.approx(0.3)


def test_what_moves_a_macro_moves_what_it_turns(desk: Any) -> None:
    matrix = Matrix(desk.coalescer, macro_sources(desk.store.snapshot), Tempo(), MACRO_ROWS)
    assert shown(desk, matrix) == Settings()
    desk.store.change({"macro.depth": 0.75}, "test", "modulation")
    assert shown(desk, matrix).look.depth == pytest.approx(0.44 + 0.25)


def test_a_source_moves_the_fader_and_leaves_the_hand_what_it_has(desk: Any, tmp_path: Path) -> None:
    presets = [Preset(name, "", Settings()) for name in ("one", "two")]
    decks = Decks(Playlist(presets, own=OwnPresets(tmp_path)), Fades())
    add_deck_commands(Commands(), desk.parameters, decks)
    knob = Knob()
    matrix = matrix_of(desk.coalescer, {"knob": knob}, [Row("knob", "fader", 0.5)])
    decks.move(0.25)
    for value, seen in ((1.0, 0.75), (-1.0, 0.0), (2.0, 0.75), (0.0, 0.25)):
        knob.value = value
        shown(desk, matrix)
        state = decks.state()
        assert (state.fader, state.seen, state.live) == (0.25, pytest.approx(seen), "A")
    knob.value = 1.0
    shown(desk, matrix)
    matrix.reset()
    matrix.use_preset([])
    for row in matrix.rows:
        matrix.remove(row)
    shown(desk, matrix)
    assert decks.state().seen == 0.25, "without its row it is where the hand has it"


def test_what_modulation_does_not_move_is_told(desk: Any) -> None:
    for word, why in (("lookahead", "modulation does not move it"), ("fadr", "there is no such setting")):
        with pytest.raises(InputError, match=why):
            matrix_of(desk.coalescer, {"knob": Knob()}).add(Row("knob", word))


DEPTH_SPEED, SPEED_DEPTH = Row("depth", "macro.speed", 0.2), Row("speed", "macro.depth", 0.2)


def test_no_hand_lets_a_macro_move_itself_and_what_stands_stays(desk: Any) -> None:
    matrix = Matrix(desk.coalescer, macro_sources(desk.store.snapshot), Tempo())
    harmless = Row("speed", "macro.mood")
    for row in (DEPTH_SPEED, harmless):
        matrix.add(row)
    with pytest.raises(
        InputError, match=r"cannot move itself: .* moves .*, .* moves .*; leave out one of them"
    ):
        matrix.add(SPEED_DEPTH)
    with pytest.raises(InputError, match="cannot move itself"):
        matrix.change(harmless, SPEED_DEPTH)
    assert matrix.rows == (DEPTH_SPEED, harmless)
    matrix.change(DEPTH_SPEED, SPEED_DEPTH)
    assert matrix.rows == (harmless, SPEED_DEPTH)


def test_a_preset_s_row_rests_while_a_macro_would_move_itself_with_the_hand_s(desk: Any) -> None:
    matrix = Matrix(desk.coalescer, macro_sources(desk.store.snapshot), Tempo())
    matrix.add(DEPTH_SPEED)
    matrix.use_preset([SPEED_DEPTH])
    assert matrix.rows == (DEPTH_SPEED,)
    (told,) = matrix.resting
    assert told.startswith("speed does not move macro.depth: macro.")
    matrix.remove(DEPTH_SPEED)
    assert (matrix.rows, matrix.resting) == ((SPEED_DEPTH,), ())
