from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.own_presets import OwnPresets, as_own, check_name
from livedream.presets import Preset, load, own
from livedream.settings import Settings, change

DEEP = Preset("deep sea", "Blue.", change(Settings(), {"look.depth": 0.7}), is_own=True, order=1)


@pytest.fixture
def shelf(tmp_path: Path) -> OwnPresets:
    return OwnPresets(tmp_path / "of its own" / "presets")


def test_what_is_kept_is_loaded_as_it_was(shelf: OwnPresets) -> None:
    shelf.update([], [DEEP])
    assert shelf.load(pytest.fail) == [DEEP]


def test_they_stay_in_the_order_in_which_they_were_made(shelf: OwnPresets) -> None:
    made: list[Preset] = []
    for name in ("wave", "arc", "moss"):
        made.append(as_own(name, DEEP, made))
    shelf.update([], made)
    (shelf.folder / "by hand.toml").write_text("[look]\ndepth = 0.3\n")
    assert [preset.name for preset in shelf.load(pytest.fail)] == ["wave", "arc", "moss", "by hand"]


def test_what_is_no_longer_there_is_deleted_and_the_rest_is_not_touched(shelf: OwnPresets) -> None:
    other = replace(DEEP, name="other", order=2)
    shelf.update([], [DEEP, other])
    (shelf.folder / "of another program.toml").write_text("[look]\n")
    before = (shelf.folder / "other.toml").stat().st_mtime_ns
    shelf.update([DEEP, other], [other])
    assert own(shelf.folder) == ("of another program", "other")
    assert (shelf.folder / "other.toml").stat().st_mtime_ns == before


def test_a_damaged_one_is_left_out_with_a_sentence(shelf: OwnPresets) -> None:
    shelf.update([], [DEEP])
    (shelf.folder / "torn.toml").write_text("[look\n")
    (shelf.folder / "placed.toml").write_text('order = "first"\n')
    told: list[str] = []
    assert shelf.load(told.append) == [DEEP]
    assert [sentence.endswith("it is left out") for sentence in told] == [True, True]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        OwnPresets(tmp_path / "file" / "presets").update([], [DEEP])


@pytest.mark.parametrize(
    ("name", "tidy"), [("  deep   sea ", "deep sea"), ("été", "été"), ("2 fish", "2 fish")]
)
def test_a_good_name(name: str, tidy: str) -> None:
    assert check_name(name) == tidy


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 41, "../eyes", "a/b", "a:b", ".hidden", "-x", "17", "CON", "a\0b"]
)
def test_a_name_that_will_not_do_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(InputError):
        check_name(name)


def test_a_name_that_is_taken_is_refused_whatever_its_case(shelf: OwnPresets) -> None:
    for taken in ("Eyes", "Deep Sea"):
        with pytest.raises(InputError, match="already"):
            shelf.check_name(taken, [DEEP])
    shelf.update([], [DEEP])  # as another livedream does
    with pytest.raises(InputError, match="already"):
        shelf.check_name("deep sea", [])


def test_a_free_name_has_a_number(shelf: OwnPresets) -> None:
    assert shelf.free_name("eyes", []) == "eyes 2"
    assert shelf.free_name("eyes 2", [replace(DEEP, name="eyes 2")]) == "eyes 3"


def test_one_of_ones_own_is_loaded_by_its_name() -> None:
    OwnPresets().update([], [DEEP])
    try:
        assert load("deep sea") == DEEP
        assert "deep sea" in own()
    finally:
        OwnPresets().update([DEEP], [])
