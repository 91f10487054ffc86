"""Measuring a show: the figures of `livedream bench`."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType

import numpy as np

from livedream.clock import Clock
from livedream.dream.program import KernelProgram
from livedream.dreamed import Dreamed, flicker
from livedream.engines.builder import EngineBuilder
from livedream.engines.maker import Ready
from livedream.errors import SourceError
from livedream.frame import Frame, Rgb
from livedream.imaging import fitted_size, resized
from livedream.pipeline import DreamPipeline
from livedream.references import References
from livedream.runtime.plan import Plan
from livedream.runtime.process_figures import peak_rss_mb, since_process_start_s, spent_s
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import Rate, SinkWorker
from livedream.runtime.soak import Soaked, Soaking, soak
from livedream.runtime.stats import percentiles
from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings
from livedream.sources.source import Source

SETTLE_S = 600.0
"""How long an engine may take to be built before the benchmark gives up."""

FLICKER_FRAMES, GROWING_FRAMES = 80, 30
"""Frames that flicker is measured over, and how many of them the dream has to grow in before."""

NOTED_FRAMES = 3000
"""Of so many of the newest frames the stages are kept, or the benchmark itself would grow."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a benchmark found.

    finer: how many times more pixels the dream has in the end than what its forms are sized by. passes: mean
    times that a frame is dreamed. latency_ms: from capture (a file's frame: from when it was decoded) to the
    sink. stage_ms: medians. waited_ms: likewise, for a frame to come, and of a dreamed one to be composed.
    busy: of each core, all programs together, and how many cores this one took.
    startup_s: from the start of the process to the
    first dreamed frame; settled_s: to the engine that was asked for. flicker: see
    `livedream.dreamed.flicker`, with the warm start and without it. mean_residual: mean |dream - picture| of
    the range 0..1. soak: how it changed from minute to minute, where that was asked for; latency_ms is then
    that of the last minute.
    """

    source: str
    preset: str
    network: str
    engine: str
    working_size: tuple[int, int]
    finer: float
    output_size: tuple[int, int]
    paced: bool
    passes: float
    seconds: float
    frames: int
    fps: float
    latency_ms: dict[str, float]
    stage_ms: dict[str, float]
    waited_ms: dict[str, float]
    busy: dict[str, float]
    dropped: int
    peak_rss_mb: float
    startup_s: float
    settled_s: float
    flicker: float
    flicker_without_warm_start: float
    mean_residual: float
    notices: tuple[str, ...]
    soak: Soaked | None = None


WAITS = MappingProxyType({"awaited": "for a frame", "queued": "to be composed"})
"""What of a frame's stages is waiting, in words."""


class Nowhere:
    """A sink that takes every frame and forgets it."""

    name = kind = "nowhere"
    is_live = False
    retry_s: float | None = None
    waits_for_dream = True

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Take frames of any size."""
        return f"{size_wh[0]}x{size_wh[1]} at {fps:g}"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Forget the frame."""

    def close(self) -> None:
        """Do nothing: nothing is held."""


class _Notes:
    """What is noted of the dreamed frames: of the first one its time, of those measured the stages."""

    def __init__(self) -> None:
        self.measuring = False
        self.first_s: float | None = None
        self.frames = 0
        self.passes: deque[int] = deque(maxlen=NOTED_FRAMES)
        self.stage_ms: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=NOTED_FRAMES))

    def __call__(self, dreamed: Dreamed) -> None:
        if self.first_s is None:
            self.first_s = since_process_start_s()
        if self.measuring:
            self.frames += 1
            self.passes.append(dreamed.settings.dream.passes)
            for stage, spent_ms in dreamed.stage_ms.items():
                self.stage_ms[stage].append(spent_ms)


@dataclass(slots=True)
class _Run:
    """The measured part of a show."""

    notes: _Notes
    sink_worker: SinkWorker
    session: LiveSession
    notices: list[str]
    seconds: float = 0.0
    peak_mb: float = 0.0
    settled_s: float = 0.0
    dropped: int = 0
    soaked: Soaked | None = None
    busy: dict[str, float] = field(default_factory=dict)

    def measure(self, seconds: float, clock: Clock, soaking: Soaking | None) -> None:
        """Wait for the engine that was asked for, then note what happens for `seconds`, or for minutes."""
        if not self.session.wait_settled(SETTLE_S):
            return
        self.settled_s = since_process_start_s()
        self.session.wait(1.0)  # a new engine's first frames pay for its memory
        self.sink_worker.latency_ms.clear()
        start_s, dropped, spent = clock.now_s(), self.session.status().dropped, spent_s()
        self.notes.measuring = True
        if soaking is not None:
            self.soaked = soak(self.session, self.sink_worker, clock, soaking)
        else:
            self.session.wait(seconds)
        self.notes.measuring = False
        self.seconds = clock.now_s() - start_s
        self.dropped = self.session.status().dropped - dropped
        self.busy = {name: round((s - spent[name]) / self.seconds, 2) for name, s in spent_s().items()}

    def latency_ms(self) -> dict[str, float]:
        """Return the percentiles of the latency, by name."""
        latency = self.sink_worker.latency_ms.percentiles()
        return {name: round(getattr(latency, name), 2) for name in ("p50", "p95", "p99")}

    def stage_ms(self) -> dict[str, float]:
        """Return the median of each stage, by name."""
        decode = {"decode": round(self.session.capture.decode_ms.percentiles().p50, 2)}
        return decode | {stage: spent for stage, spent in self._medians().items() if stage not in WAITS}

    def waited_ms(self) -> dict[str, float]:
        """Return the median of each wait, by what was waited for."""
        return {WAITS[stage]: spent for stage, spent in self._medians().items() if stage in WAITS}

    def _medians(self) -> dict[str, float]:
        return {
            stage: round(percentiles(list(values)).p50, 2) for stage, values in self.notes.stage_ms.items()
        }


