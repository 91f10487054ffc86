"""Which kernels a show needs: its dreams at the sizes that the governor allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache

from livedream.dream.catalog import network_info
from livedream.dream.network_info import is_there
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.engines.build_job import Ahead
from livedream.errors import InputError
from livedream.ops.octave_sizes import finer_size
from livedream.runtime.governor import Governor
from livedream.settings import DreamSettings

MOST_KEPT = 1024
"""Dreams whose specs are kept, and how fine they became: more than presets, of each its sizes."""

MOST_CHOSEN = 64
"""Specs of which it is remembered that they were chosen lately."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A dream at a number of working pixels; equal where its settings, as JSON, and the sizes are."""

    dream: DreamSettings = field(compare=False)
    words: str
    size_wh: tuple[int, int]
    working_px: int


class WorkingSpecs:
    """Chooses specs, and remembers how fine each dream has become.

    governor: None for what is wanted, whatever the rate. is_there: whether a program's engine need not be
    built: nothing is waited for in order to dream finer.
    """

    def __init__(self, governor: Governor | None, is_there: Callable[[KernelProgram], bool]) -> None:
        self._governor, self._is_there = governor, is_there
        self._size_wh = (0, 0)
        self._known: deque[tuple[DreamSettings, KernelSpec]] = deque(maxlen=64)
        self._chosen: tuple[KernelSpec, ...] = ()
        self._listed = lru_cache(MOST_KEPT)(self._list)
        self._plain: KernelSpec | None = None
        self._plain_px = 0
        self._reached: dict[KernelSpec, float] = {}

    def choose(self, dream: DreamSettings, size_wh: tuple[int, int], *, alone: bool = True) -> KernelSpec:
        """Return the spec of a dream for pictures of a size, as fine as there is time for.

        alone: nothing is dreamed beside it; what is has an engine of the usual size. Raises InputError.
        """
        self._size_wh, governor = size_wh, self._governor
        if governor is None:
            return self._noted(self._held(self._plain_spec(dream, dream.working_px)))
        governor.want(dream.working_px, dream.passes)
        governor.most_finer = max(dream.finer, size_wh[0] * size_wh[1] / dream.working_px)
        plain = self._noted(self._held(self._plain_spec(dream, governor.working_px)))
        if plain != self._plain:
            governor.begin(self._start(dream, plain), is_other=not self._is_resized(dream))
            self._plain, self._plain_px = plain, governor.working_px
        self._note_reached(plain, governor.finer)
        return self._noted(self._finer(dream, plain, governor.finer)) if alone else plain

    def _is_resized(self, dream: DreamSettings) -> bool:
        """Return whether a dream is the one chosen last, at the size that the governor allowed then."""
        return self._plain is not None and self._plain == self._held(self._plain_spec(dream, self._plain_px))

    def like(self, dream: DreamSettings, spec: KernelSpec) -> KernelSpec:
        """Return the spec of a dream at the sizes of another one. Raises InputError."""
        return self._noted(self._held(self._spec_of(dream, spec.laid_hw, spec.size_hw)))

    def has_finer(self, dream: DreamSettings, finer: float) -> bool:
        """Return whether the engine of the dream that was chosen last, so fine, need not be built."""
        return self._plain is not None and self._is_there(
            KernelProgram(self._finer(dream, self._plain, finer))
        )

    def awaited(self, dream: DreamSettings) -> KernelProgram | None:
        """Return what would be dreamed if its engine were there; None if there is no time for more."""
        governor = self._governor
        if governor is None or governor.awaited is None or self._plain is None:
            return None
        return KernelProgram(self._noted(self._finer(dream, self._plain, governor.awaited)))

    def ahead(self, dreams: Iterable[DreamSettings], awaited: KernelProgram | None) -> Ahead[KernelProgram]:
        """List what may be asked for, and at the size that the governor would choose next.

        awaited: that comes after all that a hand may ask for. Any thread.
        """
        dreams, governor = list(dreams), self._governor
        now = self._possible(map(self.program, dreams))
        if governor is None:
            return Ahead(list(now))
        smaller = self._possible(
            self._program(dream, self._governed_px(dream, governor.next_px)) for dream in dreams
        )
        return Ahead(list(now), [*([awaited] if awaited else []), *smaller])

    def program(self, dream: DreamSettings) -> KernelProgram | None:
        """Return what a dream begins with; None if the network does not have what it asks for. Any thread."""
        governor = self._governor
        working_px = None if governor is None else self._governed_px(dream, governor.working_px)
        program = self._program(dream, working_px or dream.working_px)
        if program is None or governor is None:
            return program
        start = self._start(dream, program.spec)
        return program if start == dream.finer else KernelProgram(self._finer(dream, program.spec, start))

    def _possible(self, programs: Iterable[KernelProgram | None]) -> dict[KernelProgram, None]:
        """Return those programs whose engines are there or can be built: their weights have not gone."""
        return dict.fromkeys(
            program
            for program in programs
            if program and (is_there(network_info(program.spec.network).file) or self._is_there(program))
        )

    def _governed_px(self, dream: DreamSettings, governed_px: int) -> int:
        """Return the working pixels of a dream where the governor allows the present one `governed_px`."""
        assert self._governor is not None
        return governed_px if dream.working_px == self._governor.wanted_px else dream.working_px

    def _program(self, dream: DreamSettings, working_px: int) -> KernelProgram | None:
        spec = self._listed(_Asked(dream, dream.model_dump_json(), self._size_wh, working_px))
        return None if spec is None else KernelProgram(self._held(spec))

    def _list(self, asked: _Asked) -> KernelSpec | None:
        with suppress(InputError):  # it is told when it is asked for
            return self._plain_spec(asked.dream, asked.working_px)
        return None

    def _note_reached(self, plain: KernelSpec, finer: float) -> None:
        self._reached.pop(plain, None)
        self._reached[plain] = finer
        if len(self._reached) > MOST_KEPT:
            del self._reached[next(iter(self._reached))]  # the one that was dreamed longest ago

    def _start(self, dream: DreamSettings, plain: KernelSpec) -> float:
        """Return how fine a dream begins: as it was, unless the engine for that would be waited for."""
        reached = self._reached.get(plain, dream.finer)
        is_there = reached == dream.finer or self._is_there(KernelProgram(self._finer(dream, plain, reached)))
        return reached if is_there else dream.finer

    def _plain_spec(self, dream: DreamSettings, working_px: int) -> KernelSpec:
        """Return a dream's spec as fine as its settings say, at a number of working pixels."""
        base_hw = working_size_hw(self._size_wh, working_px)
        return self._spec_of(dream, base_hw, finer_size(base_hw, dream.finer))

    def _finer(self, dream: DreamSettings, plain: KernelSpec, finer: float) -> KernelSpec:
        return self._held(self._spec_of(dream, plain.laid_hw, finer_size(plain.laid_hw, finer)))

    def _spec_of(
        self, dream: DreamSettings, base_hw: tuple[int, int], size_hw: tuple[int, int]
    ) -> KernelSpec:
        """Return the spec, which is the same from frame to frame."""
        for known, spec in tuple(self._known):
            if known is dream and (spec.laid_hw, spec.size_hw) == (base_hw, size_hw):
                return spec
        spec = kernel_spec(dream, base_hw, size_hw)
        self._known.append((dream, spec))
        return spec

    def _held(self, spec: KernelSpec) -> KernelSpec:
        """Return a spec that was chosen lately instead, if it can do more by an input that may be 0.

        A wave that touches 0 would else ask for two engines in turn.
        """
        for known in self._chosen:
            gains = known.regularised - spec.regularised, known.swings - spec.swings
            if max(gains) > 0 <= min(gains):
                more = replace(spec, regularised=known.regularised, swings=known.swings)
                if more == known:
                    return known
        return spec

    def _noted(self, spec: KernelSpec) -> KernelSpec:
        """Return a spec that is chosen, which is remembered; only the thread that dreams chooses."""
        if spec not in self._chosen:
            self._chosen = (*self._chosen, spec)[-MOST_CHOSEN:]
        return spec
