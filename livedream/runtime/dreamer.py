"""The dream thread: takes captured frames, begins to dream them, swaps engines between two frames."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from livedream.clock import Clock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.engines.builder import EngineBuilder, Ready
from livedream.frame import Frame
from livedream.pipeline import Dreaming, DreamPipeline
from livedream.references import References
from livedream.runtime.governor import Governor
from livedream.runtime.latest import Latest
from livedream.runtime.store import SettingsStore
from livedream.settings import DreamSettings, Settings

LOOK_UP_S = 0.1
"""How often the dream thread looks whether it should stop while it waits."""


class Dreamer:
    """Owns the pipeline; one thread calls `run`.

    governor: None to dream at the wanted size whatever the rate. emit: takes each frame once it is
    begun, and waits while the one before it is not finished.
    """

    def __init__(
        self,
        store: SettingsStore,
        builder: EngineBuilder[KernelProgram],
        governor: Governor | None,
        clock: Clock,
        emit: Callable[[Dreaming], None],
        tell: Callable[[str], None],
    ) -> None:
        self._store, self._builder, self._governor = store, builder, governor
        self._clock, self._emit, self._tell = clock, emit, tell
        self._requested: KernelSpec | None = None
        self._fitting: DreamSettings | None = None
        self._pipeline: DreamPipeline | None = None
        self._references = References()
        self.ready: Ready[KernelProgram] | None = None
        self.settled = threading.Event()
        """Set once the engine that was asked for runs, not a stopgap."""

    def prepare(self, size_wh: tuple[int, int]) -> None:
        """Have the engine for pictures of `size_wh` built, before the first frame is there."""
        self._request(self._store.snapshot(), size_wh)

    def run(self, slot: Latest[Frame], stop: threading.Event) -> None:
        """Dream until the slot has ended or `stop` is set. Raises what the engine raises."""
        while self.ready is None and not stop.is_set():
            self._swap(self._builder.take(LOOK_UP_S))
        while not stop.is_set() and not slot.ended:
            frame = slot.take(LOOK_UP_S)
            self._swap(self._builder.take())
            if frame is not None:
                self._dream(frame)

    def _dream(self, frame: Frame) -> None:
        assert self._pipeline is not None
        settings = self._store.snapshot()
        self._request(settings, frame.size_wh)
        start_s = self._clock.now_s()
        settings = affordable(self._dreamable(settings), self._governor, is_settled=self.settled.is_set())
        self._emit(self._pipeline.begin(frame, settings))
        now_s = self._clock.now_s()
        if self._governor is not None and self.settled.is_set() and self._pipeline.spec == self._requested:
            said = self._governor.observe(now_s - start_s, now_s)
            if said is not None:
                self._tell(said)

    def _dreamable(self, settings: Settings) -> Settings:
        """Give the settings with the dream that the engine which runs is for.

        Until another one is there, the old dream goes on: an engine that has none of the layers asked for
        dreams nothing.
        """
        assert self._pipeline is not None
        assert self._requested is not None
        spec = self._pipeline.spec
        if self._fitting is None or replace(self._requested, size_hw=spec.size_hw) == spec:
            self._fitting = settings.dream
        if self._fitting is settings.dream:
            return settings
        return settings.model_copy(update={"dream": self._fitting})

    def _request(self, settings: Settings, size_wh: tuple[int, int]) -> None:
        working_px = settings.dream.working_px
        if self._governor is not None:
            self._governor.want(working_px, settings.dream.passes)
            working_px = self._governor.working_px
        spec = kernel_spec(settings.dream, working_size_hw(size_wh, working_px))
        if spec != self._requested:
            self._requested = spec
            self._builder.request(KernelProgram(spec), stopgap=self._pipeline is None)

    def _swap(self, ready: Ready[KernelProgram] | None) -> None:
        if ready is None:
            return
        if self._pipeline is None:
            self._pipeline = DreamPipeline(ready.program.spec, ready.engine, references=self._references)
        else:
            self._pipeline.swap(ready.program.spec, ready.engine)
        previous, self.ready = self.ready, ready
        if previous is not None:
            previous.engine.close()
        if not ready.stopgap:
            self.settled.set()
        if self._governor is not None:
            self._governor.restart()
        self._tell(describe(ready))


def affordable(settings: Settings, governor: Governor | None, *, is_settled: bool) -> Settings:
    """Return the settings with no more passes than there is time for; a stopgap has none to spare."""
    if governor is None:
        return settings
    passes = governor.passes if is_settled else 1
    if passes >= settings.dream.passes:
        return settings
    fewer = settings.dream.model_copy(update={"passes": passes})
    return settings.model_copy(update={"dream": fewer})


def describe(ready: Ready[KernelProgram]) -> str:
    """Say which engine dreams now, at which size, how it was checked and how fast it is."""
    height, width = ready.program.spec.size_hw
    said = f"{ready.engine.name} dreams {width}x{height}"
    if ready.run_ms is not None:
        said += f" in {ready.run_ms:.0f} ms"
    if ready.stopgap:
        return f"{said} while a faster engine is being built"
    if ready.checked is not None:
        said += f" (agrees with eager: cosine {ready.checked.cosine:.4f})"
    return said
