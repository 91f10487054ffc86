from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.offline.timecode import clock_words, seconds_of

RATE = Fraction(25)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1.5", 1.5),
        ("1:30", 90),
        ("0:01:30", 90),
        ("2:00:00.25", 7200.25),
        ("50f", 2),
        (3, 3),
        (2.5, 2.5),
    ],
)
def test_times_are_read(text: str | float, seconds: float) -> None:
    assert seconds_of(text, RATE, "--start") == seconds


@pytest.mark.parametrize(
    "text",
    ["", "-1", "1:60", "1:75:00", "soon", "1::2", "f", "1.5f", "inf", "nan", "9" * 400, True, "1:2:3:4"],
)
def test_what_is_no_time_is_told(text: str | bool) -> None:
    with pytest.raises(InputError, match="--start"):
        seconds_of(text, RATE, "--start")


@given(st.integers(0, 10**6))
def test_a_time_that_is_written_is_read_back(tenths: int) -> None:
    assert seconds_of(clock_words(tenths / 10), RATE, "at") == pytest.approx(tenths / 10)


@given(st.integers(0, 10**6), st.fractions(1, 240, max_denominator=1001))
def test_a_frame_is_at_its_number_over_the_rate(frame: int, rate: Fraction) -> None:
    assert seconds_of(f"{frame}f", rate, "--end") == float(frame / rate)
