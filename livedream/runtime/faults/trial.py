"""Trying faults on a running show: what each costs, and whether the show keeps its promises."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from livedream.clock import Clock
from livedream.dreamed import Dreamed
from livedream.engines.cache import EngineCache
from livedream.errors import InputError, SourceError
from livedream.runtime.faults.clocks import earlier_time_of_day
from livedream.runtime.faults.films import FilmCheck, checked
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.rig import Display, MakeDisplay, Rig, rigged
from livedream.runtime.plan import Plan
from livedream.runtime.recovery import LONGEST_PAUSE_S
from livedream.settings import Settings
from livedream.sources.source import Source

SETTLE_S = 600.0
"""How long an engine may take to be built before the trial gives up."""

CALM_S = 2.0
"""How long the show runs before a fault, and after it, undisturbed."""

RESTED_S = 12.0
"""Likewise if the same part failed before: from then on it is tried as soon as at first, and told of."""

BACK_S = 60.0
"""What is not back so long after its fault has ended counts as lost for good; an engine may pause before."""

LEAST_SHARE, LONGEST_GAP_S = 0.9, 0.5
"""Of its rate an output is to keep so much, and never to pause for longer than this."""

ENGINE = re.compile(r"\S+ dreams \d+x\d+ ")
"""What is told of each engine that is loaded, which is no reason."""

LOOK_UP_S = 0.02


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """What one fault did.

    output_fps, longest_gap_ms: of a live sink, from the beginning of the fault until all was back. told: the
    sentences, in order. retries: how often the part was tried in vain. back_s, back_frames: after the end of
    the fault; None: never. broken: the promises that were not kept, in words.
    """

    name: str
    seconds: float
    output_fps: float
    longest_gap_ms: float
    told: tuple[str, ...]
    retries: int
    back_s: float | None
    back_frames: int | None
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialFigures:
    """What faults did to a show, one after the other, and to its recording."""

    engine: str
    output_fps: float
    faults: tuple[FaultFigures, ...]
    recording: FilmCheck

    @property
    def broken(self) -> tuple[str, ...]:
        """Return the promises that were not kept, in words."""
        each = (f"{one.name}: {words}" for one in self.faults for words in one.broken)
        return (*each, *(f"recording: {words}" for words in self.recording.broken))


class Notes:
    """What is noted of a show: when it was dreamed by a real engine, and what was told."""

    def __init__(self, clock: Clock) -> None:
        self.rig: Rig | None = None
        self.told: list[str] = []
        self.dreamed: tuple[float, float] = (float("-inf"), float("-inf"))
        """When an engine dreamed last, by the clock that does not jump, and when that frame was captured."""
        self._clock = clock

    def observe(self, dreamed: Dreamed) -> None:
        """Take note of a dreamed frame."""
        if dreamed.sound and self.rig is not None and self.rig.session.dreamer.ready is not None:
            self.dreamed = self._clock.now_s(), dreamed.frame.captured_s


def try_faults(  # noqa: PLR0913  (the parts of a show, one by one)
    source: Source,
    settings: Settings,
    plan: Plan,
    clock: Clock,
    *,
    names: Sequence[str],
    seconds: float,
    film: Path,
    cache: EngineCache | None = None,
    make_display: MakeDisplay | None = None,
) -> TrialFigures:
    """Run a show, recorded to `film`, and inject the faults one after the other.

    seconds: how long each lasts. make_display: for the faults of one. Raises LivedreamError: an unknown
    fault, a source that ends, no engine.
    """
    _check(names, has_display=make_display is not None)
    notes = Notes(clock)
    rig = rigged(
        source,
        settings,
        plan,
        clock,
        film,
        cache=cache,
        tell=notes.told.append,
        observe=notes.observe,
        make_display=make_display,
    )
    notes.rig = rig
    with ExitStack() as at_the_end:
        if rig.display is not None:
            at_the_end.callback(rig.display.close)
        at_the_end.enter_context(earlier_time_of_day(rig.injector))
        at_the_end.callback(rig.session.finish)
        at_the_end.callback(rig.injector.end_all)
        rig.session.start()
        if not rig.session.wait_settled(SETTLE_S):
            raise SourceError("the show ended, or had no engine, before a fault could be injected")
        tries = []
        for name, before in zip(names, (None, *names), strict=False):
            is_same = before is not None and FAULTS[before].part == FAULTS[name].part
            rig.session.wait(RESTED_S if is_same else CALM_S)
            tries.append(Try(rig, notes, clock, name, plan.fps).run(seconds))
        engine = rig.session.status().engine
    stops = sum(FAULTS[name].part == "recording" for name in names)
    recording = checked(rig.recorder, rig.workers[rig.recorder.name].late, plan.fps, stops=stops)
    return TrialFigures(engine, plan.fps, tuple(tries), recording)


def _check(names: Sequence[str], *, has_display: bool) -> None:
    """Raise InputError for an unknown fault, and one of a display without one."""
    for name in names:
        if FAULTS[name].part == "display" and not has_display:
            raise InputError(f"the fault {name} needs a display; there is none here")


class Try:
    """One fault on a running show."""

    def __init__(self, rig: Rig, notes: Notes, clock: Clock, name: str, fps: float) -> None:
        """Choose the fault; notes: of this rig. clock: does not jump. fps: of its outputs."""
        self._rig, self._notes, self._clock, self._name, self._fps = rig, notes, clock, name, fps
        self._kind = FAULTS[name]
        self._never = threading.Event()

    def run(self, seconds: float) -> FaultFigures:
        """Let it begin, last, end; wait until all is as before."""
        rig, clock = self._rig, self._clock
        told, met, begin_s = len(self._notes.told), rig.injector.met[self._name], clock.now_s()
        rig.injector.begin(self._name)
        clock.wait(self._never, seconds)
        end_s, show_s = clock.now_s(), rig.clock.now_s()
        rig.injector.end(self._name)
        back_s = self._wait_back(end_s, show_s)
        clock.wait(self._never, CALM_S)
        over_s = end_s + (back_s or 0.0)
        times_s = [begin_s, *(at for at in rig.watched.times_s if begin_s <= at <= over_s), over_s]
        figures = FaultFigures(
            self._name,
            round(end_s - begin_s, 2),
            round((len(times_s) - 2) / (over_s - begin_s), 2),
            round(1e3 * max(after - before for before, after in pairwise(times_s)), 1),
            tuple(self._notes.told[told:]),
            rig.injector.met[self._name] - met,
            None if back_s is None else round(back_s, 2),
            None if back_s is None else round(back_s * self._fps),
            (),
        )
        return replace(figures, broken=tuple(self._broken(figures)))

    def _wait_back(self, end_s: float, show_s: float) -> float | None:
        """Return how long after its end all was as before; None if it was not."""
        while self._clock.now_s() < end_s + self._longest_s and not self._rig.session.ended:
            back_s = self._back_at_s(end_s, show_s)
            if back_s is not None:
                return max(0.0, back_s - end_s)
            self._clock.wait(self._never, LOOK_UP_S)
        return None

    @property
    def _longest_s(self) -> float:
        """Return how long after its end all has to be as before."""
        return BACK_S + (LONGEST_PAUSE_S if self._kind.part == "engine" else 0.0)

    def _back_at_s(self, end_s: float, show_s: float) -> float | None:
        """Return when the part worked again, by the clock; None: not yet. show_s: the end of the fault."""
        rig = self._rig
        takers: dict[str, Display | None] = {
            "sink": rig.faulty,
            "recording": rig.recorder,
            "display": rig.display,
        }
        if (taker := takers.get(self._kind.part)) is not None:
            return next((at for at in taker.times_s if at > end_s), None)
        at_s, captured_s = self._notes.dreamed
        return at_s if at_s > end_s and captured_s >= show_s else None

    def _broken(self, figures: FaultFigures) -> list[str]:
        """List the promises that were not kept."""
        reasons = (sentence for sentence in figures.told if not ENGINE.match(sentence))
        twice = [sentence for sentence, times in Counter(reasons).items() if times > 1]
        promises = {
            f"the output fell to {figures.output_fps:g} frames a second": figures.output_fps
            >= LEAST_SHARE * self._fps,
            f"the output paused for {figures.longest_gap_ms:.0f} ms": figures.longest_gap_ms
            <= 1e3 * LONGEST_GAP_S,
            "nothing was told": bool(figures.told) or not self._kind.is_told,
            "it was told more than once": not twice,
            "it was not tried again": figures.retries > 0 or not self._kind.is_retried,
            f"it was not back within {self._longest_s:g} s": figures.back_s is not None,
            "the show ended": not self._rig.session.ended,
        }
        return [words for words, is_kept in promises.items() if not is_kept]
