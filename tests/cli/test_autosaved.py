from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.cli.autosaved import (
    PROMISE,
    Found,
    Standing,
    autosaved,
    bring_back_look,
    bring_back_rows,
    found,
    named_first,
    with_tempo,
)
from livedream.cli.show_options import Options
from livedream.clock import ManualClock
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.modulation.macros import MACRO_ROWS
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Playlist
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.saved_show import ShowFiles, show_of
from livedream.runtime.saved_show_text import SavedShow, SavedTempo
from livedream.settings.modulation_row import ModulationRow as Row

WAVE, BASS = Row("sine 4 beats", "fader", 0.25), Row("bass", "look.light", 0.5)


@pytest.fixture
def files(tmp_path: Path) -> ShowFiles:
    return ShowFiles(tmp_path, lambda pid, started_s: False)


class Show:
    """A desk with its controls, and what stands for the session."""

    def __init__(self, desk: Desk, plan: ControlPlan) -> None:
        self.desk, self.told = desk, list[str]()
        self.session: Any = SimpleNamespace(
            sources=SimpleNamespace(spec=""), output=SimpleNamespace(mirrored=False)
        )
        playlist = desk.playlist
        self.controls = Controls(
            playlist.store,
            desk.commands,
            playlist,
            plan,
            parameters=desk.parameters,
            tell=self.told.append,
            clock=ManualClock(),
        )
        self.standing = Standing(self.session, desk, self.controls)


@pytest.fixture
def show(make_desk: Callable[[Playlist], Desk]) -> Iterator[Callable[..., Show]]:
    made: list[Show] = []

    def make(saved: SavedShow | None = None, words: str = "") -> Show:
        desk = make_desk(load_playlist("eyes", ()))
        said = bring_back_look(desk, Found(saved, words))
        one = Show(desk, with_tempo(Options(None, "eyes"), saved).control)
        one.told.append(said)
        if saved is not None:
            bring_back_rows(one.controls, saved, one.told.append)
        made.append(one)
        return one

    yield make
    for one in made:
        one.controls.close()


def played(one: Show, files: ShowFiles, *, crashes: bool) -> None:
    """Show fur, with one change by hand."""
    try:
        with autosaved(one.standing, files, lambda _: None):
            place = one.desk.playlist.place_of("fur")
            assert place is not None
            one.desk.playlist.show(place)
            one.desk.playlist.store.change({"look.depth": 0.61}, "panel")
            if crashes:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass


def test_after_a_crash_the_show_goes_on_and_says_so(show: Callable[..., Show], files: ShowFiles) -> None:
    played(show(), files, crashes=True)
    last = found(files, resume=None, may_restore=True)
    again = show(*last)
    assert again.told == [
        "the last show did not end well and goes on: fur and 1 change by hand; "
        "undo takes it back, and --fresh starts anew"
    ]
    desk = again.desk
    assert (desk.playlist.name, desk.playlist.store.snapshot().look.depth) == ("fur", 0.61)
    assert desk.commands.do("undo") == "undone: preset fur"
    assert desk.playlist.name == "eyes"


def test_all_that_a_hand_has_set_comes_back(show: Callable[..., Show], files: ShowFiles) -> None:
    before = show()
    before.desk.decks.load("B", 3)
    before.desk.decks.move(0.3)
    before.desk.playlist.store.change({"macro.trail": 0.9}, "panel")
    before.controls.step()  # the macros are held from now on
    before.controls.matrix.add(WAVE)
    before.controls.matrix.remove(MACRO_ROWS[0])
    before.controls.tempo.tap(0.0)
    before.controls.tempo.tap(0.4)
    before.desk.playlist.on_beat.quantise = "bar"
    before.desk.parameters.turn("lookahead", 90)
    before.session.sources.spec, before.session.output.mirrored = "clouds:7", True
    before.standing.is_view_mirrored = lambda: True
    saved = before.standing()
    files.save(saved)

    last = found(files, resume=None, may_restore=True)
    assert last.show == saved
    assert (saved.source, saved.mirrored, saved.view_mirrored) == ("clouds:7", True, True)
    again = show(*last)
    again.session.sources.spec, again.session.output.mirrored = saved.source, saved.mirrored
    again.standing.is_view_mirrored = lambda: True
    assert again.standing() == saved
    assert again.controls.tempo.bpm == 150.0
    assert again.desk.decks.state().fader == 0.3
    assert again.desk.playlist.store.snapshot().macro.trail == 0.9
    again.controls.step()
    assert again.controls.matrix.rows == before.controls.matrix.rows
    assert WAVE in again.controls.matrix.rows
    assert MACRO_ROWS[0] not in again.controls.matrix.rows


