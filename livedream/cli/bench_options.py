"""The options that bench has alone, and which of them go together."""

from __future__ import annotations

from typing import Annotated

import typer

from livedream.errors import InputError

WEEK_MINUTES = 7 * 24 * 60

MeasuredSOption = Annotated[
    float | None,
    typer.Option(
        "--seconds", help="Measure for so many seconds; without it for 10.", metavar="N", show_default=False
    ),
]
SoakOption = Annotated[
    int | None,
    typer.Option(
        help="Measure for so many minutes instead, and tell how memory, threads, handles, rate and latency "
        "drift.",
        metavar="MINUTES",
        show_default=False,
    ),
]
FaultOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Let a part of a recorded show fail for --seconds, and tell whether it recovers; repeatable. "
        "all: every fault; list: their names.",
        metavar="NAME",
        show_default=False,
    ),
]


def check_soak(minutes: int | None, seconds: float | None, faults: list[str] | None) -> int:
    """Return the minutes to soak for, 0 for none. Raises InputError, also for what does not go with them."""
    if minutes is None:
        return 0
    if not 1 <= minutes <= WEEK_MINUTES:
        raise InputError(f"--soak {minutes}: choose 1 minute or more, and at most a week ({WEEK_MINUTES})")
    for option, is_given in (("--fault", bool(faults)), ("--seconds", seconds is not None)):
        if is_given:
            raise InputError(f"--soak {minutes} does not go with {option}; give one of the two")
    return minutes
