"""Builds engines in the background, hands over each one when it is ready, and keeps those used last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic

from livedream.engines.build_job import Ahead, AheadQueue, Failure, Job, ProgramState
from livedream.engines.cache import EngineCache
from livedream.engines.in_process import await_end, close_broken
from livedream.engines.maker import LIMIT_S, Choice, EngineMaker, Order, P, Ready
from livedream.engines.progress import Progress
from livedream.engines.shelf import EngineShelf, close_all
from livedream.errors import EngineError


class EngineBuilder(Generic[P]):
    """One thread that builds what was requested last, and what will be when nothing is.

    If nothing can be built for a first request, `take` raises that once, and it may be requested again;
    later on `take_failure` has it, and whatever runs goes on.

    choice, limit_s: see `EngineMaker`. tell: called with sentences for people. maker: makes the engines;
    None: one of all these. Raises InputError for an unknown choice.
    """

    def __init__(
        self,
        choice: Choice,
        cache: EngineCache,
        tell: Callable[[str], None],
        limit_s: float = LIMIT_S,
        maker: EngineMaker[P] | None = None,
    ) -> None:
        self._maker = maker or EngineMaker[P](choice, cache, tell, limit_s)
        self._tell = tell
        self._changed = threading.Condition()
        self._target: P | None = None
        self._wanted: Job[P] | None = None
        self._job: Job[P] | None = None
        self._plan: Callable[[], Ahead[P]] | None = None
        self._ahead: AheadQueue[P] = AheadQueue()
        self._unused: list[Ready[P]] = []  # closing takes as long as a frame, so it is the thread's to do
        self._shelf: EngineShelf[P] = EngineShelf(self._ahead.stored)
        self._runs: Ready[P] | None = None
        self._bridge: Ready[P] | None = None
        self._fault: BaseException | None = None
        self._refusal: EngineError | None = None
        self._failure: Failure[P] | None = None
        self._closed = self._has_run = self._with_stopgap = self._is_distrusted = False
        self._thread = threading.Thread(target=self._work, name="engine builder", daemon=True)
        self._thread.start()

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Tell sentences to somebody else from now on."""
        self._tell = tell
        self._maker.tell_to(tell)

    def begin(self, program: P) -> None:
        """Load what will be requested first if it is in the cache; else start what will build it."""
        with self._changed:
            self._wanted = Job(program, False, begins=True)
            self._changed.notify_all()

    def request(self, program: P, *, stopgap: bool) -> None:
        """Request a program's engine; the engine of an earlier request is no longer handed over.

        stopgap: also hand over first what is there sooner: the engine against which one that may be faster
        still races, and an eager one if none is in the cache and no other than such a one runs.
        """
        with self._changed:
            self._target, self._wanted, self._refusal, job = program, None, None, self._job
            self._with_stopgap = stopgap
            self._unused += self._shelf.withdraw()
            if not self._shelf.offer(program) and not self._is_being_made(program):
                self._wanted = Job(program, True, stopgap)
            if job is not None and (self._wanted or (job.asked and job.program != program)):
                self._maker.cancel()
            self._changed.notify_all()

    def prepare(self, plan: Callable[[], Ahead[P]]) -> None:
        """Build ahead what will be requested, with a low priority; replaces an earlier list.

        plan: called in the builder's thread.
        """
        with self._changed:
            self._plan = plan
            self._changed.notify_all()

    def take(self, timeout_s: float = 0.0) -> Ready[P] | None:
        """Return the next engine that is ready, waiting for at most `timeout_s`; None if there is none.

        It stays open until it is given back. Raises what stopped the building, and EngineError.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._shelf.offered or self._refusal or self._fault or self._closed, timeout_s
            )
            if self._shelf.offered:
                self._runs = ready = self._shelf.offered.pop(0)
                self._has_run |= not ready.stopgap
                return ready
            refusal, self._refusal = self._refusal, None
            if fault := refusal or self._fault:
                raise fault
            return None

    def give_back(self, ready: Ready[P]) -> None:
        """Take back an engine that no longer runs, to keep it for reuse or close it."""
        with self._changed:
            self._unused += self._shelf.give_back(ready)
            self._changed.notify_all()

    def discard(self, ready: Ready[P], *, avoid: bool = False) -> None:
        """Close an engine that failed; the next one for its program is loaded or built anew.

        avoid: with the choice "auto" another kind is taken from now on, and none of this kind stays loaded,
        whose device may be gone.
        """
        is_avoided = avoid and ready.kind != ""
        if is_avoided:
            self._maker.avoid(ready.kind)
        with self._changed:
            self._shelf.discard(ready)
            is_running = self._runs is not None and self._runs.engine is ready.engine
            self._runs = None if is_running else self._runs
            self._ahead.stored.discard((ready.kind, ready.program))
            if is_avoided:
                self._distrust(ready.kind)
            elif ready.stopgap and self._job is not None and self._job.program == ready.program:
                self._maker.cancel()  # begun anew at the next request, it hands over another stopgap
        close_broken(ready.engine)

    def _distrust(self, kind: str | None = None) -> None:
        """Let go of what is loaded, of one kind or all, and of what is being made."""
        self._unused += self._shelf.clear(kind)
        if self._job is not None:
            self._is_distrusted = True
            self._maker.cancel()
        self._changed.notify_all()

    def trust_again(self) -> bool:
        """Take the kind that is avoided again from the next request on; return whether any was avoided."""
        with self._changed:
            if is_avoided := self._maker.trust_again():
                self._distrust()  # what stood in for it is loaded, or is being built
        return is_avoided

    def take_failure(self) -> Failure[P] | None:
        """Return once what could not be built while another engine ran; else None."""
        with self._changed:
            failure, self._failure = self._failure, None
            return failure

    def state(self, program: P) -> ProgramState:
        """Return whether a program's engine is ready (loaded, or on the disk), building, or waiting."""
        if program in self._shelf or (self._maker.kind, program) in self._ahead.stored:
            return "ready"
        job = self._job
        return "building" if job is not None and job.program == program else "waiting"

    @property
    def building(self) -> str:
        """Return the engine being waited for and for how long, such as "tensorrt, 12 s"; "" for none."""
        job = self._job
        return self._maker.making if job is not None and job.program == self._target else ""

    @property
    def progress(self) -> Progress | None:
        """Return how far the engine being waited for is; None if none is."""
        job = self._job
        return self._maker.progress if job is not None and job.program == self._target else None

    @property
    def is_busy(self) -> bool:
        """Return whether an engine is being made or loaded, which takes processor time from the show."""
        return self._job is not None

    @property
    def preparing(self) -> int:
        """Return how many engines are still to be made ahead."""
        job = self._job
        return len(self._ahead) + (self._plan is not None or (job is not None and not job.asked))

    def close(self) -> None:
        """Stop building; an engine that was taken and not given back stays open. See also `await_end`."""
        with self._changed:
            self._closed = True
            self._maker.cancel()
            self._changed.notify_all()
        await_end([self._thread], "an engine is still being loaded", self._tell)
        with self._changed:
            unused = self._unused + self._shelf.clear()
        close_all(unused)

    def _work(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._serve(job)
                self._ahead.rest()
        except BaseException as fault:  # reaches the owner through take()
            with self._changed:
                self._fault = fault
                self._changed.notify_all()
        finally:
            self._maker.close()

    def _next(self) -> Job[P] | None:
        """Wait for something to do; None at the end."""
        while True:
            with self._changed:
                self._job, unused, self._unused = None, self._unused, []
                self._bridge, self._is_distrusted = None, False
                is_done = self._ahead.is_planned and not (self._is_called() or self._ahead)
            close_all(unused)
            if is_done:  # until then the process that built the first engine is soon wanted again
                self._maker.close()
            with self._changed:
                self._changed.wait_for(self._is_called, self._ahead.rest_s)
                if self._closed:
                    return None
                plan, self._plan = self._plan, None
                if self._wanted is not None:
                    self._job, self._wanted = self._wanted, None
                elif plan is None:
                    self._job = self._ahead.take()
                if self._job is not None:
                    self._plan = plan
                    self._maker.begin()
                    return self._job
            if plan is not None:
                self._fill(plan())

    def _fill(self, ahead: Ahead[P]) -> None:
        with self._changed:
            self._ahead.fill(ahead, self._shelf, self._maker.kind)
            self._unused += self._shelf.expect(ahead.load)

    def _is_called(self) -> bool:
        return bool(self._closed or self._wanted or self._plan or self._unused)

    def _serve(self, job: Job[P]) -> None:
        try:
            if job.asked:
                bridge = self._publish if job.stopgap else None
                is_slow = self._runs is None or not self._runs.kind
                self._publish(self._maker.make(Order(job.program, bridge, eager=is_slow)))
            elif job.begins:
                self._begin(job)
            elif job.program not in self._shelf:
                ready = self._maker.make_ahead(Order(job.program, polite=True))
                self._ahead.stored.add((self._maker.kind if ready is None else ready.kind, job.program))
                if ready is not None:
                    self._publish(ready, keep=job.keep)
        except EngineError as fault:
            self._failed(job, fault)

    def _begin(self, job: Job[P]) -> None:
        if (ready := self._maker.make_from_cache(Order(job.program))) is not None:
            self._publish(ready)
            return
        with self._changed:
            if self._is_waited_for(job):
                self._wanted = Job(job.program, True, self._with_stopgap)

    def _is_waited_for(self, job: Job[P]) -> bool:
        return self._target == job.program and self._wanted is None and not self._closed

    def _failed(self, job: Job[P], fault: EngineError) -> None:
        """Report why the engine being waited for failed; a build that was interrupted is retried later."""
        with self._changed:
            self._job, is_waited_for = None, self._is_waited_for(job)  # it may be requested again at once
            if not job.asked:
                if self._maker.is_cancelled:
                    self._ahead.put_back(job)
                else:  # what fails for one fails for the others
                    self._ahead.clear()
                    again = Job(job.program, True, self._with_stopgap)
                    self._wanted = again if is_waited_for else self._wanted
                return
            if self._maker.is_cancelled or not is_waited_for:
                return
            if self._has_run:
                self._failure = Failure(job.program, fault)
            else:
                self._refusal = fault
                self._changed.notify_all()

    def _publish(self, ready: Ready[P], *, keep: bool = True) -> None:
        """Keep an engine, and hand it over if it is waited for; or close it."""
        unused = []
        with self._changed:
            is_target = self._target == ready.program
            is_wanted = is_target or (keep and not ready.stopgap)
            if self._closed or self._is_distrusted or not is_wanted or self._is_gone(ready):
                unused = [] if self._shelf.is_lent(ready) else [ready]
            elif ready.stopgap:
                self._shelf.offer_stopgap(ready)
            else:
                unused = self._shelf.put(ready)
                self._wanted = None if is_target else self._wanted
                if is_target:
                    self._shelf.offer(ready.program)
            self._bridge = ready if ready.stopgap else None
            self._changed.notify_all()
        close_all(unused)

    def _is_gone(self, ready: Ready[P]) -> bool:
        """Return whether an engine that was lent while a faster one was looked for is closed by now."""
        lent = self._bridge
        return lent is not None and lent.engine is ready.engine and not self._shelf.is_lent(ready)

    def _is_being_made(self, program: P) -> bool:
        """Return whether it will soon be ready; a build at low priority takes too long."""
        job, lent = self._job, self._bridge
        if job is None or job.program != program or self._maker.is_cancelled:
            return False
        if lent is not None and not self._shelf.is_lent(lent):
            return False  # what is being made may be that one
        return job.asked or not self._maker.is_building
