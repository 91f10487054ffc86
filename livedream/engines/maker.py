"""Makes one engine: out of the cache, in another process, or here; the first that works out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from livedream.engines import in_process
from livedream.engines.cache import EngineCache
from livedream.engines.elsewhere import Elsewhere, Manner, NotCachedError
from livedream.engines.engine import Check, Engine, Program, making
from livedream.engines.in_process import Made, within
from livedream.engines.kinds import ENGINES, candidates
from livedream.engines.progress import Progress
from livedream.engines.race import Entry, Hands, Race
from livedream.engines.round_robin import parts_of
from livedream.engines.working_folder import leave_deleted_folder
from livedream.errors import EngineError

P = TypeVar("P", bound=Program)

Choice = str
"""A name in `livedream.engines.kinds.ENGINES`, or "auto": the fastest that works out."""

LIMIT_S = 600.0
"""After so long what makes a show's engine counts as hanging; the slowest kinds take minutes."""


@dataclass(frozen=True, slots=True)
class Ready(Generic[P]):
    """An engine for a program; of a program in parts one that holds theirs.

    stopgap: True if a faster one is still being built, or looked for: where there is none the same engine
    comes again and is none. build_s: seconds from the request.
    checked: its comparison with the reference, of parts the worst; None for the reference itself.
    run_ms: one run, of parts the mean; None for a stopgap, which is not timed. stored: the cache has it, too,
    from where it comes back in a fraction of a second. kind: its name among the engines; "" for what does
    nothing but bridge the time.
    """

    program: P
    engine: Engine
    stopgap: bool
    build_s: float
    checked: Check | None
    run_ms: float | None
    stored: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Order(Generic[P]):
    """What is to be made. bridge: takes what dreams until the fastest is there; None: nobody does.

    eager: that may be an eager one, too. polite: built with a low priority. start_s: when the work began.
    """

    program: P
    bridge: Callable[[Ready[P]], None] | None = None
    eager: bool = True
    polite: bool = False
    start_s: float = field(default_factory=time.perf_counter)


