"""The presets of a show, loaded by name: the shipped ones, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livedream.dream.spec import check_dream
from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset, apply_assignments, load, shipped
from livedream.resources import DEFAULT_PRESET
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import check
from livedream.settings import Settings


def load_playlist(
    preset: str = DEFAULT_PRESET,
    names: Sequence[str] | None = None,
    *,
    assignments: Sequence[str] = (),
    every_s: float | None = None,
    every_beats: float | None = None,
) -> Playlist:
    """Load the presets of a show.

    preset: name or file of the one that is shown first. names: those that it goes through, beginning with the
    first of them; () for all that the network can show, None for `preset` alone. assignments: "WORD=VALUE",
    set on top of each. every_s, every_beats: how long each is shown; None: until a hand changes it. Raises
    InputError.
    """
    if names:
        looks = [load_look(name, assignments) for name in names]
        return Playlist(looks, every_s=every_s, every_beats=every_beats)
    first = load_look(preset, assignments)
    if names is None:
        return Playlist([first])
    told: list[str] = []
    presets = _all_presets(first, OwnPresets().load(told.append), assignments)
    return Playlist(
        presets, at=presets.index(first), every_s=every_s, every_beats=every_beats, complaints=told
    )


def _all_presets(first: Preset, own: Sequence[Preset], assignments: Sequence[str]) -> list[Preset]:
    """List the shipped presets, then one's own, then the first if it is neither, as far as they can be shown.

    The numbers of the shipped ones are the same whatever one adds; the first takes the place of its namesake.
    """
    found = {preset.name: preset for preset in (*map(load, shipped()), *own)}
    others = {name: _with(preset, assignments) for name, preset in found.items() if name != first.name}
    able = {name for name, preset in others.items() if _has_layers(preset)} | {first.name}
    every = {name: others.get(name, first) for name in found} | {first.name: first}
    return [preset for name, preset in every.items() if name in able]


def load_look(name: str, assignments: Sequence[str] = ()) -> Preset:
    """Load a preset with assignments on top, all that it names checked: files, layers, classes.

    Raises InputError or SourceError.
    """
    preset = _load(name, assignments)
    check(preset.settings, Settings())
    return preset


def _load(name: str, assignments: Sequence[str]) -> Preset:
    return _with(load(name), assignments)


def _with(preset: Preset, assignments: Sequence[str]) -> Preset:
    if not assignments:
        return preset
    settings = apply_assignments(preset.settings, list(assignments))
    return replace(preset, settings=settings, in_file=preset.settings)


def _has_layers(preset: Preset) -> bool:
    """Return whether the network is here and has what a preset dreams."""
    try:
        check_dream(preset.settings.dream)
    except InputError:
        return False
    return True
