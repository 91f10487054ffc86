"""A controller's bindings are kept in a file that a person may write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livedream.control.midi_binding import Binding, MidiSource
from livedream.control.midi_profile import MidiProfile, load_profile, profile_file, save_profile
from livedream.errors import InputError

COMMANDS = ("blackout", "next preset")
SOURCES = st.one_of(
    st.builds(
        MidiSource, st.integers(1, 16), st.sampled_from(["cc", "note", "program"]), st.integers(0, 127)
    ),
    st.builds(MidiSource, st.integers(1, 16), st.just("cc14"), st.integers(0, 31)),
)
BINDINGS = st.one_of(
    st.builds(Binding, SOURCES, st.sampled_from(["look.steer", "dream.rank", *COMMANDS])),
    st.builds(
        Binding,
        SOURCES,
        st.just("look.depth"),
        st.floats(0, 0.4),
        st.one_of(st.none(), st.floats(0.5, 1)),
        st.floats(0, 1),
        st.booleans(),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(BINDINGS, max_size=5), st.lists(st.text(max_size=9), max_size=2))
def test_what_is_saved_is_loaded(tmp_path: Path, bindings: list[Binding], ports: list[str]) -> None:
    file = tmp_path / "profiles" / "mine.toml"
    profile = MidiProfile(tuple(bindings), tuple(ports))
    save_profile(file, profile)
    assert load_profile(file, COMMANDS) == profile


def test_a_profile_is_found_by_its_name_or_is_a_file(tmp_path: Path) -> None:
    assert profile_file("", tmp_path) == tmp_path / "default.toml"
    assert profile_file("stage", tmp_path) == tmp_path / "stage.toml"
    assert profile_file("stage.toml", tmp_path) == Path("stage.toml")
    assert profile_file("mine/stage", tmp_path) == Path("mine/stage")


def test_little_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[[binding]]\ntarget = "look.depth"\nkind = "cc"\nnumber = 7\n', encoding="utf-8")
    bindings = (Binding(MidiSource(1, "cc", 7), "look.depth"),)
    assert load_profile(file, ()) == MidiProfile(bindings)


def test_a_preset_that_this_show_lacks_may_be_bound(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[[binding]]\ntarget = "preset my own"\nkind = "note"\nnumber = 7\n', encoding="utf-8")
    assert load_profile(file, ()).bindings[0].target == "preset my own"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", "is not valid TOML"),
        ("name = 3", "name = 3 is not possible: there are only ports and [[binding]] tables"),
        ("ports = 3", "ports = 3 is not possible: it must be a list of names"),
        ("binding = 3", "binding = 3 is not possible: it must be [[binding]] tables"),
        ("[[binding]]", "binding 1: target is missing"),
        ('[[binding]]\ntarget = "look.depth"\nkind = "cc"', "binding 1: number is missing"),
        ("[[binding]]\nknob = 3", "binding 1: knob = 3 is not possible: the keys are target, kind"),
        ("[[binding]]\ntarget = 3", "binding 1: target = 3 is not possible: it must be a text"),
        ("[[binding]]\nnumber = true", "binding 1: number = True is not possible: it must be a whole number"),
        ('[[binding]]\nlow = "x"', "binding 1: low = 'x' is not possible: it must be a number"),
        ("[[binding]]\npickup = 1", "binding 1: pickup = 1 is not possible: it must be true or false"),
        (
            f'[[binding]]\ntarget = "look.depth"\nkind = "cc"\nnumber = {10**400}',
            "binding 1: number = 1000",
        ),
        (
            f'[[binding]]\ntarget = "look.depth"\nkind = "cc"\nnumber = 3\nhigh = {10**400}',
            "is not possible: it must be from 0.0 to 1.0",
        ),
        (
            '[[binding]]\ntarget = "look.depth"\nkind = "cc"\nnumber = 3\nhigh = nan',
            "high = nan is not possible: it must be from 0.0 to 1.0",
        ),
        (
            '[[binding]]\ntarget = "look.depth"\nkind = "cc"\nnumber = 200',
            "binding 1: number = 200 is not possible: it must be from 0 to 127",
        ),
        (
            '[[binding]]\ntarget = "look.deepth"\nkind = "cc"\nnumber = 20',
            "binding 1: target = 'look.deepth' is neither a setting nor a command",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_key_and_value(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as fault:
        load_profile(file, COMMANDS)
    assert str(file) in str(fault.value)
    assert told in str(fault.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_profile(tmp_path / "a.toml", ())


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save_profile(tmp_path / "a" / "b.toml", MidiProfile())
