"""From one set of settings to another, within a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livedream.settings import DreamSettings, Settings, describe


@dataclass(frozen=True, slots=True)
class Blend:
    """What a frame is dreamed with.

    leaving: the dream that was before and is still seen, None for none. left: how much of it, 0..1.
    """

    settings: Settings
    leaving: DreamSettings | None = None
    left: float = 0.0


def blend(before: Settings, after: Settings, share: float) -> Blend:
    """Return the settings to dream with during a fade: `share` 0 is before, 1 is after.

    Numbers that need no other engine glide, save whole ones, which may be names, and so do lists and
    tables of them that are alike. All else is as it will be after, from the beginning on. Where the two
    dreams differ in more than such numbers, both are dreamed, and one takes the place of the other: their
    steps are of one length each, so that neither drowns the other, as the stronger of two layers would
    if their weights glided.
    """
    if share <= 0 or share >= 1:
        return Blend(before if share <= 0 else after)
    settings = _glided(before, after, share)
    if _alike(before.dream, after.dream):
        return Blend(settings)
    leaving = before.dream.model_copy(update={"working_px": after.dream.working_px})
    return Blend(settings.model_copy(update={"dream": after.dream}), leaving, 1 - share)


def _alike(before: DreamSettings, after: DreamSettings) -> bool:
    """Return whether two dreams differ only in numbers that glide."""
    gliding = {
        info.name
        for info in describe()
        if info.section == "dream" and info.lifetime == "frame" and info.kind == "number"
    }
    return before.model_dump(exclude=gliding) == after.model_dump(exclude=gliding)


def _glided(before: Settings, after: Settings, share: float) -> Settings:
    old, new = before.model_dump(), after.model_dump()
    for info in describe():
        if info.lifetime == "frame":
            before_after = (tree[info.section][info.name] for tree in (old, new))
            new[info.section][info.name] = _between(*before_after, share=share)
    return Settings.model_validate(new)


def _between(before: Any, after: Any, *, share: float) -> Any:
    if isinstance(before, Mapping) and isinstance(after, Mapping) and before.keys() == after.keys():
        return {key: _between(before[key], after[key], share=share) for key in after}
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        return tuple(_between(*pair, share=share) for pair in zip(before, after, strict=True))
    if isinstance(before, float) and isinstance(after, float):
        return before + (after - before) * share
    return after