class EngineMaker(Generic[P]):
    """Makes one engine at a time, in the thread that calls it; another thread may cancel that.

    choice: one engine, or "auto": the first in the order of expected speed that builds and agrees
    with the reference; why one was passed over is told. limit_s: see `Elsewhere`; what is made here and
    hangs for so long is left to itself. Raises InputError for an unknown choice.
    """

    def __init__(
        self, choice: Choice, cache: EngineCache, tell: Callable[[str], None], limit_s: float = LIMIT_S
    ) -> None:
        if choice != "auto":
            ENGINES[choice]  # an unknown one is told now
        self._choice, self._tell = choice, tell
        self._limit_s = limit_s
        self._elsewhere = Elsewhere(cache, tell, lambda: self._cancelled, limit_s)
        self._race = Race(self._elsewhere.builds, cache, tell, lambda: self._cancelled)
        self._worked: str | None = None
        self._loaded: tuple[P, Entry] | None = None
        self._cancelled = self._bridged = False
        self._begun: tuple[str, float] | None = None

    @property
    def kind(self) -> str:
        """Return the kind that is made ahead: under "auto" the one that was made last, "" for none."""
        if self._choice != "auto":
            return self._choice
        worked = self._worked
        return "" if worked is None or self._race.is_avoided(worked) else worked

    @property
    def making(self) -> str:
        """Return the engine being made and for how long, such as "tensorrt, 12 s"; "" for none."""
        begun = self._begun
        return "" if begun is None else f"{begun[0]}, {time.monotonic() - begun[1]:.0f} s"

    @property
    def progress(self) -> Progress | None:
        """Return how far what somebody waits for is; None if nothing is being made for anybody."""
        begun = self._begun
        return None if begun is None else Progress(time.monotonic() - begun[1], self._elsewhere.expected_s)

    @property
    def is_building(self) -> bool:
        """Return whether another process is building."""
        return self._elsewhere.is_building

    @property
    def is_cancelled(self) -> bool:
        """Return whether the current build was cancelled."""
        return self._cancelled

    def make(self, order: Order[P]) -> Ready[P]:
        """Make the engine of a program. Raises EngineError if none works out, or if it was cancelled."""
        try:
            with making(self._choice):
                leave_deleted_folder()
                is_auto = self._choice == "auto"
                names = self._race.after_a_win(self._worked, candidates()) if is_auto else (self._choice,)
                first = self._already_loaded(names[0], order) or self._entry(names, order)
                entry = self._raced(first, order) if is_auto else first
                self._worked = entry.name
                return _ready(order, entry, stored=self._elsewhere.builds(entry.name) is not None)
        finally:
            self._begun = None
            self._elsewhere.rest()

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Tell sentences to somebody else from now on."""
        self._tell = tell
        self._race.tell_to(tell)
        self._elsewhere.tell_to(tell)

    def begin(self) -> None:
        """Clear an earlier `cancel`: the next build is wanted."""
        self._cancelled = self._bridged = False

    def make_from_cache(self, order: Order[P]) -> Ready[P] | None:
        """Load an engine of the kind that is tried first; None if it is not in the cache.

        What builds it is started then, so that it has loaded its libraries once it is wanted. Raises
        EngineError.
        """
        with making(self._choice):
            leave_deleted_folder()
            name, elsewhere = self._first, self._elsewhere
            if (builds := elsewhere.builds(name)) is None:
                return None
            try:
                entry = Entry(
                    name, self._each(name, order, lambda part: elsewhere.cached(name, builds, part))
                )
                if self._choice != "auto" or not self._race.is_open(entry, parts_of(order.program)):
                    self._worked = name
                    return _ready(order, entry, stored=True)
                self._loaded = order.program, entry  # `make` lends it, and lets what may be faster race
                return None
            except NotCachedError:
                elsewhere.warm_up(builds)
                return None

    def make_ahead(self, order: Order[P]) -> Ready[P] | None:
        """Make an engine of the kind that was made last; None if the cache keeps none of that kind.

        Raises EngineError.
        """
        try:
            with making(self._choice):
                name = self.kind or self._first
                if self._elsewhere.builds(name) is None:
                    return None
                return _ready(order, Entry(name, self._made(name, order)), stored=True)
        finally:
            self._elsewhere.rest()

    def cancel(self) -> None:
        """End what is being made, from another thread."""
        self._cancelled = True
        self._elsewhere.cancel()

    def close(self) -> None:
        """Close the processes that wait for the next build, and what was loaded for nobody."""
        if self._loaded is not None:
            self._loaded[1].close()
        self._loaded = None
        self._elsewhere.close()

    def avoid(self, kind: str) -> None:
        """Try a kind whose engine failed after all others from now on, where there is a choice."""
        self._race.fail(kind)
        if self._worked == kind:
            self._worked = None

    def trust_again(self) -> bool:
        """Try the kind that is avoided in its old place again; return whether any was avoided."""
        if self._choice != "auto" or not self._race.forgive():
            return False
        self._worked = None
        return True

    @property
    def _first(self) -> str:
        """Return the engine that is tried first."""
        return self._race.after_a_win(None, candidates())[0] if self._choice == "auto" else self._choice

    def _already_loaded(self, name: str, order: Order[P]) -> Entry | None:
        """Return what `make_from_cache` has loaded, if it is what is to be made; else close it."""
        loaded, self._loaded = self._loaded, None
        if loaded is None:
            return None
        program, entry = loaded
        if (program, entry.name) == (order.program, name):
            return entry
        entry.close()
        return None

    def _entry(self, names: Sequence[str], order: Order[P]) -> Entry:
        """Make the first engine that works out. Raises EngineError if none does, or if it was cancelled."""
        for name, alternative in zip(names, [*names[1:], None], strict=True):
            self._begun = name, time.monotonic()
            try:
                return Entry(name, self._made(name, order))
            except EngineError as fault:
                if alternative is None or self._cancelled:
                    raise
                self._tell(f"{fault}; trying {alternative}")
        raise AssertionError("there is at least one candidate")

    def _raced(self, standing: Entry, order: Order[P]) -> Entry:
        """Let what may be faster race against what was made; a show dreams with that meanwhile."""
        bridge, parts = order.bridge, parts_of(order.program)
        behind = order if bridge is None else replace(order, polite=True)

        def build(name: str) -> None:
            self._begun = name, time.monotonic()
            with making(name):
                if (builds := self._elsewhere.builds(name)) is not None:
                    for part in parts:
                        self._elsewhere.build(name, builds, part, self._manner(behind))

        def make(name: str) -> list[Made]:
            self._begun = name, time.monotonic()
            return self._made(name, behind)

        def lend(entry: Entry) -> None:
            if bridge is not None:
                bridge(_ready(order, entry, stopgap=True))
                self._bridged = True  # nothing slower is to take its place

        return self._race.run(standing, parts, Hands(build, make), None if bridge is None else lend)

    def _made(self, name: str, order: Order[P]) -> list[Made]:
        with making(name):
            builds, manner = self._elsewhere.builds(name), self._manner(order)
            if builds is not None:
                return self._each(
                    name, order, lambda part: self._elsewhere.loaded(name, builds, part, manner)
                )
            kind = ENGINES[name]
            assert kind.made is not None, "it is built elsewhere or made here"
            kind.check()
            if not kind.at_once:
                self._bridge(order)
            make = kind.made
            return self._each(name, order, self._within(name, lambda part: make(part, self._tell)))

    def _within(self, name: str, make: Callable[[Program], Made]) -> Callable[[Program], Made]:
        return lambda part: within(self._limit_s, name, lambda: make(part))

    def _manner(self, order: Order[P]) -> Manner:
        return Manner(order.polite, lambda: self._bridge(order))

    def _each(self, name: str, order: Order[P], make: Callable[[Program], Made]) -> list[Made]:
        with making(name):
            return in_process.each_part(order.program, make, lambda: self._cancelled)

    def _bridge(self, order: Order[P]) -> None:
        """Hand over a stopgap; one is enough for a program, however many engines are tried."""
        if order.bridge is None or self._bridged or not order.eager:
            return
        self._bridged = True
        try:
            made = self._each("eager", order, self._within("eager", in_process.stopgap))
            order.bridge(_ready(order, Entry("", made), stopgap=True))
        except EngineError as fault:
            if not self._cancelled:
                self._tell(f"{fault}; the dream begins with what is built")


def _ready(order: Order[P], entry: Entry, *, stopgap: bool = False, stored: bool = False) -> Ready[P]:
    took_s = time.perf_counter() - order.start_s
    return Ready(
        order.program, entry.engine, stopgap, took_s, entry.checked, entry.run_ms, stored, entry.name
    )
