from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.cli.options import check_fps, check_seconds, parse_size
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
