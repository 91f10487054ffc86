"""Settings of a film's frames: as in a show at the same times, wherever a film is begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from livedream.clock import ManualClock
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.fade import blend
from livedream.modulation.tempo import Tempo
from livedream.offline.moving_settings import MovingSettings, highest, moving_look
from livedream.offline.settings_timeline import Segment, SettingsTimeline
from livedream.presets import Preset
from livedream.runtime.commands import Commands
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings, by_word, change
from livedream.settings.modulation_row import ModulationRow as Row

RATE = Fraction(25)
ROWS = (
    Row("sine 4 beats", "look.depth", 0.2),
    Row("random 1 beat", "look.gamma", 0.2, smoothing_s=0.3),
    Row("triangle 0.5 hz +0.25", "macro.colour", 0.5, curve="root"),
    Row("decay 1 beat", "dream.step_size", -0.3, side="up", start=0.2),
    Row("depth", "feedback.zoom", 0.1),
)
SETTINGS = change(Settings(), {"macro.depth": 0.8, "macro.trail": 0.3, "look.light": 0.4})


def in_a_show(rows: Sequence[Row], settings: Settings, frames: int) -> Iterator[Settings]:
    """Step the controls of a show, whose clock is a test's, once a frame."""
    clock = ManualClock()
    playlist = Playlist([Preset("moving", "", settings, tuple(rows))])
    controls = Controls(playlist.store, Commands(), playlist, ControlPlan(bpm=133.0), clock=clock)
    for _ in range(frames):
        controls.step()
        yield playlist.store.snapshot()
        clock.advance(float(1 / RATE))
    controls.close()


def moved(rows: Sequence[Row], settings: Settings, rate: Fraction = RATE) -> MovingSettings:
    timeline = SettingsTimeline([Segment(0.0, settings, rows=tuple(rows))])
    return MovingSettings(timeline, rate, tempo=Tempo(133.0))


def test_a_film_moves_as_a_show_does_at_the_same_times() -> None:
    film = moved(ROWS, SETTINGS)
    for index, settings in enumerate(in_a_show(ROWS, SETTINGS, 60)):
        there = film.at(index).settings
        for word, info in by_word().items():
            if word.startswith("macro."):
                continue
            assert info.value_of(there) == pytest.approx(info.value_of(settings), abs=1e-9), (index, word)


@pytest.mark.parametrize("smoothing_s", [0.0, 2.0])
def test_wherever_a_film_is_begun_a_frame_is_the_same_to_the_last_digit(smoothing_s: float) -> None:
    rows = (*ROWS, Row("random 0.5 hz", "look.light", 0.4, smoothing_s=smoothing_s))
    whole = moved(rows, SETTINGS, Fraction(5))
    by_frame = [whole.at(index) for index in range(900)]
    for begin in (890, 800, 401, 399, 1):
        part = moved(rows, SETTINGS, Fraction(5))
        assert [part.at(begin + index) for index in range(10)] == by_frame[begin : begin + 10]
    assert [whole.at(index) for index in (10, 5)] == [by_frame[10], by_frame[5]], "backwards, too"


def test_a_smoothed_row_goes_on_where_those_are_begun_that_are_followed_anew() -> None:
    quick, slow = Row("random 1 beat", "look.gamma", 0.2, smoothing_s=0.1), Row("bass", "look.light", 0.5)
    anew, at_once = moved((quick,), SETTINGS), moved((quick, replace(slow, smoothing_s=5.0)), SETTINGS)
    for index in range(250):  # the first is begun anew every hundred frames, the second never
        gammas = [film.at(index).settings.look.gamma for film in (anew, at_once)]
        assert gammas[0] == pytest.approx(gammas[1], abs=1e-12), index


def test_a_macro_that_is_turned_acts_and_at_rest_nothing_does() -> None:
    assert moving_look(Settings(), (), RATE).at(5).settings == Settings()
    deep = moving_look(change(Settings(), {"macro.depth": 1.0}), (), RATE).at(0).settings
    assert deep.look.depth == pytest.approx(0.94)
    quiet = moving_look(change(Settings(), {"macro.depth": 1.0}), (Row("depth", "look.depth", 0.0),), RATE)
    assert quiet.at(0).settings.look.depth == Settings().look.depth, "a preset's row takes a macro's place"


def test_a_source_that_is_not_there_rests() -> None:
    rows = (Row("bass", "look.depth", 0.5), Row("channel 4", "look.light", 0.5))
    assert moving_look(Settings(), rows, RATE).at(3).settings == Settings()


def test_modulation_lies_on_the_timeline_and_fades_with_it() -> None:
    still, waving = Settings(), change(Settings(), {"look.light": 0.2})
    wave = Row("square 1 hz", "look.depth", 0.2)
    timeline = SettingsTimeline(
        [Segment(0.0, still), Segment(2.0, waving, 1.0, (wave,)), Segment(4.0, still, 0.0)]
    )
    film = MovingSettings(timeline, Fraction(10))
    assert film.at(15).settings == still
    fading = [film.at(index).settings.look for index in (22, 27)]
    assert [look.depth for look in fading] == pytest.approx(
        [0.8 * 0.44 + 0.2 * 0.64, 0.3 * 0.44 + 0.7 * 0.24]
    )
    lights = [blend(still, waving, share).settings.look.light for share in (0.2, 0.7)]
    assert [look.light for look in fading] == pytest.approx(lights)
    assert film.at(32).settings.look.depth == pytest.approx(0.64)
    assert film.at(37).settings.look.depth == pytest.approx(0.24)
    assert film.at(40).settings == still


def test_the_highest_that_a_setting_may_become_counts_what_may_move_it() -> None:
    base = Settings().motion.persistence

    def most(*rows: Row, **macros: float) -> float:
        settings = change(Settings(), {f"macro.{name}": value for name, value in macros.items()})
        return highest(Segment(0.0, settings, rows=rows), "motion.persistence")

    assert most() == base
    assert most(Row("sine 1 hz", "motion.persistence", -0.01)) == pytest.approx(base + 0.01)
    assert most(Row("bass", "motion.persistence", -0.01, side="up")) == base
    assert most(trail=0.8) > base
    assert most(Row("bass", "macro.trail", 0.5)) > base
    assert most(Row("bass", "motion.persistence", 1.0)) == by_word()["motion.persistence"].high


def test_a_show_s_fader_moves_nothing_in_a_film() -> None:
    moving = moving_look(Settings(), (Row("sine 1 hz", "fader", 0.5),), Fraction(30))
    assert all(moving.at(frame).settings == Settings() for frame in range(5))
