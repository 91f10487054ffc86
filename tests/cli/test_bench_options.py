from __future__ import annotations

import pytest

from livedream.cli.bench_options import check_soak
from livedream.errors import InputError


def test_without_a_soak_all_else_is_free() -> None:
    assert check_soak(None, 5.0, ["disk-full"]) == 0
    assert check_soak(60, None, None) == 60


@pytest.mark.parametrize("minutes", [0, -1, 10081])
def test_minutes_out_of_range_are_refused(minutes: int) -> None:
    with pytest.raises(InputError, match=f"--soak {minutes}: choose 1 minute or more"):
        check_soak(minutes, None, None)


@pytest.mark.parametrize(
    ("seconds", "faults", "other"), [(5.0, None, "--seconds"), (None, ["disk-full"], "--fault")]
)
def test_what_would_do_nothing_beside_it_is_refused(
    seconds: float | None, faults: list[str] | None, other: str
) -> None:
    with pytest.raises(InputError, match=f"--soak 3 does not go with {other}"):
        check_soak(3, seconds, faults)
