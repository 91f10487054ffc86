"""Playlist: the presets of a show, one after the other, by time and by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from livedream.errors import InputError, SourceError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset
from livedream.runtime.on_beat import BeatTurns, OnBeat
from livedream.runtime.store import BY_ITSELF, SettingsStore, Written, check, names_pictures
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow


@dataclass(frozen=True, slots=True)
class Look:
    """All that a hand can change: the presets, which of them is shown, and what was written over it."""

    presets: tuple[Preset, ...]
    at: int
    written: Written


def in_a_thread(work: Callable[[], None]) -> None:
    """Do work in a thread of its own."""
    threading.Thread(target=work, name="next preset", daemon=True).start()


class Playlist:
    """Shows one preset after the other; what it wishes goes into its settings store and nowhere else.

    presets: at least one, with all that is to be set on top of them. at: the place of the first one shown.
    every_s, every_beats: how long each is shown, in seconds or in beats of the tempo that `on_beat` follows;
    None: until a hand changes it. on_beat: moves what is asked for to the beat or the bar. own: where presets
    of one's own are kept. complaints: sentences about presets that could not be loaded. rows: returns the
    rows of modulation that stand, which are saved with a preset; may be replaced by who knows of more. apart:
    does what no frame is to wait for.
    """

    def __init__(
        self,
        presets: Sequence[Preset],
        *,
        at: int = 0,
        every_s: float | None = None,
        every_beats: float | None = None,
        own: OwnPresets | None = None,
        complaints: Sequence[str] = (),
        apart: Callable[[Callable[[], None]], None] = in_a_thread,
    ) -> None:
        self.presets, self._apart = tuple(presets), apart
        self.on_beat = OnBeat()
        self.rows: Callable[[], tuple[ModulationRow, ...]] = lambda: self.shown.rows
        self._turns = None if every_beats is None else BeatTurns(every_beats)
        self._asked: tuple[list[int], float] | None = None
        self.own = own or OwnPresets()
        self.store = SettingsStore(self.presets[at].settings)
        self._at, self._every_s = at, every_s
        self._tell: Callable[[str], None] = lambda _: None
        self._complaints = tuple(complaints)
        self._refused: set[str] = set()
        self._observers: tuple[Callable[[], None], ...] = ()
        self._shown_s = 0.0
        self._now_s: float | None = None
        self._lock = threading.Lock()

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
    def shown(self) -> Preset:
        """Return the preset that is shown."""
        look = self.look()
        return look.presets[look.at]

    @property
    def at(self) -> int:
        """Return the place of the preset that is shown."""
        return self.look().at

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

        Frames never wait: while somebody else changes presets, which may take a disk's or a stream's time,
        it is looked at with the next frame; what names a guide or a style is shown by a thread of its own.
        """
        if not self._lock.acquire(blocking=False):
            self._now_s = now_s
            return
        try:
            elapsed_s = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
            self._now_s = now_s
            self._shown_s += 0.0 if waiting else elapsed_s
            due = self._due(now_s, waiting=waiting)
            is_slow = due is not None and names_pictures(self.presets[due[0][0] % len(self.presets)].settings)
            is_another = due is not None and not is_slow and self._show(*due)
            if is_slow:
                self._begin_turn()  # it is its turn once
        finally:
            self._lock.release()
        if due is not None and is_slow:
            self._apart(partial(self._turn, *due))
        elif is_another:
            self._notify()

    def _due(self, now_s: float, *, waiting: bool) -> tuple[list[int], str] | None:
        """Return the places of which the first is to be shown now, and why; None while it is not time."""
        asked = self._asked
        if asked is not None and self.on_beat.is_reached(asked[1], now_s):
            return asked[0], "preset"
        return (self._following(1), BY_ITSELF) if self._is_over(now_s, waiting=waiting) else None

    def _turn(self, places: list[int], origin: str) -> None:
        with self._lock:
            is_another = self._show(places, origin)
        if is_another:
            self._notify()

    def step(self, by: int) -> str:
        """Go on by so many presets, or back, round and round; give the name of the one that is shown then."""
        with self._lock:
            name = self._ask(self._following(by))
        self._notify()
        return name

    def show(self, place: int, *, at_once: bool = False) -> str:
        """Show the preset at a place from 0, `at_once` or on the beat; give its name. Raises IndexError."""
        with self._lock:
            if not 0 <= place < len(self.presets):
                raise IndexError(place)
            name = self._ask([place], at_once=at_once)
        self._notify()
        return name

    def place_of(self, name: str) -> int | None:
        """Return the place of a preset by its name; None if there is none."""
        return next((place for place, preset in enumerate(self.presets) if preset.name == name), None)

    def look(self) -> Look:
        """Return all that a hand can change, as it stands."""
        presets, written = self.presets, self.store.written()
        at = min(self._at, len(presets) - 1)
        likely = (at, *range(len(presets)))  # while another one is put there, the store still has the old one
        return Look(
            presets, next((one for one in likely if presets[one].settings is written.preset), at), written
        )

    def put(self, look: Look, origin: str) -> None:
        """Let a look stand as a whole, the files of one's own presets included.

        Raises InputError or SourceError, nothing changed.
        """
        with self._lock:
            self._put(look, origin)
        self._notify()

    def observe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Call `observer` after another preset is shown or the list has changed; returns what ends it.

        It is called in the thread that has changed it, and must not raise.
        """
        with self._lock:
            self._observers = (*self._observers, observer)

        def end() -> None:
            with self._lock:
                self._observers = tuple(one for one in self._observers if one is not observer)

        return end

    def edit(self, edited: Callable[[Look], Look], origin: str) -> Look:
        """Put what `edited` makes of what stands; nobody shows another preset in between. Raises as `put`."""
        with self._lock:
            look = edited(self.look())
            self._put(look, origin)
        self._notify()
        return look

    def upcoming(self) -> list[Preset]:
        """List all presets, the likeliest to be shown next first: by how many steps they are away."""
        return [self.presets[place % len(self.presets)] for place in self._nearest()]

    def _nearest(self) -> list[int]:
        hops = [hop for far in range(1, len(self.presets)) for hop in (far, -far)]
        return list({(self._at + hop) % len(self.presets): None for hop in [0, *hops]})

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Call `tell` with a sentence when a preset cannot be shown, those that could not be loaded first."""
        self._tell = tell
        for sentence in self._complaints:
            tell(sentence)

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

    def _ask(self, places: list[int], *, at_once: bool = False) -> str:
        """Show the first of these places that can be dreamed, on the beat; give its name."""
        due = None if at_once else self.on_beat.due(self._now_s)
        if due is None:
            self._show(places, "preset")
            return self.name
        self._asked = places, due
        return self.asked

    def _put(self, look: Look, origin: str) -> None:
        before = self.presets, self._at
        if look.presets != self.presets:
            self.own.update(self.presets, look.presets)
        self.presets, self._at, self._shown_s, self._asked = look.presets, look.at, 0.0, None
        try:
            self.store.restore(look.written, origin)
        except (InputError, SourceError):
            self.own.update(look.presets, before[0])
            self.presets, self._at = before
            raise

    def _notify(self) -> None:
        for observer in self._observers:
            observer()

    def _following(self, by: int) -> list[int]:
        """List the places from so many further on, each of the others once, in that direction."""
        at = self._at if self._asked is None else self._asked[0][0]
        return [at + by + (hop if by >= 0 else -hop) for hop in range(len(self.presets))]

    def _begin_turn(self) -> None:
        self._shown_s, self._asked = 0.0, None
        if self._turns is not None:
            self._turns.begin()

    def _show(self, places: Iterable[int], origin: str) -> bool:
        """Show the first of these places whose preset can be dreamed; if none can, go on as before.

        All were checked before the show, but a guide's file may have gone since. Returns whether one is.
        """
        self._begin_turn()
        for place in places:
            before, self._at = self._at, place % len(self.presets)
            try:
                self.store.load(self.presets[self._at].settings, origin)
            except (InputError, SourceError) as fault:
                self._refuse(f"the preset {self.presets[self._at].name} cannot be shown: {fault}", origin)
                self._at = before
                continue
            return self._at != before
        return False

    def _refuse(self, sentence: str, origin: str) -> None:
        """Tell why a preset cannot be shown: a hand each time, and when it is its turn once in a show."""
        if origin == BY_ITSELF:
            if sentence in self._refused:
                return
            self._refused.add(sentence)
        self._tell(sentence)


def store_of(look: Playlist | SettingsStore | Settings | Preset) -> SettingsStore:
    """Return the store of a look. Raises InputError or SourceError if it cannot be dreamed."""
    if isinstance(look, Playlist):
        return look.store
    if isinstance(look, SettingsStore):
        return look
    settings = look.settings if isinstance(look, Preset) else look
    check(settings, Settings())
    return SettingsStore(settings)
