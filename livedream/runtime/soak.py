"""Soaking: how a show changes while it runs for long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from livedream.clock import Clock
from livedream.runtime.process_figures import open_handles, rss_mb
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import SinkWorker

SETTLING, COMPARED = 5, 5
"""Minutes after which memory is to stay as it is, and how many first and last ones are compared."""

LOOKS = 30
"""How often memory is looked at in a minute: while an engine takes another's place, both are there."""


@dataclass(frozen=True, slots=True)
class SoakMinute:
    """What a show was like for a minute.

    rss_mb: the median; threads, handles, working_wh: at its end; latency in ms from capture to the sink;
    dropped: frames that were captured and never dreamed.
    """

    rss_mb: float
    threads: int
    handles: int
    fps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    dropped: int
    working_wh: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Soaking:
    """For how many minutes of how many seconds to soak.

    each: takes every minute at its end: who breaks off an hour has seen what there was.
    """

    minutes: int
    minute_s: float = 60.0
    each: Callable[[SoakMinute], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Soaked:
    """How a show changed: its minutes, and what the last ones are against the first.

    memory_growth_percent: of the last minute against the fifth. fps_percent, p99_percent: change of the
    median of the last five minutes against that of the first five. threads_more, handles_more: of the last
    minute against the first. Of a run of fewer minutes the halves are compared.
    """

    minutes: tuple[SoakMinute, ...]
    memory_growth_percent: float
    threads_more: int
    handles_more: int
    fps_percent: float
    p99_percent: float


def soak(session: LiveSession, sink_worker: SinkWorker, clock: Clock, soaking: Soaking) -> Soaked | None:
    """Watch a running show for some minutes and return how it changed.

    Of one that ends before, the whole minutes; None if there is none.
    """
    seen: list[SoakMinute] = []
    while len(seen) < soaking.minutes:
        minute = _minute(session, sink_worker, clock, soaking.minute_s)
        if minute is None:
            break
        seen.append(minute)
        soaking.each(minute)
    return drift(seen) if seen else None


def drift(minutes: Sequence[SoakMinute]) -> Soaked:
    """Return how the minutes of a show differ. Raises ValueError if there are none."""
    if not minutes:
        raise ValueError("a show of no minutes has no drift")
    few = max(1, min(COMPARED, len(minutes) // 2))
    first, last = minutes[:few], minutes[-few:]
    fifth = minutes[min(SETTLING, few) - 1]

    def change(figure: Callable[[SoakMinute], float]) -> float:
        return _percent(median(map(figure, last)), median(map(figure, first)))

    return Soaked(
        minutes=tuple(minutes),
        memory_growth_percent=_percent(minutes[-1].rss_mb, fifth.rss_mb),
        threads_more=minutes[-1].threads - minutes[0].threads,
        handles_more=minutes[-1].handles - minutes[0].handles,
        fps_percent=change(lambda minute: minute.fps),
        p99_percent=change(lambda minute: minute.p99_ms),
    )


def _percent(now: float, before: float) -> float:
    return round((now / before - 1) * 100, 2) if before else 0.0


def _minute(
    session: LiveSession, sink_worker: SinkWorker, clock: Clock, minute_s: float
) -> SoakMinute | None:
    """Watch a minute; None if the show ended in it."""
    start_s, written, dropped = clock.now_s(), sink_worker.written, session.status().dropped
    sink_worker.latency_ms.clear()
    sizes_mb: list[float] = []
    while len(sizes_mb) < LOOKS:
        if session.wait(minute_s / LOOKS):
            return None
        sizes_mb.append(rss_mb())
    latency = sink_worker.latency_ms.percentiles()
    return SoakMinute(
        rss_mb=round(median(sizes_mb), 2),
        threads=threading.active_count(),
        handles=open_handles(),
        fps=round((sink_worker.written - written) / (clock.now_s() - start_s), 2),
        p50_ms=round(latency.p50, 2),
        p95_ms=round(latency.p95, 2),
        p99_ms=round(latency.p99, 2),
        dropped=session.status().dropped - dropped,
        working_wh=session.status().working_wh,
    )