def bench(
    open_source: Callable[[], Source],
    settings: Settings,
    plan: Plan,
    clock: Clock,
    seconds: float,
    builder: EngineBuilder[KernelProgram] | None = None,
    *,
    soaking: Soaking | None = None,
) -> Figures:
    """Run a show into nothing for `seconds`, counted from when the engine that was asked for runs.

    soaking: run for so long instead and note how it changes. open_source: gives the source anew each
    time. builder: of a session. Raises LivedreamError.
    """
    notices: list[str] = []
    notes = _Notes()
    session = LiveSession(
        open_source(),
        SettingsStore(settings),
        replace(plan, engine_required=True),
        clock,
        builder=builder,
        tell=notices.append,
        observe=notes,
    )
    sink_worker = session.add_sink(Nowhere(), Rate(plan.output_wh, plan.fps, pace="each frame"))
    run = _Run(notes, sink_worker, session, notices)
    session.start()
    try:
        run.measure(seconds, clock, soaking)
        status = session.status()
    finally:
        session.finish()
    ready = session.dreamer.ready
    if ready is None or notes.frames == 0:
        raise SourceError(f"{status.source} ended before anything could be measured; use a longer source")
    run.peak_mb = peak_rss_mb()  # before the frames are dreamed once more
    steadiness = [_dream_on(open_source, settings, plan, ready, warm) for warm in (True, False)]
    return _figures(run, plan, settings, status, steadiness)


def _figures(
    run: _Run, plan: Plan, settings: Settings, status: Status, steadiness: Sequence[_Steadiness]
) -> Figures:
    """Put together what was measured. steadiness: with the warm start, and without it."""
    notes, (with_start, without) = run.notes, steadiness
    return Figures(
        source=status.source,
        preset=plan.preset,
        network=settings.dream.network,
        engine=status.engine,
        working_size=status.working_wh,
        finer=round(status.finer, 2),
        output_size=with_start.output_wh,
        paced=plan.paced,
        passes=round(float(np.mean(notes.passes)), 2),
        seconds=round(run.seconds, 2),
        frames=notes.frames,
        fps=round(notes.frames / run.seconds, 2),
        latency_ms=run.latency_ms(),
        stage_ms=run.stage_ms(),
        waited_ms=run.waited_ms(),
        busy=run.busy,
        dropped=run.dropped,
        peak_rss_mb=round(run.peak_mb, 1),
        startup_s=round(notes.first_s or 0.0, 2),
        settled_s=round(run.settled_s, 2),
        flicker=with_start.flicker,
        flicker_without_warm_start=without.flicker,
        mean_residual=with_start.mean_residual,
        notices=tuple(run.notices),
        soak=run.soaked,
    )


@dataclass(frozen=True, slots=True)
class _Steadiness:
    flicker: float
    mean_residual: float
    output_wh: tuple[int, int]


def _dream_on(
    open_source: Callable[[], Source],
    settings: Settings,
    plan: Plan,
    ready: Ready[KernelProgram],
    warm_start: bool,
) -> _Steadiness:
    """Dream the first frames of the source once more, every one of them, to see how steady that is."""
    pipeline = DreamPipeline(ready.program.spec, ready.engine, warm_start=warm_start, references=References())
    flickers, residuals = [], []
    source = open_source()
    try:
        for number, frame in enumerate(islice(_frames(source, plan.output_wh), FLICKER_FRAMES)):
            dreamed = pipeline.process(frame, settings)
            if number >= GROWING_FRAMES:
                residuals.append(float(np.abs(dreamed.residual).mean()))
                flickers.append(flicker(dreamed.residual, dreamed.carried, dreamed.trust))
    finally:
        source.close()
    known = [value for value in flickers if value is not None]
    return _Steadiness(
        round(float(np.mean(known or [0.0])), 3), round(float(np.mean(residuals or [0.0])), 4), frame.size_wh
    )


def _frames(source: Source, box_wh: tuple[int, int]) -> Iterator[Frame]:
    stop = threading.Event()
    while (frame := source.read(stop)) is not None:
        yield replace(frame, rgb=resized(frame.rgb, fitted_size(frame.size_wh, box_wh)))
