from __future__ import annotations

from pathlib import Path

import pytest

from livedream.cli.control_options import (
    check_audio,
    control_plan,
    parse_osc,
    parse_osc_to,
    with_sound_and_light,
)
from livedream.control.artnet_server import ArtNetPlan
from livedream.control.control_plan import ControlPlan
from livedream.errors import InputError
from livedream.settings.modulation_row import ModulationRow


def test_the_options_are_one_plan() -> None:
    assert control_plan(None, None, None, 120.0, "off") == ControlPlan()
    plan = control_plan("9000", "tablet:9001", "", 133.0, "bar")
    assert plan == ControlPlan(("127.0.0.1", 9000), ("tablet", 9001), "", bpm=133.0, quantise="bar")


@pytest.mark.parametrize(
    ("bpm", "quantise", "wrong"),
    [
        (0.0, "off", "--bpm 0: choose 20 to 400 beats a minute"),
        (float("nan"), "off", "--bpm nan: choose 20 to 400"),
        (120.0, "half", "--quantise half: choose one of off, beat, bar"),
    ],
)
def test_what_is_not_possible_is_refused(bpm: float, quantise: str, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        control_plan(None, None, None, bpm, quantise)


def test_where_osc_comes_from_and_goes_to_is_read() -> None:
    assert parse_osc(None) is parse_osc_to(None) is None
    assert parse_osc("9000") == ("127.0.0.1", 9000)
    assert parse_osc("0.0.0.0:57120") == ("0.0.0.0", 57120)
    assert parse_osc_to("tablet.local:9001") == ("tablet.local", 9001)


@pytest.mark.parametrize("text", ["", "osc", "0", "70000", "localhost:", "9000:localhost", "\u0663", "-1"])
def test_where_osc_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--osc .*: write PORT or HOST:PORT"):
        parse_osc(text)
    for wrong in (text, f":{text}", "9001"):
        with pytest.raises(InputError, match=r"--osc-to .*: write HOST:PORT"):
            parse_osc_to(wrong)


def test_sound_and_light_become_part_of_the_plan() -> None:
    plan = ControlPlan(bpm=133.0)
    assert with_sound_and_light(plan, None, "hand", None, None, "127.0.0.1") == plan
    moves = ["low mid=look.depth:-0.3", "onset = look.light"]
    assert with_sound_and_light(plan, "", "audio", moves, "1/7=look.depth", "0.0.0.0") == ControlPlan(
        bpm=133.0,
        audio="",
        lead="audio",
        art_net=ArtNetPlan(1, 7, ("look.depth",), "0.0.0.0"),
        rows=(ModulationRow("low mid", "look.depth", -0.3), ModulationRow("onset", "look.light", 0.5)),
    )


@pytest.mark.parametrize(
    ("tempo", "wrong"),
    [
        ("audio", "--tempo audio is led by what is heard: give --audio, too"),
        ("drum", "--tempo drum: choose one"),
    ],
)
def test_a_tempo_that_nobody_leads_is_refused(tempo: str, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        with_sound_and_light(ControlPlan(), None, tempo, None, None, "127.0.0.1")


@pytest.mark.parametrize("text", [None, "", "USB Audio 2.0", "3"])
def test_a_sound_input_may_come_later(text: str | None) -> None:
    assert check_audio(text) == text


def test_a_sound_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    song = tmp_path / "song.WAV"
    with pytest.raises(InputError, match=r"song\.WAV: there is no such file"):
        check_audio(str(song))
    song.touch()
    assert check_audio(str(song)) == str(song)


def test_the_lookahead_is_kept_in_its_range() -> None:
    assert control_plan(None, None, None, 120.0, "bar", 250.0).lookahead_ms == 250.0
    for wrong in (-1.0, 1001.0, float("nan")):
        with pytest.raises(InputError, match=r"--lookahead .*: choose 0 to 1000 milliseconds"):
            control_plan(None, None, None, 120.0, "bar", wrong)
