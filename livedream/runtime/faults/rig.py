"""A show whose every part can be made to fail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from livedream.clock import Clock
from livedream.dream.program import KernelProgram
from livedream.dreamed import Dreamed
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.runtime.faults.camera import FaultyCamera
from livedream.runtime.faults.clocks import JumpingClock
from livedream.runtime.faults.engine import FaultyMaker
from livedream.runtime.faults.injector import Injector
from livedream.runtime.faults.sink import CountingRecorder, FaultySink
from livedream.runtime.plan import Plan
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import SinkWorker
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings
from livedream.sources.source import Source


class Display(Protocol):
    """Shows the output of a session, and can be unplugged.

    times_s: when it drew each new frame, by the clock.
    """

    times_s: list[float]

    def close(self) -> None:
        """Put it away."""
        ...


MakeDisplay = Callable[[LiveSession, Injector], Display]


@dataclass(frozen=True, slots=True)
class Rig:
    """A session that can be made to fail, not yet started.

    session: it is the caller's to start and finish; so is display to close, if one is wanted. watched: a live
    sink that never fails; faulty: one that can be made to. recorder: of a film. clock: of the show, which may
    jump.
    """

    session: LiveSession
    injector: Injector
    watched: FaultySink
    faulty: FaultySink
    recorder: CountingRecorder
    workers: dict[str, SinkWorker]
    clock: Clock
    display: Display | None = None


def rigged(  # noqa: PLR0913  (the parts of a show, one by one)
    source: Source,
    settings: Settings,
    plan: Plan,
    clock: Clock,
    film: Path,
    *,
    cache: EngineCache | None = None,
    tell: Callable[[str], None] = lambda _: None,
    observe: Callable[[Dreamed], None] = lambda _: None,
    make_display: MakeDisplay | None = None,
) -> Rig:
    """Rig a session so that each of its parts fails while a fault is on.

    source: what the camera sees; the session's own from now on. clock: does not jump itself. film: is
    recorded to. Raises LivedreamError: a source that sends nothing, an engine that is unknown.
    """
    injector = Injector()
    show_clock = JumpingClock(clock, injector)
    engines = cache or EngineCache()
    with ExitStack() as at_a_fault:
        at_a_fault.callback(source.close)
        maker: FaultyMaker[KernelProgram] = FaultyMaker(plan.engine, engines, tell, injector, clock)
        camera = FaultyCamera(source, injector, show_clock)
        builder = EngineBuilder(plan.engine, engines, tell, maker=maker)
        session = LiveSession(
            camera, SettingsStore(settings), plan, show_clock, builder=builder, tell=tell, observe=observe
        )
        at_a_fault.pop_all()
        at_a_fault.callback(session.finish)
        display = None if make_display is None else make_display(session, injector)
        at_a_fault.pop_all()
    watched, faulty = FaultySink(clock), FaultySink(clock, injector)
    recorder = CountingRecorder(film, clock, injector)
    workers = {sink.name: session.add_sink(sink) for sink in (watched, faulty, recorder)}
    return Rig(session, injector, watched, faulty, recorder, workers, show_clock, display)
