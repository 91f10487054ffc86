"""All that stands in a show is written and read back; what is damaged is one sentence."""

from __future__ import annotations

import pytest

from livedream.errors import InputError
from livedream.runtime.saved_show_text import SavedShow, SavedTempo, show_from, text_of
from livedream.settings.modulation_row import ModulationRow

SHOW = SavedShow(
    "low",
    {"look.depth": 0.7, "dream.layers": {"eyes": 1.0}},
    ("look.depth",),
    "low",
    "mid",
    "B",
    {"fader": 0.25, "fade seconds": 3.0},
    (ModulationRow("sine 4 beats", "fader", 0.3, curve="square"),),
    (("depth", "look.depth", "both"),),
    "camera:C920 webcam",
    SavedTempo(128.5, "bar", 120.0),
    mirrored=True,
    view_mirrored=False,
)
OLDER = """
preset = "low"
held = ["look.depth"]
[decks]
A = "low"
B = "mid"
[run]
pid = 1
started_s = 2.0
[hand]
"look.depth" = 0.7
"""


def test_what_is_written_is_read_back() -> None:
    assert show_from(text_of(SHOW, {"pid": 1}).encode()) == SHOW
    least = SavedShow("low", {}, (), "low", "mid")
    assert show_from(text_of(least, {}).encode()) == least


def test_what_an_older_one_has_saved_is_read_and_so_is_what_a_newer_one_adds() -> None:
    read = SavedShow("low", {"look.depth": 0.7}, ("look.depth",), "low", "mid")
    assert show_from(OLDER.encode()) == read
    assert show_from(f"future = [1, 2]\n{OLDER}[more]\nx = 1\n".encode()) == read


@pytest.mark.parametrize("decks", ["3", "'x'", "[]", "true", "1.5"])
def test_decks_that_are_no_table_are_damaged_too(decks: str) -> None:
    with pytest.raises(InputError, match="its file is damaged"):
        show_from(f"preset = 'low'\nheld = []\ndecks = {decks}\n[hand]\n".encode())


@pytest.mark.parametrize(
    "line",
    [
        'source = "film\\u0000.mp4"',
        "numbers = {fader = nan}",
        "numbers = {fader = true}",
        "numbers = 7",
        f"numbers = {{fader = {10**400}}}",
        "removed = [[1, 2]]",
        "removed = 3",
        "tempo = {bpm = 'fast'}",
        "tempo = {quantise = 'bar'}",
        "tempo = {bpm = 120, quantise = 'often'}",
        "mirrors = {output = 1}",
        "mirrors = []",
        "x = " + 2000 * "[",
    ],
)
def test_what_is_damaged_is_one_sentence(line: str) -> None:
    with pytest.raises(InputError, match="its file is damaged"):
        show_from(f"{line}\n{OLDER}".encode())


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("modulation = 3", "its file: modulation = 3 is not possible"),
        ("modulation = [{source = 'bass', word = 'look.depth', depth = 7}]", "modulation 1: depth = 7"),
        ("modulation = [{source = 'bass', word = 'look.gone'}]", "there is no such setting"),
    ],
)
def test_a_row_that_is_not_possible_is_named(table: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        show_from(f"{table}\n{OLDER}".encode())