def test_a_row_whose_source_is_missing_stays_and_is_told(show: Callable[..., Show]) -> None:
    saved = replace(show_of(show().desk), rows=(BASS,))
    again = show(saved, "the show goes on")
    assert "the last show was moved by bass: there is no source 'bass'" in again.told[-1]
    assert again.standing().rows == (BASS,)


def test_a_row_with_which_a_macro_would_move_itself_rests_and_is_told(show: Callable[..., Show]) -> None:
    one = show()
    rows = (Row("speed", "macro.depth"), Row("depth", "macro.speed"))
    one.controls.matrix.add(rows[0])
    bring_back_rows(one.controls, replace(show_of(one.desk), rows=rows[1:]), one.told.append)
    assert one.told[-1].startswith("of the last show, depth does not move macro.speed: macro.")


def test_what_is_named_on_the_command_line_comes_first() -> None:
    saved = SavedShow(
        "eyes",
        {},
        (),
        "eyes",
        "fur",
        numbers={"fader": 0.5, "fade seconds": 9.0},
        source="clouds",
        tempo=SavedTempo(99.0, "bar", 50.0),
        mirrored=False,
    )
    assert named_first(saved, Options(None, "eyes")) == saved
    plan = ControlPlan(bpm=140.0, lookahead_ms=10.0)
    options = Options("film.mp4", "eyes", fade_s=2.0, control=plan, mirror_output=True)
    first = named_first(saved, options)
    assert first == replace(
        saved,
        numbers={"fader": 0.5},
        source="",
        tempo=SavedTempo(140.0, "bar", 10.0),
        mirrored=True,
    )
    taken = with_tempo(options, first).control
    assert (taken.bpm, taken.quantise, taken.lookahead_ms) == (140.0, "bar", 10.0)
    assert with_tempo(options, None) is options


def test_a_preset_that_is_gone_is_said_and_the_rest_comes_back(show: Callable[..., Show]) -> None:
    saved = SavedShow("gone", {}, (), "eyes", "fur", rows=(WAVE,), tempo=SavedTempo(99.0))
    again = show(saved, "the show goes on")
    assert again.told == [
        "the show goes on, but its look cannot be brought back: its preset 'gone' is no longer there; "
        "--fresh starts anew"
    ]
    assert (again.desk.playlist.name, again.controls.tempo.bpm) == ("eyes", 99.0)
    assert again.standing().rows == (WAVE,)


def test_after_a_good_end_it_starts_anew_unless_asked(show: Callable[..., Show], files: ShowFiles) -> None:
    played(show(), files, crashes=False)
    assert found(files, resume=None, may_restore=True) == (None, "")
    last = found(files, resume=True, may_restore=False)
    assert show(*last).told[0].startswith("the show goes on: fur")


def test_fresh_and_what_was_asked_for_come_first(show: Callable[..., Show], files: ShowFiles) -> None:
    played(show(), files, crashes=True)
    asked = found(files, resume=None, may_restore=False)
    assert asked == (None, PROMISE)
    played(show(), files, crashes=True)
    assert found(files, resume=False, may_restore=True) == (None, "")
    assert found(files, resume=None, may_restore=True) == (None, ""), "it is over"


def test_what_is_promised_is_kept_while_other_shows_come_and_go(
    show: Callable[..., Show], files: ShowFiles
) -> None:
    played(show(), files, crashes=True)
    assert found(files, resume=None, may_restore=False).words == PROMISE
    for _ in range(2):
        assert found(files, resume=None, may_restore=False) == (None, "")
        with autosaved(show().standing, files, lambda _: None):
            pass
    last = found(files, resume=True, may_restore=False)
    assert show(*last).told[0].startswith("the show that did not end well goes on: fur and 1 change by hand")
    with autosaved(show().standing, files, lambda _: None):
        pass
    again = found(files, resume=True, may_restore=False).show
    assert again is not None
    assert again.preset == "eyes", "it was taken, so that the last end counts"


def test_fresh_ends_what_was_promised(show: Callable[..., Show], files: ShowFiles) -> None:
    played(show(), files, crashes=True)
    found(files, resume=None, may_restore=False)
    found(files, resume=False, may_restore=False)
    with autosaved(show().standing, files, lambda _: None):
        pass
    again = found(files, resume=True, may_restore=False).show
    assert again is not None
    assert again.preset == "eyes"


def test_a_damaged_file_is_one_sentence_and_a_fresh_start(files: ShowFiles, tmp_path: Path) -> None:
    (tmp_path / "running-77.toml").write_text("[run\n")
    said = "the last show cannot be brought back: its file is damaged; this one starts anew"
    assert found(files, resume=None, may_restore=True) == (None, said)


def test_with_nothing_to_go_on_with_that_is_said(files: ShowFiles) -> None:
    said = "there is no last show to go on with; this one starts anew"
    assert found(files, resume=True, may_restore=True) == (None, said)
