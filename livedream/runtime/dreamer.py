"""The dream thread: takes captured frames, begins to dream them, lets one engine follow another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from livedream.clock import Clock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dreamed import Dreaming
from livedream.engines.build_job import Ahead, ProgramState
from livedream.engines.builder import EngineBuilder
from livedream.engines.maker import Ready
from livedream.errors import EngineError, EngineRunError
from livedream.fade import Blend
from livedream.frame import Frame
from livedream.pipeline import DreamPipeline, Leaving
from livedream.preparing import Prepared
from livedream.references import References
from livedream.runtime.cross_fade import Beside, CrossFade
from livedream.runtime.engine_words import describe
from livedream.runtime.governor import Governor, affordable
from livedream.runtime.latest import Latest
from livedream.runtime.look_ahead import LOOK_UP_S, LookAhead, Taken
from livedream.runtime.plan import Plan
from livedream.runtime.recovery import Found, Recovery, RestingEngine, rest
from livedream.runtime.store import SettingsStore
from livedream.runtime.working_specs import WorkingSpecs
from livedream.settings import DreamSettings, Settings


class Dreamer:
    """Owns the pipeline; one thread calls `run`.

    governor: None to dream at the wanted size whatever the rate. emit: takes each frame once it is begun, and
    waits while the one before it is not finished.
    """

    def __init__(
        self,
        store: SettingsStore,
        builder: EngineBuilder[KernelProgram],
        governor: Governor | None,
        clock: Clock,
        emit: Callable[[Dreaming], None],
        tell: Callable[[str], None],
        *,
        plan: Plan,
    ) -> None:
        self._store, self._builder, self._governor = store, builder, governor
        self._clock, self._emit, self._tell = clock, emit, tell
        self._interval_s = None if governor is None else governor.interval_s
        self._fade = CrossFade(store.snapshot(), plan.fade_s)
        self._upcoming: Callable[[], Iterable[Settings]] = lambda: ()
        self._beside: Callable[[], Beside | None] = lambda: None
        self._waited_s: float | None = None
        self._specs = WorkingSpecs(governor, lambda program: builder.state(program) == "ready")
        self._is_expecting = False
        self._awaited: KernelProgram | None = None
        self._pipeline: DreamPipeline | None = None
        self._references = References(tell)
        self.recovery = Recovery(builder, clock, tell, engine_required=plan.engine_required)
        self.ready: Ready[KernelProgram] | None = None
        self._leaving: Ready[KernelProgram] | None = None
        self.running = store.standing().preset
        """The preset whose dream is seen; what is asked for may still be built."""
        self._is_reset = threading.Event()
        self.settled = threading.Event()
        """Set once the engine that was asked for runs, not a stopgap."""

    def expect(self, upcoming: Callable[[], Iterable[Settings]]) -> None:
        """Build engines ahead for what may be shown next, the likeliest first; call it before the start."""
        self._upcoming = upcoming

    def expect_anew(self) -> None:
        """Look again at what may be shown next, which has changed; any thread."""
        if self._is_expecting:
            self._expect()

    def blend_in(self, beside: Callable[[], Beside | None]) -> None:
        """Blend into what stands another look, if `beside` returns one; call it before the start."""
        self._beside = beside

    @property
    def fade_s(self) -> float:
        """Return in which time another preset takes the place of the one before."""
        return self._fade.fade_s

    @fade_s.setter
    def fade_s(self, seconds: float) -> None:
        self._fade.fade_s = seconds

    def reset(self) -> None:
        """Start the dream anew with the next frame; any thread."""
        self._is_reset.set()

    def hold_rate(self, fps: float) -> None:
        """Hold another frame rate from the next frame on; any thread."""
        self._interval_s = 1 / fps

    def has_time_for(self, dream: DreamSettings) -> bool:
        """Return whether there is time to spare for a dream whose engine is not still to come; any thread."""
        is_at_ease = self._governor is None or self._governor.is_at_ease
        is_its_turn = self._is_expecting and self.state_of(dream) == "ready"  # it began at ease
        has_time = is_its_turn if self._builder.preparing > 0 else is_at_ease
        return has_time and self.settled.is_set() and not self._builder.building

    def prepare(self, size_wh: tuple[int, int]) -> None:
        """Request the engine for pictures of `size_wh` before the first frame arrives."""
        self._request(self._spec(self._store.snapshot(), size_wh))

    def run(self, slot: Latest[Frame], stop: threading.Event) -> None:
        """Dream until the slot has ended or `stop` is set. Raises what the engine raises."""
        while self._pipeline is None and not stop.is_set():
            self._swap(self._taken(LOOK_UP_S))
        with LookAhead(slot) as ahead:
            while not stop.is_set() and not ahead.ended:
                with self.recovery.sparing():
                    taken = ahead.take()
                    if taken is not None:
                        self._dream(taken, ahead)

    def _dream(self, taken: Taken, ahead: LookAhead) -> None:
        self._heed(self.recovery.take_found())
        frame = taken.frame
        preset, wanted, by_hand = self._store.standing()
        beside = self._beside()
        spec = self._spec(wanted, frame.size_wh, alone=beside is None)
        other = None if beside is None else self._specs.like(beside.settings.dream, spec)
        live = self._open(spec)
        # Two looks need both engines: first that of the one that stands, then the other's.
        self._request(spec if other is None or live is None or live.stopgap else other)
        self._swap(self._taken())
        assert self._pipeline is not None
        if self._is_reset.is_set():
            self._is_reset.clear()
            self._pipeline.reset()
        start_s, runs = self._clock.now_s(), spec == self._pipeline.spec
        if beside is not None and self._has_both(wanted.dream, beside.settings.dream):
            mix, runs = self._fade.beside(wanted, self._rising(beside, start_s)), True
        else:
            self._waited_s = None if beside is None else start_s
            if runs:
                mix = self._fade.follow(wanted, (preset, spec), start_s)
            else:
                mix = self._fade.hold_back(wanted, by_hand, start_s)
        self.running = preset if runs else self.running
        leaving = self._leaving_in(mix)
        if self._fade.is_over and beside is None:
            self._give_back_leaving()
        settings = affordable(mix.settings, self._governor, is_settled=self._is_fast)
        ready = self._pipeline.prepared(frame, settings, taken.ahead, taken.waited_ms)
        ahead.begin(partial(self._pipeline.prepare, settings=settings, after=ready))
        self._begin(ready, settings, leaving)
        if self._fade.is_over and runs:
            self._observe(wanted.dream, start_s, alone=beside is None)

    def _begin(self, ready: Prepared, settings: Settings, leaving: Leaving | None) -> None:
        """Begin a frame and emit it; if an engine fails, what was dreamed before fades in its place."""
        assert self._pipeline is not None
        try:
            dreaming = self._pipeline.begin(ready, settings, leaving)
            self.recovery.ran(self.ready)
        except EngineRunError as fault:
            self._give_up(fault)
            if ready.looked.small is None:
                return  # it was prepared on the device; people see the frame before for this once
            dreaming = self._pipeline.begin(ready, settings)
        self._emit(dreaming)

    def _heed(self, found: Found | None) -> None:
        """Give up the engine of a frame that failed, if it is still open: the fault is no other engine's."""
        leaving = self._leaving
        if found is not None and found.is_of(self.ready):
            self._give_up(found.fault)
        elif found is not None and leaving is not None and found.is_of(leaving):
            self._leaving = None
            self.recovery.failed_late(found.fault, leaving)

    def _give_up(self, fault: EngineRunError) -> None:
        """Rest until the engine that failed is loaded anew, or another kind in its place."""
        assert self._pipeline is not None
        self._pipeline = rest(self._pipeline, self._references)
        self.recovery.failed(fault, self._pipeline.spec, (self.ready, self._leaving))
        self.ready = self._leaving = None
        self.settled.clear()

    def _has_both(self, live: DreamSettings, other: DreamSettings) -> bool:
        """Return whether the pipeline has one dream's engine, and the other dream's is open at that size."""
        assert self._pipeline is not None
        spec = self._pipeline.spec
        return self._specs.like(other, spec) == spec and self._open(self._specs.like(live, spec)) is not None

    def _rising(self, beside: Beside, now_s: float) -> Beside:
        """Return what is blended in; where its engine had to be waited for it comes within a fade's time."""
        if self._waited_s is None or now_s - self._waited_s >= self.fade_s:
            return beside
        return replace(beside, share=beside.share * (now_s - self._waited_s) / self.fade_s)

    def _observe(self, dream: DreamSettings, start_s: float, *, alone: bool) -> None:
        """Report a frame's time to the governor; build engines ahead once there is room."""
        governor, now_s = self._governor, self._clock.now_s()
        if governor is None or not self._is_fast:
            return
        is_there, is_busy = partial(self._specs.has_finer, dream), self._builder.is_busy
        said = governor.observe(now_s - start_s, now_s, is_there, alone=alone, building=is_busy)
        awaited = self._specs.awaited(dream)
        if said is not None:
            self._tell(said)
        elif awaited not in (None, self._awaited) or (governor.is_at_ease and not self._is_expecting):
            self._awaited = awaited
            self._expect()

    @property
    def _is_fast(self) -> bool:
        """Return whether what dreams was asked for, or is a fast engine too, lent while a rival is built."""
        return self.settled.is_set() or (self.ready is not None and self.ready.run_ms is not None)

    def _expect(self) -> None:
        self._is_expecting = True
        self._builder.prepare(self._ahead)

    def _leaving_in(self, mix: Blend) -> Leaving | None:
        """Return the dream that is still seen, if its engine is still open."""
        assert self._pipeline is not None
        if mix.leaving is None:
            return None
        spec = self._specs.like(mix.leaving, self._pipeline.spec)
        ready = self._open(spec)
        return None if ready is None else Leaving(spec, ready.engine, mix.leaving, mix.left)

    def _open(self, spec: KernelSpec) -> Ready[KernelProgram] | None:
        """Return the open engine of a spec."""
        both = self.ready, self._leaving
        return next((ready for ready in both if ready is not None and ready.program.spec == spec), None)

    def _give_back_leaving(self) -> None:
        if self._leaving is not None:
            self._builder.give_back(self._leaving)
        self._leaving = None

    def _spec(self, settings: Settings, size_wh: tuple[int, int], *, alone: bool = True) -> KernelSpec:
        """Return what kernel settings ask for, at the size that the governor allows."""
        if self._governor is not None and self._interval_s is not None:
            self._governor.hold(self._interval_s)
        return self._specs.choose(settings.dream, size_wh, alone=alone)

    def _request(self, spec: KernelSpec) -> None:
        if self.recovery.asks(spec):
            is_bridged = self.ready is None or self.ready.stopgap  # a race may go on for minutes
            self._builder.request(KernelProgram(spec), stopgap=is_bridged)

    def _taken(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        """Return the next engine; without the first one the show goes on with pictures as they come."""
        try:
            return self._builder.take(timeout_s)
        except EngineError as fault:
            spec = self.recovery.unbuilt(fault)
        if self._pipeline is None:
            self._pipeline = DreamPipeline(spec, RestingEngine(), references=self._references)
        return None

    def _swap(self, ready: Ready[KernelProgram] | None) -> None:
        if ready is None:
            return
        if self._pipeline is None:
            self._pipeline = DreamPipeline(ready.program.spec, RestingEngine(), references=self._references)
        self._give_back_leaving()
        self._leaving, self.ready = self.ready, ready
        try:
            self._pipeline.swap(ready.program.spec, ready.engine)
        except EngineRunError as fault:  # a device that cannot give or take what was dreamed
            self._give_up(fault)
            return
        if not ready.stopgap:
            self.settled.set()
            self._is_expecting = False
        if self._governor is not None:
            self._governor.restart()
        elif not ready.stopgap:
            self._expect()
        self._tell(describe(ready))

    def _ahead(self) -> Ahead[KernelProgram]:
        return self._specs.ahead((settings.dream for settings in self._upcoming()), self._awaited)

    def state_of(self, dream: DreamSettings) -> ProgramState:
        """Return how far the engine of a dream is, at the size that it begins with; any thread."""
        program = self._specs.program(dream)
        return "waiting" if program is None else self._builder.state(program)

    @property
    def finer(self) -> float:
        """Return how many times more pixels the dream has than the base that its forms are sized by."""
        spec = None if self.ready is None else self.ready.program.spec
        return 1.0 if spec is None else spec.finer
