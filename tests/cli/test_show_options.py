from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.cli.show_options import (
    check_attract_s,
    check_fade_s,
    check_flash_limit,
    check_fps,
    check_program_beats,
    check_programs,
    check_resume,
    check_seconds,
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


def test_how_many_beats_a_preset_is_shown_is_checked() -> None:
    assert check_program_beats(None, None, None) is None
    assert check_program_beats(32, "", None) == 32
    for beats, programs, program_s, wrong in (
        (32, None, None, "give --programs, too"),
        (32, "", 5.0, "give one of the two"),
        (0, "", None, "choose 1 to 100000"),
        (float("nan"), "", None, "choose 1 to 100000"),
    ):
        with pytest.raises(InputError, match=wrong):
            check_program_beats(beats, programs, program_s)


@pytest.mark.parametrize("limit", ["live", "all", "off"])
def test_what_is_kept_from_flashing_is_one_of_three(limit: str) -> None:
    assert check_flash_limit(limit) == limit


def test_another_word_for_the_flash_limiter_is_refused() -> None:
    with pytest.raises(InputError, match="--flash-limiter on: choose one of live, all, off"):
        check_flash_limit("on")


@pytest.mark.parametrize(
    ("resume", "fresh", "asked"), [(False, False, None), (True, False, True), (False, True, False)]
)
def test_whether_the_last_show_goes_on(resume: bool, fresh: bool, asked: bool | None) -> None:
    assert check_resume(resume, fresh, is_plain=True) is asked


@pytest.mark.parametrize(
    ("fresh", "is_plain", "named"), [(True, True, "--fresh"), (False, False, "--preset")]
)
def test_what_does_not_go_with_the_last_show_is_refused(fresh: bool, is_plain: bool, named: str) -> None:
    with pytest.raises(InputError, match=named):
        check_resume(True, fresh, is_plain=is_plain)
