"""Presets of one's own, saved, renamed and deleted while the show is on."""

from __future__ import annotations

from dataclasses import replace

from livedream.errors import InputError
from livedream.own_presets import as_own
from livedream.presets import Preset
from livedream.runtime.commands import Command, Commands
from livedream.runtime.playlist import Look, Playlist
from livedream.runtime.store import Written


def save_preset(playlist: Playlist, name: str) -> str:
    """Save what stands by hand, and what moves it, as a preset of one's own, and show that; returns its name.

    One's own preset of that name is replaced. Raises InputError, nothing changed.
    """
    rows = playlist.rows()

    def saved(look: Look) -> Look:
        # A copy, as a preset is known by its settings and the one that is shown may have the same.
        settings = playlist.store.by_hand().model_copy()
        place = playlist.place_of(" ".join(name.split()))
        if place is None or not look.presets[place].is_own:
            tidy = playlist.own.check_name(name, look.presets)
            shown = look.presets[look.at]
            like = Preset(tidy, f"Made from {shown.name}.", settings, rows)
            new = as_own(tidy, like, look.presets)
            presets, place = (*look.presets, new), len(look.presets)
        else:
            presets = _with(
                look, place, replace(look.presets[place], settings=settings, rows=rows, in_file=None)
            )
        return Look(presets, place, look.written.under(settings))

    look = playlist.edit(saved, "save")
    return look.presets[look.at].name


def rename_preset(playlist: Playlist, place: int, name: str) -> str:
    """Rename one's own preset; returns the name. Raises InputError, nothing changed."""

    def renamed(look: Look) -> Look:
        old = _own_at(look, place, "renamed")
        if " ".join(name.split()) == old.name:
            raise InputError(f"the preset is called {old.name!r} already; choose another name")
        new = replace(old, name=playlist.own.check_name(name, look.presets))
        return replace(look, presets=_with(look, place, new))

    return playlist.edit(renamed, "rename").presets[place].name


def delete_preset(playlist: Playlist, place: int) -> str:
    """Delete one's own preset, its file too; returns its name. Raises InputError, nothing changed.

    If it is shown, the one before it is shown then.
    """
    gone = _own_at(playlist.look(), place, "deleted").name

    def deleted(look: Look) -> Look:
        _own_at(look, place, "deleted")
        if len(look.presets) == 1:
            raise InputError(f"{gone} is the only preset of this show and stays")
        presets = (*look.presets[:place], *look.presets[place + 1 :])
        if look.at != place:
            return replace(look, presets=presets, at=look.at - (look.at > place))
        at = max(0, place - 1)
        return Look(presets, at, look.written.under(presets[at].settings))

    playlist.edit(deleted, "delete")
    return gone


def revert(playlist: Playlist) -> str:
    """Let the preset stand as it was loaded, nothing by hand over it; returns its name."""
    look = playlist.edit(
        lambda look: replace(look, written=Written(look.written.preset, {}, frozenset())), "revert"
    )
    return look.presets[look.at].name


def add_preset_commands(commands: Commands, playlist: Playlist) -> None:
    """Add revert and save preset."""

    def save() -> str:
        shown = playlist.shown
        name = shown.name if shown.is_own else playlist.own.free_name(shown.name, playlist.presets)
        return f"saved: {save_preset(playlist, name)}"

    commands.add(
        "revert",
        Command("Let the preset be as it was loaded.", lambda: f"{revert(playlist)} as it was loaded"),
    )
    commands.add(
        "save preset",
        Command("Save what stands to your own preset that is shown, or as a new one.", save),
    )


def _with(look: Look, place: int, preset: Preset) -> tuple[Preset, ...]:
    return (*look.presets[:place], preset, *look.presets[place + 1 :])


def _own_at(look: Look, place: int, done: str) -> Preset:
    """Return one's own preset at a place. Raises InputError for another. done: what it cannot be."""
    if not 0 <= place < len(look.presets):
        raise InputError(f"there is no preset {place + 1}; there are {len(look.presets)}")
    if not look.presets[place].is_own:
        raise InputError(
            f"{look.presets[place].name} comes with livedream and cannot be {done}; "
            "save it under a name of your own first"
        )
    return look.presets[place]
