"""What an offline source is: pictures with times, read from their beginning as often as needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from livedream.frame import Frame, Rgb


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture that is shown from `media_s` to `end_s`, in seconds from 0; decoded when it is asked for."""

    media_s: float
    end_s: float
    develop: Callable[[], Rgb]


class Footage(Protocol):
    """Pictures that wait for whoever reads them.

    name: for people. size_wh: pixels. rate: nominal frames a second. length_s: None if it is not
    known. identity: equal for the same content, as far as names, sizes and times of files tell.
    """

    name: str
    size_wh: tuple[int, int]
    rate: Fraction
    length_s: float | None
    identity: str

    @property
    def damage(self) -> str:
        """Return a sentence on what could not be read so far; "" for nothing."""
        ...

    def measured_s(self) -> float | None:
        """Return the length by what is there, whatever `length_s` declares; None if it is not known."""
        ...

    def shots(self) -> Iterator[Shot]:
        """Yield the pictures from the first on. Raises InputError for one that cannot be read."""
        ...


def transparency_words(name: str) -> str:
    """Return what becomes of transparent places, in words: films and most pictures of them have none."""
    return f"{name} is transparent in places: what is rendered is opaque, and black there"


def end_before(footage: Footage, time_s: float) -> float | None:
    """Return when footage ends if that is before a time, else None; a header alone never tells."""
    if footage.length_s is None or time_s <= footage.length_s:
        return None
    measured_s = footage.measured_s()
    return measured_s if measured_s is not None and time_s > measured_s else None


def at_rate(shots: Iterable[Shot], rate: Fraction, first: int, last: int | None) -> Iterator[Frame]:
    """Show shots at a constant rate: frame i shows what is due at i / rate, to the nearest frame.

    Gives the frames from `first` until before `last`, or until the end. Where the rate of the shots
    varies, one that lasts is repeated, and of several that are due at once the last is taken; the
    time of each stays right to half a frame.
    """
    for slots, shot in _slots(shots, rate):
        begin, end = max(slots.start, first), slots.stop if last is None else min(slots.stop, last)
        if last is not None and slots.start >= last:
            return
        if begin >= end:
            continue
        rgb = shot.develop()
        for slot in range(begin, end):
            yield Frame(rgb, slot / float(rate), slot, media_s=float(slot / rate))


def _slots(shots: Iterable[Shot], rate: Fraction) -> Iterator[tuple[range, Shot]]:
    """Yield each shot with the frame intervals that it is shown in."""
    held: tuple[int, Shot] | None = None
    for shot in shots:
        due = slot_at(shot.media_s, rate)
        if held is not None:
            yield range(held[0], due), held[1]
        held = max(due, held[0] if held is not None else 0), shot
    if held is not None:
        # However short it is, a film has a frame.
        yield range(held[0], max(slot_at(held[1].end_s, rate), 1 if held[0] == 0 else 0)), held[1]


def slot_at(seconds: float, rate: Fraction) -> int:
    """Return the frame interval that is nearest to a time."""
    return math.floor(seconds * float(rate) + 0.5)
