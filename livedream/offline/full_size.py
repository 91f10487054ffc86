"""Settings for dreaming a picture at its own size."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Any

from livedream.settings import DreamSettings, Settings, change
from livedream.settings.octaves import MOST_OCTAVES

LEAST_PX, MOST_PX = 4_096, 3840 * 2160
"""What dream.working_px can be."""


RATIO = 1.7
"""Largest ratio between the octaves of a large picture."""

DETAIL = 0.75
"""Factor on the step size from each octave of a large picture to the next larger one: with equal steps the
finest covers all with thumbnails, since forms have the network's size in each octave."""


def at_full_size(settings: Settings, size_wh: tuple[int, int], kept: Collection[str] = ()) -> Settings:
    """Dream at the size of the picture, with as many more octaves as that is larger.

    The smallest octave stays as large as it was, so the largest forms keep their proportions to the picture,
    and those of several sizes join them; of a dream that is finer than they are laid out for, all of it has
    the size of the picture. kept: words of the settings that are left as they are.
    """
    dream = settings.dream
    working_px = min(MOST_PX, max(LEAST_PX, round(size_wh[0] * size_wh[1] / dream.finer)))
    if "dream.working_px" in kept:
        working_px = dream.working_px
    larger = math.sqrt(working_px / dream.working_px)
    wanted: dict[str, Any] = {"dream.working_px": working_px}
    if larger > 1:
        wanted |= _octaves(dream, larger, kept) | {"dream.detail": dream.detail * DETAIL}
    return change(settings, {word: value for word, value in wanted.items() if word not in kept}, "full size")


def _octaves(dream: DreamSettings, larger: float, kept: Collection[str]) -> dict[str, Any]:
    """Choose the octaves of a picture so many times larger."""
    more = max(0, round(math.log(larger) / math.log(RATIO)))
    sizes = _with_more(dream, larger, min(more, MOST_OCTAVES - len(dream.octave_sizes)))
    if {"dream.octaves", "dream.octave_scale"} & set(kept):
        more = max(0, round(math.log(larger) / math.log(dream.octave_scale)))
        return {"dream.octaves": min(MOST_OCTAVES, dream.octaves + more), "dream.octave_sizes": sizes}
    span = larger * dream.octave_scale ** (dream.octaves - 1)
    octaves = min(MOST_OCTAVES, max(dream.octaves, 1 + math.ceil(math.log(span) / math.log(RATIO))))
    scale = max(1.1, span ** (1 / max(1, octaves - 1)))
    return {"dream.octaves": octaves, "dream.octave_scale": scale, "dream.octave_sizes": sizes}


def _with_more(dream: DreamSettings, larger: float, more: int) -> tuple[float, ...]:
    """Return the listed sizes for a picture so many times larger, with more up to the largest share."""
    sizes = dream.octave_sizes
    if not sizes or more < 1:
        return sizes
    steps = [larger ** (number / more - 1) for number in range(1, more + 1)]
    return (*(share / larger for share in sizes), *(max(sizes) * step for step in steps))


def words_of(assignments: Iterable[str]) -> frozenset[str]:
    """Name the settings that `word=value` assignments set."""
    return frozenset(assignment.partition("=")[0].strip() for assignment in assignments)
