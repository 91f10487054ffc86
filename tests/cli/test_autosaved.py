from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from livedream.cli.autosaved import autosaved, begin
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Playlist
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.saved_show import ShowFiles


@pytest.fixture
def files(tmp_path: Path) -> ShowFiles:
    return ShowFiles(tmp_path, lambda pid, started_s: False)


@pytest.fixture
def desk(make_desk: Callable[[Playlist], Desk]) -> Callable[[], Desk]:
    return lambda: make_desk(load_playlist("eyes", ()))


def played(desk: Callable[[], Desk], files: ShowFiles, *, crashes: bool) -> None:
    """Show fur, with one change by hand."""
    one = desk()
    try:
        with autosaved(one, files, lambda _: None, resume=None, may_restore=True):
            place = one.playlist.place_of("fur")
            assert place is not None
            one.playlist.show(place)
            one.playlist.store.change({"look.depth": 0.61}, "panel")
            if crashes:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass


def test_after_a_crash_the_show_goes_on_and_says_so(desk: Callable[[], Desk], files: ShowFiles) -> None:
    played(desk, files, crashes=True)
    again = desk()
    assert begin(again, files, resume=None, may_restore=True) == (
        "the last show did not end well and goes on: fur and 1 change by hand; "
        "undo takes it back, and --fresh starts anew"
    )
    assert (again.playlist.name, again.playlist.store.snapshot().look.depth) == ("fur", 0.61)
    assert again.commands.do("undo") == "undone: preset fur"
    assert again.playlist.name == "eyes"


def test_after_a_good_end_it_starts_anew_unless_asked(desk: Callable[[], Desk], files: ShowFiles) -> None:
    played(desk, files, crashes=False)
    again = desk()
    assert begin(again, files, resume=None, may_restore=True) == ""
    assert again.playlist.name == "eyes"
    assert begin(again, files, resume=True, may_restore=False).startswith("the show goes on: fur")
    assert again.playlist.name == "fur"


def test_fresh_and_what_was_asked_for_come_first(desk: Callable[[], Desk], files: ShowFiles) -> None:
    played(desk, files, crashes=True)
    again = desk()
    assert begin(again, files, resume=None, may_restore=False).endswith(
        "--resume brings back what stood in it"
    )
    played(desk, files, crashes=True)
    assert begin(again, files, resume=False, may_restore=True) == ""
    assert again.playlist.name == "eyes"
    assert begin(again, files, resume=None, may_restore=True) == "", "it is over"


def test_a_damaged_file_is_one_sentence_and_a_fresh_start(
    desk: Callable[[], Desk], files: ShowFiles, tmp_path: Path
) -> None:
    (tmp_path / "running-77.toml").write_text("[run\n")
    said = begin(desk(), files, resume=None, may_restore=True)
    assert said == "the last show cannot be brought back: its file is damaged; this one starts anew"


def test_with_nothing_to_go_on_with_that_is_said(desk: Callable[[], Desk], files: ShowFiles) -> None:
    said = begin(desk(), files, resume=True, may_restore=True)
    assert said == "there is no last show to go on with; this one starts anew"
