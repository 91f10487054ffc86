"""Times as people write them: 90, 1:30, 0:01:30.5 or 2700f."""

from __future__ import annotations

import re
from fractions import Fraction

from livedream.errors import InputError

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)")
LONGEST_TEXT = 40
"""No time takes more letters."""

LONGEST_S = 366 * 24 * 3600.0

_FRAMES = re.compile(r"(\d+)f")


def seconds_of(time: str | float, rate: Fraction, word: str) -> float:
    """Read a time: seconds, M:SS, H:MM:SS, or a frame's number with an f, at `rate` frames a second.

    word: what the time was given for. Raises InputError.
    """
    text = str(time).strip().lower()
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{word} {text[:LONGEST_TEXT]}...: that is no time; write it as 90 or 0:01:30")
    if frames := _FRAMES.fullmatch(text):
        return _bounded(float(int(frames[1]) / rate), text, word)
    clock = _CLOCK.fullmatch(text)
    if clock is None or isinstance(time, bool):
        raise InputError(
            f"{word} {time}: write it as seconds (90), as 0:01:30, or as a frame's number (2700f)"
        )
    hours, minutes, seconds = clock.groups()
    if (minutes is not None and float(seconds) >= 60) or (hours is not None and int(minutes) >= 60):
        raise InputError(f"{word} {time}: minutes and seconds go up to 59")
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
    return _bounded(total, text, word)


def _bounded(seconds: float, text: str, word: str) -> float:
    if seconds > LONGEST_S:
        raise InputError(f"{word} {text}: that is too long for a film")
    return seconds


def clock_words(seconds: float) -> str:
    """Write a time for people: 0:01:30.5."""
    whole, rest = divmod(round(seconds * 10), 10)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}" + (f".{rest}" if rest else "")
