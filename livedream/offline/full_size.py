"""Settings for dreaming a picture at its own size."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Any

from livedream.settings import Settings, change

LEAST_PX, MOST_PX = 4_096, 3840 * 2160
"""What dream.working_px can be."""

MOST_OCTAVES = 8


def at_full_size(settings: Settings, size_wh: tuple[int, int], kept: Collection[str] = ()) -> Settings:
    """Dream at the size of the picture, with as many more octaves as that is larger.

    The smallest octave stays as large as it was, so what is dreamed keeps its proportions to the picture
    and gains detail. kept: words of the settings that are left as they are.
    """
    dream = settings.dream
    working_px = min(MOST_PX, max(LEAST_PX, size_wh[0] * size_wh[1]))
    octaves = math.log(working_px / dream.working_px) / (2 * math.log(dream.octave_scale))
    wanted: dict[str, Any] = {
        "dream.working_px": working_px,
        "dream.octaves": min(MOST_OCTAVES, dream.octaves + max(0, round(octaves))),
    }
    return change(settings, {word: value for word, value in wanted.items() if word not in kept}, "full size")


def words_of(assignments: Iterable[str]) -> frozenset[str]:
    """Name the settings that `word=value` assignments set."""
    return frozenset(assignment.partition("=")[0].strip() for assignment in assignments)
