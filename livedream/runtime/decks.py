"""Decks: two presets, and a fader that blends one into the other."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

from livedream.errors import InputError, SourceError
from livedream.presets import Preset
from livedream.runtime.commands import Command, Commands
from livedream.runtime.cross_fade import Beside
from livedream.runtime.parameters import Parameter, Parameters
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import pictures_of
from livedream.settings import Settings
from livedream.settings.show_numbers import FADE_S, FADER, LONGEST_FADE_S

Side = Literal["A", "B"]

ENDS: dict[Side, float] = {"A": 0.0, "B": 1.0}
"""Where the fader is when a side is seen alone."""


@dataclass(frozen=True, slots=True)
class DecksState:
    """How the decks stand. a, b: names of presets. live: the side that is shown by the playlist.

    fader: 0 is A alone, 1 is B alone. going: it moves by itself. fade_s: how long that takes. seen: where the
    fader seems to be, with what modulation makes of it.
    """

    a: str
    b: str
    live: Side
    fader: float
    going: bool
    fade_s: float
    seen: float


class Fades(Protocol):
    """What has the time of a fade: `livedream.runtime.dreamer.Dreamer`."""

    fade_s: float


class Decks:
    """Holds a preset for each side; one of them, the live one, is what the playlist shows.

    While the fader is between its ends, the other look is blended in; once it reaches the other end, the
    playlist shows that preset, as if it had been picked. A preset that is picked takes the place of the live
    one, and the fader is at that side's end.

    fades: has the time that a fade takes, which `go` takes too.
    """

    def __init__(self, playlist: Playlist, fades: Fades) -> None:
        self._playlist, self._fades = playlist, fades
        presets, at = playlist.presets, playlist.at
        self._decks: dict[Side, Preset] = {"A": presets[at], "B": presets[(at + 1) % len(presets)]}
        self._live: Side = "A"
        self._fader = 0.0
        self._over: float | None = None
        self._is_going = False
        self._now_s: float | None = None
        self._picked: int | None = None
        self._presets = presets
        self._known: tuple[object, Preset, Settings | None] | None = None
        self._opened: tuple[Preset | None, frozenset[str]] = None, frozenset()
        self._lock = threading.RLock()
        playlist.observe(self._follow)

    def state(self) -> DecksState:
        """Return how they stand."""
        with self._lock:
            names = self._decks["A"].name, self._decks["B"].name
            return DecksState(*names, self._live, self._fader, self._is_going, self.fade_s, self._seen)

    @property
    def other(self) -> Preset:
        """Return the preset of the side that is not live."""
        return self._decks[_other(self._live)]

    def pick(self, place: int) -> None:
        """Pick the preset at a place for `load` without showing it. Raises InputError."""
        if not 0 <= place < len(self._playlist.presets):
            raise InputError(f"there is no preset {place + 1}; there are {len(self._playlist.presets)}")
        self._picked = place

    def load(self, side: Side, place: int | None = None) -> str:
        """Put a preset on a side, by default the one that was picked; returns a few words.

        On the live side it is shown. Raises InputError for a place where there is none.
        """
        if place is not None:
            self.pick(place)
        picked, self._picked = self._picked, None
        place = self._playlist.at if picked is None else picked
        preset = self._playlist.presets[min(place, len(self._playlist.presets) - 1)]
        if side == self._live:
            self._playlist.show(place)
            return f"{side}: {self._playlist.name}"
        with self._lock:
            self._decks[side], self._known = preset, None
        return f"{side}: {preset.name}"

    def put(self, a: str, b: str, live: Side | None = None) -> None:
        """Put presets on both decks by name; what is shown stays so, and names that are gone are left out.

        live: the side that is to be shown, if both have its preset; None: the one that is.
        """
        presets, names = self._playlist.presets, {"A": a, "B": b}
        first: Side = live or self._live
        sides: tuple[Side, Side] = (first, _other(first))
        side = next((one for one in sides if names[one] == self._playlist.name), self._live)
        if side != self._live:
            with self._lock:
                self._live = side
                self._decks[self._live] = self._playlist.shown
            self._snap()
        place = self._playlist.place_of(names[_other(self._live)])
        if place is not None:
            with self._lock:
                self._decks[_other(self._live)], self._known = presets[place], None

    def move(self, fader: float) -> None:
        """Move the fader by hand, 0..1; at the other side's end that side becomes the live one."""
        with self._lock:
            self._is_going = False
        self._set(fader)

    def lay_over(self, fader: float | None) -> None:
        """Blend as if the fader were elsewhere, 0..1; None: where the hand has it. The live side stays so."""
        if fader is not None:
            self._open()
        with self._lock:
            self._over = fader

    def go(self) -> str:
        """Let the fader move to the other side by itself; returns a few words."""
        with self._lock:
            other = self._decks[_other(self._live)]
            if other is self._decks[self._live]:
                return f"A and B are both {other.name}"
            self._is_going, self._now_s = True, None
        self._open()
        return f"to {other.name} in {self.fade_s:g} s"

    def advance(self, now_s: float, *, waiting: bool = False) -> None:
        """Move the fader if it goes by itself; now_s: clock time, told at every frame.

        waiting: an engine is being built; until it is there, the fader stays where it is.
        """
        with self._lock:
            if not self._is_going:
                return
            elapsed_s = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
            self._now_s = now_s
            end, start = ENDS[_other(self._live)], ENDS[self._live]
            by = 1.0 if self.fade_s == 0 else (0.0 if waiting else elapsed_s) / self.fade_s
            # The first step asks for the other side's engine, and may have to wait for it.
            fader = self._fader + (end - start) * max(by, 1e-3 if self._fader == start else 0.0)
        self._set(fader)

    @property
    def fade_s(self) -> float:
        """Return how long a fade takes."""
        return self._fades.fade_s

    def set_fade_s(self, seconds: float) -> None:
        """Let a fade take so long from now on, 0 to a minute."""
        self._fades.fade_s = min(LONGEST_FADE_S, max(0.0, seconds))

    def beside(self) -> Beside | None:
        """Return what is blended into what stands; None at an end."""
        with self._lock:
            share = abs(self._seen - ENDS[self._live])
            other, live = self._decks[_other(self._live)], self._decks[self._live]
            if share == 0 or other is live or self._opened[0] is not other:
                return None
            settings = self._settings(other)
        return None if settings is None else Beside(settings, share)

    @property
    def _seen(self) -> float:
        return self._fader if self._over is None else min(1.0, max(0.0, self._over))

    def _settings(self, preset: Preset) -> Settings | None:
        """Return what would stand with a preset; None if that cannot be dreamed, which is told when shown."""
        standing = self._playlist.store.standing()
        if self._known is None or self._known[0] is not standing or self._known[1] is not preset:
            settings: Settings | None
            try:
                settings = self._playlist.store.if_loaded(preset.settings, self._opened[1])
            except (InputError, SourceError):
                settings = None
            self._known = standing, preset, settings
        return self._known[2]

    def _open(self) -> None:
        """Open the pictures that the other side's preset names: by a hand, as that may take a while."""
        other = self.other
        if self._opened[0] is not other:
            with suppress(InputError, SourceError):  # told when it is shown
                self._opened = other, pictures_of(other.settings, other.name)

    def _set(self, fader: float) -> None:
        """Set the fader; the lock is not held while a preset is shown, which others may be at, too."""
        self._open()
        with self._lock:
            self._fader = min(1.0, max(0.0, fader))
            side = _other(self._live)
            arrives = self._fader == ENDS[side]
            place = self._playlist.place_of(self._decks[side].name)
        if arrives and place is not None:
            self._playlist.show(place, at_once=True)
        if arrives:
            self._snap()

    def _follow(self) -> None:
        """Follow what the playlist shows and holds."""
        presets, shown = self._playlist.presets, self._playlist.shown
        with self._lock:
            is_same_list = presets == self._presets
            if not is_same_list:
                for side, preset in self._decks.items():
                    self._decks[side] = _now(preset, self._presets, presets, shown)
                self._presets, self._known, self._picked = presets, None, None
            is_live = shown is self._decks[self._live]
            if not is_live and shown is self._decks[_other(self._live)]:
                self._live = _other(self._live)
            self._decks[self._live] = shown
        if is_same_list or not is_live:
            self._snap()

    def _snap(self) -> None:
        with self._lock:
            self._fader, self._is_going = ENDS[self._live], False


def _other(side: Side) -> Side:
    return "B" if side == "A" else "A"


def _now(preset: Preset, before: tuple[Preset, ...], after: tuple[Preset, ...], shown: Preset) -> Preset:
    """Return what has become of a preset in a list that has changed: itself, renamed, or gone."""
    if preset in after:
        return preset
    place = before.index(preset) if preset in before else len(after)
    return after[place] if len(before) == len(after) and place < len(after) else shown


def add_deck_commands(commands: Commands, parameters: Parameters, decks: Decks) -> None:
    """Add load A, load B and go, and the fader and its time."""
    for side in ENDS:
        help_ = f"Put the preset that is picked, or else the one that is shown, on deck {side}."
        commands.add(f"load {side}", Command(help_, partial(decks.load, side)))
    commands.add("go", Command("Fade to the other deck.", decks.go))
    parameters.join(Parameter(FADER, lambda: decks.state().fader, decks.move, decks.lay_over))
    parameters.join(Parameter(FADE_S, lambda: decks.fade_s, decks.set_fade_s))
