"""What a person writes for a render's options, read and checked.

begin: what a message begins with, before what was written: the option, or the word of a batch.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from livedream.errors import InputError
from livedream.modulation.tempo import check_bpm

LARGEST_SIDE_PX = 16_384
"""Of H.264, whose encoders take no more."""


def box_of(text: str | None, begin: str = "--size ") -> tuple[int, int] | None:
    """Read --size 1280x720. Raises InputError."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,6})[xX](\d{1,6})", text.strip())
    if match is None:
        raise InputError(f"{begin}{text}: write it as WIDTHxHEIGHT, for example 1280x720")
    width, height = int(match[1]), int(match[2])
    if not (32 <= width <= LARGEST_SIDE_PX and 32 <= height <= LARGEST_SIDE_PX):
        raise InputError(f"{begin}{text}: each side must have 32 to {LARGEST_SIDE_PX} pixels")
    return width, height


def rate_of(text: str | None, begin: str = "--fps ") -> Fraction | None:
    """Read --fps 25, 29.97 or 30000/1001. Raises InputError."""
    if text is None:
        return None
    try:
        rate = Fraction(text.strip())
    except (ValueError, ZeroDivisionError) as fault:
        raise InputError(
            f"{begin}{text}: write it as a number or a fraction, for example 30000/1001"
        ) from fault
    if not 1 <= rate <= 240:
        raise InputError(f"{begin}{text}: use 1 to 240 frames a second")
    return rate.limit_denominator(1001)


def length_of(text: str | None, begin: str = "--seconds ") -> float | None:
    """Read --seconds. Raises InputError."""
    if text is None:
        return None
    seconds = _number(text, begin)
    if not 0 < seconds <= 7 * 24 * 3600:
        raise InputError(f"{begin}{text}: use more than 0, and at most a week (604800)")
    return seconds


def preview_of(text: str | None, begin: str = "--preview ") -> int | None:
    """Read --preview, a width in pixels. Raises InputError."""
    if text is None:
        return None
    width = _number(text, begin)
    if width != int(width) or not 64 <= width <= 3840:
        raise InputError(f"{begin}{text}: use a width of 64 to 3840 pixels")
    return int(width)


def bpm_of(text: str | None, begin: str = "--bpm ") -> float | None:
    """Read --bpm, beats a minute. Raises InputError."""
    if text is None:
        return None
    bpm = _number(text, begin)
    check_bpm(bpm, begin)
    return bpm


def seed_of(text: str | None, begin: str = "--seed ") -> int:
    """Read --seed. Raises InputError."""
    if text is None:
        return 0
    if not re.fullmatch(r"\d{1,18}", text.strip()):
        raise InputError(f"{begin}{text}: use a whole number, 0 or more")
    return int(text)


def _number(text: str, begin: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{begin}{text}: write it as a number")
    return number
