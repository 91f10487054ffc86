"""Playlist: the presets of a show, one after the other, by time and by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from livedream.dream.spec import kernel_spec
from livedream.errors import InputError, SourceError
from livedream.presets import DEFAULT, Preset, apply_assignments, load, shipped
from livedream.runtime.on_beat import BeatTurns, OnBeat
from livedream.runtime.store import SMALL_HW, SettingsStore, check
from livedream.settings import Settings


class Playlist:
    """Shows one preset after the other; what it wishes goes into its settings store and nowhere else.

    presets: at least one, with all that is to be set on top of them. at: the place of the first one shown.
    every_s, every_beats: how long each is shown, in seconds or in beats of the tempo that `on_beat` follows;
    None: until a hand changes it. on_beat: moves what is asked for to the beat or the bar.
    """

    def __init__(
        self,
        presets: Sequence[Preset],
        *,
        at: int = 0,
        every_s: float | None = None,
        every_beats: float | None = None,
    ) -> None:
        self.presets = tuple(presets)
        self.on_beat = OnBeat()
        self._turns = None if every_beats is None else BeatTurns(every_beats)
        self._asked: tuple[list[int], float] | None = None
        self.store = SettingsStore(self.presets[at].settings)
        self._at, self._every_s = at, every_s
        self._tell: Callable[[str], None] = lambda _: None
        self._shown_s = 0.0
        self._now_s: float | None = None
        self._lock = threading.Lock()

    @property
    def shown(self) -> Preset:
        """Return the preset that is shown."""
        return self.presets[self._at]

    @property
    def name(self) -> str:
        """Return the name of the preset that is shown."""
        return self.shown.name

    def name_of(self, settings: Settings) -> str:
        """Return the name of the preset that has these settings; "" if none has."""
        same = (preset for preset in self.presets if preset.settings is settings)
        equal = (preset for preset in self.presets if preset.settings == settings)
        return next((preset.name for some in (same, equal) for preset in some), "")

    @property
    def left_s(self) -> float | None:
        """Return for how many more seconds it is shown; None if no other follows by itself."""
        if len(self.presets) == 1:
            return None
        if self._turns is not None:
            return self.on_beat.seconds(self._turns.left(), self._now_s)
        return None if self._every_s is None else max(0.0, self._every_s - self._shown_s)

    @property
    def asked(self) -> str:
        """Return the name of the preset that waits for the beat; "" if none does."""
        asked = self._asked
        return "" if asked is None else self.presets[asked[0][0] % len(self.presets)].name

    def advance(self, now_s: float, *, waiting: bool = False) -> None:
        """Go on to the next one if the time of this one is over.

        now_s: clock time, told at every frame. waiting: an engine is being built, perhaps this one's; such
        time does not count, or one that is built for longer would never be seen.
        """
        with self._lock:
            elapsed_s = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
            self._now_s = now_s
            self._shown_s += 0.0 if waiting else elapsed_s
            asked = self._asked
            if asked is not None and self.on_beat.is_reached(asked[1], now_s):
                self._show(asked[0])
            elif self._is_over(now_s, waiting=waiting):
                self._show(self._following(1))

    def step(self, by: int) -> str:
        """Go on by so many presets, or back, round and round; give the name of the one that is shown then."""
        with self._lock:
            return self._ask(self._following(by))

    def show(self, place: int) -> str:
        """Show the preset at a place, 0 is the first; give its name. Raises IndexError."""
        with self._lock:
            if not 0 <= place < len(self.presets):
                raise IndexError(place)
            return self._ask([place])

    def upcoming(self) -> list[Preset]:
        """List all presets, the likeliest to be shown next first: by how many steps they are away."""
        return [self.presets[place % len(self.presets)] for place in self._nearest()]

    def _nearest(self) -> list[int]:
        hops = [hop for far in range(1, len(self.presets)) for hop in (far, -far)]
        return list({(self._at + hop) % len(self.presets): None for hop in [0, *hops]})

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Call `tell` with a sentence when a preset cannot be shown any more."""
        self._tell = tell

    def keep(self, word: str, value: Any) -> None:
        """Change a setting for this preset and for those that follow. Raises InputError, nothing changed."""
        with self._lock:
            self.store.change({word: value}, word)
            self.store.hold([word])

    def _is_over(self, now_s: float, *, waiting: bool) -> bool:
        """Return whether the time of the preset that is shown is over."""
        beat = self.on_beat.beat(now_s)
        if self._turns is None or beat is None:
            return self.left_s == 0.0
        return self._turns.advance(beat, waiting=waiting) and len(self.presets) > 1

    def _ask(self, places: list[int]) -> str:
        """Show the first of these places that can be dreamed, on the beat; give its name."""
        due = self.on_beat.due(self._now_s)
        if due is None:
            self._show(places)
            return self.name
        self._asked = places, due
        return self.asked

    def _following(self, by: int) -> list[int]:
        """List the places from so many further on, each of the others once, in that direction."""
        at = self._at if self._asked is None else self._asked[0][0]
        return [at + by + (hop if by >= 0 else -hop) for hop in range(len(self.presets))]

    def _show(self, places: Iterable[int]) -> None:
        """Show the first of these places whose preset can be dreamed; if none can, go on as before.

        All were checked before the show, but a guide's file may have gone since.
        """
        self._shown_s, self._asked = 0.0, None
        if self._turns is not None:
            self._turns.begin()
        for place in places:
            at = place % len(self.presets)
            try:
                self.store.load(self.presets[at].settings)
            except (InputError, SourceError) as fault:
                self._tell(f"the preset {self.presets[at].name} cannot be shown: {fault}")
                continue
            self._at = at
            return


def store_of(look: Playlist | SettingsStore | Settings | Preset) -> SettingsStore:
    """Return the store of a look. Raises InputError or SourceError if it cannot be dreamed."""
    if isinstance(look, Playlist):
        return look.store
    if isinstance(look, SettingsStore):
        return look
    settings = look.settings if isinstance(look, Preset) else look
    check(settings, Settings())
    return SettingsStore(settings)


def load_playlist(
    preset: str = DEFAULT,
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
    others = [_load(name, assignments) for name in shipped() if name != preset]
    presets = sorted([first, *filter(_has_layers, others)], key=lambda one: one.name)
    return Playlist(presets, at=presets.index(first), every_s=every_s, every_beats=every_beats)


def load_look(name: str, assignments: Sequence[str] = ()) -> Preset:
    """Load a preset with assignments on top, all that it names checked: files, layers, classes.

    Raises InputError or SourceError.
    """
    preset = _load(name, assignments)
    check(preset.settings, Settings())
    return preset


def _load(name: str, assignments: Sequence[str]) -> Preset:
    preset = load(name)
    return replace(preset, settings=apply_assignments(preset.settings, list(assignments)))


def _has_layers(preset: Preset) -> bool:
    """Return whether the network has what a preset dreams."""
    try:
        kernel_spec(preset.settings.dream, SMALL_HW)
    except InputError:
        return False
    return True
