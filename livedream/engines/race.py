"""Races between the engine that "auto" has made and those that may be faster on this machine: its GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from livedream.engines.cache import EngineCache
from livedream.engines.engine import CLEARLY, Check, Engine, Program, making
from livedream.engines.in_process import Made, close_broken
from livedream.engines.kinds import rivals
from livedream.engines.round_robin import RoundRobinEngine, worst
from livedream.engines.subprocess_builds import SubprocessBuilds
from livedream.errors import EngineError


@dataclass(frozen=True)
class Entry:
    """An engine that was made. name: among the engines; made: one for each part of the program."""

    name: str
    made: list[Made]

    @cached_property
    def engine(self) -> Engine:
        """Return the engine of the program, each time the same; of one in parts one that holds theirs."""
        engines = [one.engine for one in self.made]
        return engines[0] if len(engines) == 1 else RoundRobinEngine(engines)

    @property
    def checked(self) -> Check | None:
        """Return the worst comparison with the reference; None for the reference itself."""
        checks = [one.checked for one in self.made if one.checked is not None]
        return worst(checks) if checks else None

    @property
    def times_ms(self) -> list[float]:
        """List how long a run of each part takes, where it was timed."""
        return [one.run_ms for one in self.made if one.run_ms is not None]

    @property
    def run_ms(self) -> float | None:
        """Return the mean time of a run; None where none was timed."""
        return fmean(self.times_ms) if self.times_ms else None

    def close(self) -> None:
        """Close the engines."""
        for one in self.made:
            close_broken(one.engine)


@dataclass(frozen=True, slots=True)
class Hands:
    """What makes engines, by their names; both raise EngineError.

    build: sees that another process has built it, where one does. make: makes or loads it.
    """

    build: Callable[[str], None]
    make: Callable[[str], list[Made]]


class _Loan:
    """What stands, and who dreams with it meanwhile; lend: see `Race.run`."""

    def __init__(self, standing: Entry, lend: Callable[[Entry], None] | None) -> None:
        self._standing, self._lend, self.is_begun = standing, lend, False

    def begin(self) -> None:
        """Hand it over, once."""
        if self._lend is not None and not self.is_begun:
            self.is_begun = True
            self._lend(self._standing)


class Race:
    """Lets rivals race, and remembers which are still in: one that lost, or cannot be had, is out.

    built: how another process builds an engine. is_cancelled: whether what is made is not wanted any more.
    """

    def __init__(
        self,
        built: Callable[[str], SubprocessBuilds | None],
        cache: EngineCache,
        tell: Callable[[str], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._built, self._cache, self._tell, self._is_cancelled = built, cache, tell, is_cancelled
        self._is_in: dict[str, bool] = {}
        self._failed: set[str] = set()

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Tell sentences to somebody else from now on."""
        self._tell = tell

    def after_a_win(self, winner: str | None, names: Sequence[str]) -> Sequence[str]:
        """Return what is tried: a rival that has won before comes first, what failed while it ran last."""
        names = sorted(names, key=self._failed.__contains__)
        return [winner, *names] if winner is not None and self._is_in.get(winner, False) else names

    def fail(self, name: str) -> None:
        """Take note that an engine failed while it ran: a rival is out for good, any other is tried last."""
        self._failed.add(name)
        if not self._is_in.get(name, False):
            return
        self._is_in[name] = False
        why = f"the engine {name} failed again and again while it ran"
        self._tell(f"{why}; auto does without it from now on (livedream engines clear has it tried again)")
        with suppress(EngineError), making(name):  # it is gone, so that there is nothing to remember
            if (other := self._built(name)) is not None:
                other.refuse(None, self._cache, why)

    def is_avoided(self, name: str) -> bool:
        """Return whether an engine failed while it ran, or has lost."""
        return name in self._failed or not self._is_in.get(name, True)

    def forgive(self) -> bool:
        """Try what failed while it ran in its old place again; return whether any was no rival."""
        failed, self._failed = self._failed - set(rivals()), set()
        return bool(failed)

    def run(
        self,
        standing: Entry,
        parts: Sequence[Program],
        hands: Hands,
        lend: Callable[[Entry], None] | None,
    ) -> Entry:
        """Make what may be faster than what stands; return the fastest. What is passed over is told.

        lend: hands over what stands to whoever needs an engine while a driver is asked or a rival is made,
        and to whom it belongs from then on, whoever wins; None: nobody does. Raises EngineError if it was
        cancelled.
        """
        loan = _Loan(standing, lend)
        for rival in self._open(standing, parts, loan.begin):
            loan.begin()
            other = self._contested(rival, standing, parts, hands, is_lent=loan.is_begun)
            if other is not None:
                if not loan.is_begun:
                    standing.close()
                return other
            self._is_in[rival] = False
        return standing

    def is_open(self, standing: Entry, parts: Sequence[Program]) -> bool:
        """Return whether anything may be faster than what stands; no driver is asked for that: it may be."""
        if standing.name not in self._is_in and any(map(self._asks, rivals())):
            return True
        return any(True for _ in self._open(standing, parts, lambda: None))

    def _open(
        self, standing: Entry, parts: Sequence[Program], before_asking: Callable[[], None]
    ) -> Iterator[str]:
        """List the rivals that may win, one by one; what cannot is out. None for what has won before."""
        for rival in () if standing.name in self._is_in else rivals():
            if self._is_cancelled():
                return  # whoever waits for the next engine does not wait for a driver, too
            if rival not in self._is_in:
                if self._asks(rival):
                    before_asking()
                self._is_in[rival] = self._suits(rival)
            if not self._is_in[rival]:
                continue
            if self._may_win(rival, standing, parts):
                yield rival
            else:
                self._is_in[rival] = False

    def _asks(self, rival: str) -> bool:
        """Return whether a driver has to be asked whether a rival suits; one that is out is asked nothing."""
        try:
            with making(rival):
                other = self._built(rival) if self._is_in.get(rival, True) else None
                return other is not None and other.asks()
        except EngineError:
            return False

    def _suits(self, rival: str) -> bool:
        """Return whether a rival is worth a race; one that cannot even be asked is told of in it."""
        try:
            with making(rival):
                other = self._built(rival)
                return other is None or other.suits()
        except EngineError:
            return True

    def _may_win(self, rival: str, standing: Entry, parts: Sequence[Program]) -> bool:
        """Return whether a rival is worth building or loading; False if it is known to be no faster."""
        try:
            known = self._known(rival, parts)
        except EngineError as fault:
            self._tell(f"{fault}; {standing.name} stays")
            return False
        times_ms = [one.run_ms for one in known if isinstance(one, Check)]
        if len(times_ms) == len(known):
            return clearly_faster(times_ms, standing.times_ms)
        return not any(isinstance(one, str) for one in known)

    def _known(self, rival: str, parts: Sequence[Program]) -> list[Check | str | None]:
        """Return what is known of a rival's engines for the parts. Raises EngineError if it cannot be had."""
        with making(rival):
            other = self._built(rival)
            return [None if other is None else other.verdict(part, self._cache) for part in parts]

    def _contested(
        self, rival: str, standing: Entry, parts: Sequence[Program], hands: Hands, *, is_lent: bool
    ) -> Entry | None:
        """Build a rival, and load it if it is clearly faster; None if it fails or is not, which is told."""
        try:
            # What loses is never loaded: a driver that works out might all the same trouble the show.
            hands.build(rival)
            known = [one.run_ms for one in self._known(rival, parts) if isinstance(one, Check)]
            if len(known) == len(parts) and not clearly_faster(known, standing.times_ms):
                self._tell(_lost(rival, known, standing))
                return None
            other = Entry(rival, hands.make(rival))
        except EngineError as fault:
            if self._is_cancelled():
                if not is_lent:
                    standing.close()
                raise
            self._tell(f"{fault}; {standing.name} stays")
            return None
        if clearly_faster(other.times_ms, standing.times_ms):
            return other
        self._tell(_lost(rival, other.times_ms, standing))
        other.close()
        return None


def clearly_faster(rival_ms: Sequence[float], standing_ms: Sequence[float]) -> bool:
    """Return whether a rival's runs are clearly shorter on average; False where nothing was timed."""
    return bool(rival_ms and standing_ms) and fmean(rival_ms) < CLEARLY * fmean(standing_ms)


def _lost(rival: str, rival_ms: Sequence[float], standing: Entry) -> str:
    times = [f"{fmean(one):.1f} ms" if one else "no time" for one in (rival_ms, standing.times_ms)]
    return (
        f"the engine {rival} takes {times[0]} for a frame and {standing.name} {times[1]}; "
        f"{standing.name} stays"
    )
