from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.presets import Preset, apply_assignments
from livedream.runtime.playlist import Look, Playlist
from livedream.settings import Settings, change

THREE = [
    Preset(name, "", apply_assignments(Settings(), [f"dream.step_size={size}"]))
    for name, size in (("one", 0.01), ("two", 0.02), ("three", 0.03))
]


def here(work: Callable[[], None]) -> None:
    work()


def step_size(programs: Playlist) -> float:
    return programs.store.snapshot().dream.step_size


def test_each_is_shown_for_its_time_round_and_round() -> None:
    programs, seen = Playlist(THREE, every_s=45.0), []
    for frame in range(4 * 45 * 10 + 1):
        programs.advance(100.0 + frame / 10)
        seen.append((frame / 10, programs.name, step_size(programs)))

    changes = [after for before, after in pairwise(seen) if after[1] != before[1]]

    assert changes == [(45.0, "two", 0.02), (90.0, "three", 0.03), (135.0, "one", 0.01), (180.0, "two", 0.02)]


def test_without_a_time_nothing_happens_by_itself() -> None:
    programs = Playlist(THREE)
    before = programs.store.snapshot()
    for frame in range(1000):
        programs.advance(float(frame))

    assert programs.store.snapshot() is before
    assert programs.left_s is None


def test_one_alone_stays_as_it_is() -> None:
    programs = Playlist(THREE[:1], every_s=5.0)
    before = programs.store.snapshot()
    programs.advance(0.0)
    programs.advance(100.0)

    assert programs.store.snapshot() is before
    assert programs.left_s is None


def test_time_in_which_an_engine_is_built_does_not_count() -> None:
    programs = Playlist(THREE, every_s=10.0)
    programs.advance(0.0)
    programs.advance(9.0)
    for frame in range(10, 300):
        programs.advance(float(frame), waiting=True)
    assert (programs.name, programs.left_s) == ("one", 1.0)

    programs.advance(300.0)

    assert (programs.name, programs.left_s) == ("two", 10.0)


def test_a_hand_changes_it_at_once_and_the_time_begins_anew() -> None:
    programs = Playlist(THREE, every_s=10.0)
    programs.advance(0.0)
    programs.advance(8.0)

    assert programs.step(1) == "two"
    programs.advance(17.9)
    assert programs.name == "two"
    programs.advance(18.0)
    assert programs.name == "three"


@given(st.lists(st.integers(-5, 5), max_size=12))
def test_steps_add_up_round_and_round(steps: list[int]) -> None:
    programs = Playlist(THREE, at=1)
    for by in steps:
        programs.step(by)

    expected = THREE[(1 + sum(steps)) % 3]
    assert (programs.name, programs.store.snapshot()) == (expected.name, expected.settings)


def test_a_place_that_is_not_there_changes_nothing() -> None:
    programs = Playlist(THREE)
    before = programs.store.snapshot()
    for place in (3, -1):
        with pytest.raises(IndexError):
            programs.show(place)

    assert programs.store.snapshot() is before


def test_what_is_kept_holds_for_those_that_follow() -> None:
    programs = Playlist(THREE)
    programs.keep("motion.floor_px", 0.5)
    programs.step(1)

    assert programs.store.snapshot().motion.floor_px == 0.5
    assert step_size(programs) == 0.02


def test_what_cannot_be_is_not_kept() -> None:
    programs = Playlist(THREE)
    with pytest.raises(InputError, match=r"motion\.floor_px"):
        programs.keep("motion.floor_px", -1.0)
    programs.step(1)

    assert programs.store.snapshot() == THREE[1].settings


def test_what_a_hand_changed_besides_goes_with_its_preset() -> None:
    programs = Playlist(THREE)
    programs.store.change({"dream.layers": {"lines": 1.0}}, "test")
    programs.step(1)

    assert programs.store.snapshot() == THREE[1].settings


def test_the_presets_themselves_are_left_alone() -> None:
    before = [preset.settings.model_dump() for preset in THREE]
    programs = Playlist(THREE, every_s=1.0)
    for frame in range(50):
        programs.advance(frame / 10)

    assert [preset.settings.model_dump() for preset in THREE] == before


def test_a_preset_whose_picture_has_gone_is_passed_over_and_named(tmp_path: Path) -> None:
    broken = Preset("broken", "", change(Settings(), {"dream.guide": str(tmp_path / "gone.png")}))
    programs, said = Playlist([THREE[0], broken, THREE[2]], every_s=10.0, apart=here), list[str]()
    programs.tell_to(said.append)
    assert programs.step(1) == "three"
    assert programs.step(-1) == "one"
    assert programs.show(1) == "one"
    programs.advance(0.0)
    programs.advance(10.0)
    assert programs.name == "three"
    assert len(said) == 4
    assert all("broken" in one and "gone.png" in one for one in said)
    assert step_size(programs) == 0.03


