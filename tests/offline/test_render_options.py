from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from livedream.errors import InputError
from livedream.offline.render_options import box_of, bpm_of, length_of, preview_of, rate_of, seed_of


def test_options_are_read() -> None:
    assert box_of("640x360") == (640, 360)
    assert rate_of("30000/1001") == rate_of("29.97002997") == Fraction(30000, 1001)
    assert rate_of("25") == 25
    assert length_of("1.5") == 1.5
    assert preview_of("320") == 320
    assert bpm_of("133.5") == 133.5
    assert seed_of("12") == 12
    assert bpm_of(None) is box_of(None) is rate_of(None) is length_of(None) is preview_of(None) is None
    assert seed_of(None) == 0


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (bpm_of, "19"),
        (bpm_of, "nan"),
        (box_of, "12"),
        (box_of, "0x100"),
        (box_of, "99999x100"),
        (rate_of, "0"),
        (rate_of, "1/0"),
        (rate_of, "fast"),
        (rate_of, "241"),
        (length_of, "0"),
        (length_of, "nan"),
        (length_of, "x"),
        (preview_of, "10"),
        (preview_of, "100.5"),
        (seed_of, "-1"),
        (seed_of, "x"),
    ],
)
def test_what_is_not_possible_is_told(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(InputError, match="--"):
        read(text)
