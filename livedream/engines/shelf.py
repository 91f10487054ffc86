"""The engines that stay loaded, and who runs them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Generic

from livedream.engines.in_process import close_broken
from livedream.engines.maker import P, Ready

KEPT = 16
"""Engines that stay loaded, some 40 MB each: as many as all presets need at one size, and some more."""

SPARE = 1
"""Engines that nobody expects to be asked for and that stay loaded all the same: that of the size before, to
which a machine whose speed swings soon goes back. One of a third size is loaded from the disk in a fifth of a
second while the present one dreams on; more of them would make a show grow as its sizes change."""


class EngineShelf(Generic[P]):
    """Holds engines by program, those used last; one that is lent is never closed. No thread is heeded.

    What is to be closed now is returned, for the owner to do that when nobody waits for it. stored: kinds and
    programs whose engines are in the cache; of those that are closed for want of room, those that are there
    are added.
    """

    def __init__(self, stored: set[tuple[str, P]]) -> None:
        self._stored = stored
        self._kept: OrderedDict[P, Ready[P]] = OrderedDict()
        self.offered: list[Ready[P]] = []
        """What was lent and is still to be taken."""
        self._lent: list[Ready[P]] = []
        self._expected: frozenset[P] = frozenset()

    def __contains__(self, program: object) -> bool:
        return program in self._kept

    def expect(self, programs: Iterable[P]) -> list[Ready[P]]:
        """Note what may be asked for; returns engines of older expectations that there is no room for."""
        self._expected = frozenset(programs)
        return self._surplus()

    def put(self, ready: Ready[P]) -> list[Ready[P]]:
        """Keep an engine; returns those that there is no room for any more."""
        self._kept[ready.program] = ready
        return self._surplus(besides=ready)

    def lend(self, program: P) -> Ready[P] | None:
        """Return the engine of a program, open until it is given back; None if it is not loaded."""
        ready = self._kept.get(program)
        if ready is not None:
            self._kept.move_to_end(program)
            self._lent.append(ready)
        return ready

    def offer_stopgap(self, ready: Ready[P]) -> None:
        """Offer what is not kept, unless the same engine is put here later as what was asked for."""
        self._lent.append(ready)
        self.offered.append(ready)

    def offer(self, program: P) -> bool:
        """Lend the engine of a program to whoever takes what is offered; False if it is not loaded."""
        if (ready := self.lend(program)) is None:
            return False
        self.offered.append(ready)
        return True

    def withdraw(self) -> list[Ready[P]]:
        """Take back what is offered; those that are not kept are returned."""
        offered, self.offered = self.offered, []
        return [one for ready in offered for one in self.give_back(ready)]

    def give_back(self, ready: Ready[P]) -> list[Ready[P]]:
        """Take an engine back that was lent; one that is not kept is returned."""
        place = next((place for place, one in enumerate(self._lent) if one is ready), None)
        if place is not None:
            del self._lent[place]
        if is_kept := self._is_kept(ready):
            self._kept.move_to_end(ready.program)  # it was used until now
        return self._surplus() if is_kept or self.is_lent(ready) else [ready]

    def discard(self, ready: Ready[P]) -> None:
        """Forget an engine that failed, lent, offered or not; it is the caller's to close."""
        self.offered = [one for one in self.offered if one.engine is not ready.engine]
        self._lent = [one for one in self._lent if one.engine is not ready.engine]
        if self._is_kept(ready):
            del self._kept[ready.program]

    def clear(self, kind: str | None = None) -> list[Ready[P]]:
        """Keep none any more, or none of a kind, and offer none; returns those that are not lent."""
        withdrawn = self.withdraw()
        gone = [ready for ready in self._kept.values() if kind in (None, ready.kind)]
        for ready in gone:
            del self._kept[ready.program]
        return withdrawn + [ready for ready in gone if not self.is_lent(ready)]

    def _surplus(self, besides: Ready[P] | None = None) -> list[Ready[P]]:
        idle = [ready for ready in self._kept.values() if ready is not besides and not self.is_lent(ready)]
        spare = [ready for ready in idle if ready.stored and ready.program not in self._expected]
        gone = spare[: max(0, len(spare) - SPARE)]
        for ready in gone:
            del self._kept[ready.program]
        left = [ready for ready in idle if ready.program in self._kept]
        for ready in left[: max(0, len(self._kept) - KEPT)]:
            del self._kept[ready.program]
            gone.append(ready)
        self._stored.update((ready.kind, ready.program) for ready in gone if ready.stored)
        return gone

    def is_lent(self, ready: Ready[P]) -> bool:
        """Return whether somebody has its engine, or is offered it."""
        return any(one.engine is ready.engine for one in self._lent)

    def _is_kept(self, ready: Ready[P]) -> bool:
        kept = self._kept.get(ready.program)
        return kept is not None and kept.engine is ready.engine


def close_all(readies: Sequence[Ready[P]]) -> None:
    """Close engines; one whose device is lost cannot be, which is of no interest any more."""
    for ready in readies:
        close_broken(ready.engine)