def test_alone_a_preset_whose_picture_has_gone_goes_on() -> None:
    programs = Playlist(THREE[:1])
    assert programs.step(1) == "one"
    assert step_size(programs) == 0.01


def test_the_nearest_are_the_likeliest_next() -> None:
    programs = Playlist([Preset(str(n), "", Settings()) for n in range(5)], at=1)
    assert [preset.name for preset in programs.upcoming()] == ["1", "2", "0", "3", "4"]
    assert [preset.name for preset in Playlist(THREE[:1]).upcoming()] == ["one"]


def test_what_is_asked_for_waits_for_the_bar() -> None:
    playlist = Playlist(THREE)
    playlist.on_beat.follow(lambda now_s: 2 * now_s)
    playlist.on_beat.quantise = "bar"
    playlist.advance(0.1)
    assert playlist.step(1) == "two"
    assert playlist.step(1) == "three", "a second step goes on from what waits"
    assert (playlist.name, playlist.asked) == ("one", "three")
    for now_s, shown in ((1.0, "one"), (1.99, "one"), (2.0, "three"), (4.0, "three")):
        playlist.advance(now_s)
        assert playlist.name == shown
    assert playlist.asked == ""
    playlist.on_beat.quantise = "off"
    assert playlist.show(0) == "one" == playlist.name


def test_presets_take_turns_by_beats() -> None:
    playlist = Playlist(THREE[:2], every_beats=8)
    playlist.on_beat.follow(lambda now_s: 2 * now_s)
    shown = []
    for frame in range(300):
        playlist.advance(frame / 25)
        shown.append(playlist.name)
    assert shown.index("two") == 100, "after eight beats, which are four seconds"
    assert shown.index("one", 100) == 200
    assert playlist.left_s == pytest.approx(12 - 299 / 25)


def test_a_preset_whose_clip_cannot_be_decoded_is_passed_over_and_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def undecodable(*_: object, **__: object) -> None:
        raise ValueError("an odd number of planes")

    broken = Preset("broken", "", change(Settings(), {"dream.guide": "clip.mp4"}))
    programs, said = Playlist([THREE[0], broken, THREE[2]], every_s=10.0, apart=here), list[str]()
    programs.tell_to(said.append)
    monkeypatch.setattr("livedream.references.open_source", undecodable)
    shown = []
    for frame in range(81):
        programs.advance(float(frame))
        shown.append(programs.name)
    assert shown[::10] == ["one", "three"] * 4 + ["one"]
    (sentence,) = said
    assert sentence.startswith("the preset broken cannot be shown: dream.guide = clip.mp4 cannot be seen")
    programs.show(1)
    assert said == [sentence] * 2, "a hand is answered"


def test_no_frame_waits_for_the_picture_of_the_next_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = threading.Event(), threading.Event()

    def open_slowly(*_: object, **__: object) -> None:
        asked.set()
        assert answers.wait(60)
        raise ValueError("it is gone")

    far = Preset("far", "", change(Settings(), {"dream.guide": "far.mp4"}))
    programs, is_told = Playlist([THREE[0], far, THREE[2]], every_s=10.0), threading.Event()
    programs.tell_to(lambda _: is_told.set())
    monkeypatch.setattr("livedream.references.open_source", open_slowly)
    programs.advance(0.0)
    programs.advance(10.0)
    assert asked.wait(60)
    for frame in range(11, 41):
        programs.advance(float(frame))
        assert programs.name == "one"
    answers.set()
    assert is_told.wait(60)


def test_no_frame_waits_for_a_preset_that_is_being_saved() -> None:
    programs, saving, saved = Playlist(THREE, every_s=10.0), threading.Event(), threading.Event()
    programs.advance(0.0)

    def slowly(look: Look) -> Look:
        saving.set()
        assert saved.wait(60)
        return look

    thread = threading.Thread(target=programs.edit, args=(slowly, "save"))
    thread.start()
    assert saving.wait(60)
    programs.advance(9.0)
    assert programs.name == "one"
    saved.set()
    thread.join(60)
    programs.advance(9.5)
    programs.advance(18.9)
    assert programs.name == "one", "it is shown for its time from then on"
    programs.advance(19.1)
    assert programs.name == "two"
