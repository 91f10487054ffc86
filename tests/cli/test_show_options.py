from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.cli.show_options import (
    check_attract_s,
    check_fade_s,
    check_fps,
    check_programs,
    check_seconds,
    parse_osc,
    parse_osc_to,
    parse_programs,
    parse_size,
)
from livedream.errors import InputError


@given(st.integers(64, 7680), st.integers(64, 4320))
def test_a_size_is_read(width: int, height: int) -> None:
    assert parse_size(f"{width}x{height}") == (width, height)


@pytest.mark.parametrize("text", ["", "720p", "1280", "1280x", "0x0", "99999x720", "-1x5", "63x720"])
def test_an_impossible_size_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--size"):
        parse_size(text)


@pytest.mark.parametrize("fps", [0, -1, 241, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(fps: float) -> None:
    with pytest.raises(InputError, match="--fps"):
        check_fps(fps)


@pytest.mark.parametrize("seconds", [0, -3, float("nan"), float("inf")])
def test_an_impossible_duration_is_refused(seconds: float) -> None:
    with pytest.raises(InputError, match="--seconds"):
        check_seconds(seconds)
    assert check_seconds(None) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [(None, None), ("", ()), ("fur", ("fur",)), ("eyes, fur ,own.toml", ("eyes", "fur", "own.toml"))],
)
def test_programs_are_read(text: str | None, names: tuple[str, ...] | None) -> None:
    assert parse_programs(text) == names


@pytest.mark.parametrize("text", [",", "eyes,", "eyes,,fur", " "])
def test_a_gap_among_the_programs_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--programs"):
        parse_programs(text)


def test_programs_take_forty_five_seconds_or_what_is_said() -> None:
    assert check_programs("eyes,fur", None, None) == 45.0
    assert check_programs("", "fur", 3.5) == 3.5


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("eyes", "fur", None), "--preset fur"),
        ((None, None, 30.0), "--programs"),
        (("eyes", None, 0.0), "--program-s 0"),
        (("eyes", None, -1.0), "--program-s -1"),
        (("eyes", None, float("nan")), "--program-s nan"),
    ],
)
def test_programs_that_make_no_sense_are_refused(given: tuple, named: str) -> None:
    with pytest.raises(InputError, match=named):
        check_programs(*given)


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_an_impossible_time_without_motion_is_refused(seconds: float) -> None:
    with pytest.raises(InputError, match="--attract-s"):
        check_attract_s(seconds)
    assert check_attract_s(0.0) is None
    assert check_attract_s(60.0) == 60.0


@pytest.mark.parametrize("seconds", [-0.1, 60.5, float("inf"), float("nan")])
def test_a_fade_that_is_not_possible_is_refused(seconds: float) -> None:
    with pytest.raises(InputError, match=r"--fade-s .*: choose 0 \(at once\) to 60 seconds"):
        check_fade_s(seconds)
    assert check_fade_s(0.0) == 0.0
    assert check_fade_s(2.5) == 2.5


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
