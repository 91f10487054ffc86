"""LiveSession: the threads of a show, from the source to the sinks."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import cv2

from livedream.clock import Clock, SystemClock
from livedream.dream.program import KernelProgram
from livedream.dreamed import Dreamed, Dreaming
from livedream.engines.build_job import ProgramState
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.engines.in_process import await_end
from livedream.frame import Frame, Shown
from livedream.presets import Preset
from livedream.runtime.attract import Attract
from livedream.runtime.capture_thread import CaptureThread
from livedream.runtime.commands import Commands
from livedream.runtime.current_source import CurrentSource
from livedream.runtime.desk import Desk
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.file_jobs import FileJobs
from livedream.runtime.governor import Governor
from livedream.runtime.keeping import Keeper, add_keeping_commands
from livedream.runtime.latest import Latest
from livedream.runtime.outlets import add_outlet_commands, audio_offset_ms, outlet_statuses
from livedream.runtime.output import Output
from livedream.runtime.panic import add_panic_commands
from livedream.runtime.parameters import Parameters
from livedream.runtime.picture_commands import add_picture_commands
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist, store_of
from livedream.runtime.sink_worker import Rate, SinkWorker
from livedream.runtime.source_switcher import SourceSwitcher, Wish, add_source_commands
from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore
from livedream.runtime.workers import Workers
from livedream.settings import Settings
from livedream.sinks.replay import REPLAY_S
from livedream.sinks.sink import Sink
from livedream.sources.source import Source

SWITCH_S = 0.0003
"""How long a thread may keep Python's lock: with its 5 ms the dream waits in a dozen places of a frame."""

LOOK_UP_S = 1.0
"""How often whoever waits for a frame, or for the end of a show, looks up; Ctrl-C is heeded at once."""


class LiveSession:
    """A running show; an error in any worker stops it and is raised by `finish`, or at the end of `with`.

    source: the session's own from now on. look: a preset, settings, a store that others write to, or presets
    in a row, for the desk. builder: of the plan's engine, which has begun already; None: one that keeps
    engines in `cache`. tell: called with each sentence, from any thread. observe: with each dreamed frame.
    """

    def __init__(  # noqa: PLR0913  (the parts of a show, one by one)
        self,
        source: Source,
        look: Playlist | SettingsStore | Settings | Preset,
        plan: Plan | None = None,
        clock: Clock | None = None,
        *,
        cache: EngineCache | None = None,
        builder: EngineBuilder[KernelProgram] | None = None,
        tell: Callable[[str], None] | None = None,
        observe: Callable[[Dreamed], None] | None = None,
    ) -> None:
        plan, clock = plan or Plan(look.name if isinstance(look, Preset) else ""), clock or SystemClock()
        try:
            self.store = store = store_of(look)
        except BaseException:
            source.close()
            raise
        self.plan, self._clock, self._source = plan, clock, CurrentSource(source, clock, self.tell)
        self._said, self._observe = tell or (lambda _: None), observe or (lambda _: None)
        self._notices: deque[str] = deque(maxlen=5)
        self.output = Output(Rate(plan.output_wh, plan.fps), self._source, clock, self.tell)
        self._dreamed: Dreamed | None = None
        attract = None if plan.attract_s is None else Attract(plan.attract_s, lambda: store.snapshot().motion)
        self._capture = CaptureThread(self._source, plan.output_wh, clock, paced=plan.paced, attract=attract)
        self._workers = Workers(self._capture.slot.close)
        self._begun: Latest[Dreaming] = Latest(lossless=True)
        self._builder = builder or EngineBuilder(plan.engine, cache or EngineCache(), self.tell)
        self._builder.tell_to(self.tell)
        self._dreamer = self._made_dreamer(plan.rate_of(source.info))
        self.desk = Desk(look, self._dreamer, clock) if isinstance(look, Playlist) else None
        self.commands = Commands() if self.desk is None else self.desk.commands
        self.parameters = Parameters() if self.desk is None else self.desk.parameters
        self.output.mirrored, self.output.flash_limit = plan.mirror_output, plan.flash_limit
        keep_s = REPLAY_S if plan.replay else 0.0
        self._keeper = Keeper(self.output, self.status, store, FileJobs(self.tell), keep_s=keep_s)
        standard = Wish("", plan.output_wh, plan.fps, most_wh=plan.output_wh)
        self.sources = SourceSwitcher(
            self._source, standard, self.tell, lambda info: self._dreamer.hold_rate(plan.rate_of(info))
        )
        self._add_commands()
        if self.desk is not None:
            self.desk.playlist.tell_to(self.tell)

    def _made_dreamer(self, fps: float) -> Dreamer:
        wanted, plan = self.store.snapshot().dream, self.plan
        governor = Governor(wanted.working_px, 1 / fps, wanted.passes) if plan.governed else None
        return Dreamer(
            self.store, self._builder, governor, self._clock, self._begun.put, self.tell, plan=plan
        )

    def _add_commands(self) -> None:
        add_outlet_commands(self.commands, self.output, Path.cwd())
        add_keeping_commands(self.commands, self._keeper)
        add_picture_commands(self.commands, self.output)
        add_source_commands(self.commands, self.sources)
        add_panic_commands(self.commands, self.output, self.store, self._dreamer.reset)

    def __enter__(self) -> LiveSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def add_sink(self, sink: Sink, rate: Rate | None = None) -> SinkWorker:
        """Add a sink, at any time; its thread starts with the session or at once."""
        return self.output.add_sink(sink, rate)

    def start(self) -> None:
        """Start all threads; returns at once."""
        # At these sizes a second thread doubles OpenCV's processor time and saves next to none of
        # the wall time, and the engine needs every core.
        cv2.setNumThreads(1)
        sys.setswitchinterval(SWITCH_S)
        self._dreamer.prepare(self._source.info.size_wh)
        self._workers.start(
            {
                "capture": lambda: self._capture.run(self._workers.stop),
                "dream": self._begin_frames,
                "finish": self._finish_frames,
            },
            giving_way=("capture", "finish"),
        )
        self.output.start()

    def stop(self) -> None:
        """Ask the session to end; returns at once."""
        self._workers.end()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the session ends by itself or is stopped, at most `seconds`; True if it has."""
        if seconds is not None:
            return self._clock.wait(self._workers.stop, seconds)
        while not self._clock.wait(self._workers.stop, LOOK_UP_S):
            pass
        return True

    def wait_settled(self, seconds: float) -> bool:
        """Wait until the engine that was asked for runs; False after `seconds` or when ended."""
        waited = 0.0
        while not self._dreamer.settled.is_set() and waited < seconds and not self.ended:
            self._dreamer.settled.wait(0.05)
            waited += 0.05
        return self._dreamer.settled.is_set()

    def finish(self) -> None:
        """Stop, let every sink finish, release all. Raises the first error of a worker."""
        self._workers.join()
        for ending in (self.output.finish, self._keeper.finish):
            try:
                ending()
            except BaseException as fault:
                self._workers.note(fault)
        self.sources.close()
        self._builder.close()
        self._source.close()
        await_end(self._workers.left("dream", "finish"), "a frame is still being dreamed", self.tell)
        self._workers.raise_fault()

    def latest(self) -> Shown | None:
        """Return what is shown now; None before the first frame.

        Before the first dream it is the camera's frame.
        """
        shown = self.output.latest()
        captured = None if shown is not None else self._capture.slot.peek()
        return shown if captured is None else Shown(-captured[0], self.output.oriented(captured[1].rgb))

    def captured(self) -> Frame | None:
        """Return what the source showed last, as it is dreamed: fitted into the output; None before."""
        newest = self._capture.slot.peek()
        return None if newest is None else newest[1]

    def has_time_for(self, preset: Preset) -> bool:
        """Return whether there is time to spare for a picture of a preset: see `Dreamer.has_time_for`."""
        return self._dreamer.has_time_for(preset.settings.dream)

    @property
    def ended(self) -> bool:
        """Return whether it has ended: end of the source, an error, or stopped."""
        return self._workers.stop.is_set()

    @property
    def capture(self) -> CaptureThread:
        """Return the capture thread, for its figures."""
        return self._capture

    @property
    def dreamer(self) -> Dreamer:
        """Return the dreamer, for its figures."""
        return self._dreamer

    def preset_states(self) -> dict[str, ProgramState]:
        """Return by name how far the engine of each preset is; empty without a playlist."""
        presets = () if self.desk is None else self.desk.playlist.presets
        return {preset.name: self._dreamer.state_of(preset.settings.dream) for preset in presets}

    def status(self) -> Status:
        """Return how it is going."""
        now_s = self._clock.now_s()
        ready, dreamed, attract = self._dreamer.ready, self._dreamed, self._capture.attract
        playlist = None if self.desk is None else self.desk.playlist
        preset = self.plan.preset if playlist is None else playlist.name_of(self._dreamer.running)
        # While past frames are shown, what is dreamed is not what the camera sees.
        moving = attract or dreamed
        return Status(
            running=self._workers.are_running,
            fps=self.output.fps.rate(now_s),
            source_fps=self._capture.meter.rate(now_s),
            latency_ms=self.output.latency_ms.percentiles(),
            frames=self.output.fps.count,
            dropped=self._capture.slot.dropped,
            engine=ready.engine.name if ready else "",
            building=self._builder.building,
            preparing=self._builder.preparing,
            preset=preset,
            armed="" if playlist is None or playlist.name == preset else playlist.name,
            progress=self._builder.progress,
            left_s=None if playlist is None else playlist.left_s,
            attract=attract is not None and attract.playing,
            motion_px=None if moving is None else moving.speed_px,
            floor_px=0.0 if dreamed is None else dreamed.settings.motion.floor_px,
            source=self._source.info.name,
            source_health=self._source.health,
            source_wh=self._source.info.size_wh,
            source_is_device=self._source.info.is_device,
            working_wh=ready.program.spec.size_hw[::-1] if ready else (0, 0),
            finer=self._dreamer.finer,
            output_wh=self.plan.output_wh,
            sinks=self.output.sinks(),
            opening=self.sources.opening,
            refused=self.sources.trouble,
            panic=self.output.panic,
            mirrored=self.output.mirrored,
            flash_limit=self.output.flash_limit,
            dampening=self.output.dampening,
            audio_offset_ms=audio_offset_ms(self.output) if self._source.info.is_device else None,
            outlets=outlet_statuses(self.output),
            notices=tuple(self._notices),
        )

    def _begin_frames(self) -> None:
        try:
            self._dreamer.run(self._capture.slot, self._workers.stop)
        finally:
            self._begun.close()

    def _finish_frames(self) -> None:
        """Wait for frames that were begun: on a device the next one is begun meanwhile."""
        recovery = self._dreamer.recovery
        try:
            while not self._begun.ended:
                dreaming = self._begun.take(LOOK_UP_S)
                recovery.look_after(dreaming, self._capture.slot.dropped, self._dreamer.ready)
                dreamed = None if dreaming is None else recovery.finish(dreaming)
                if dreamed is not None:
                    with recovery.sparing():
                        self._emit(dreamed)
                self.output.look_after()
        finally:
            self._begun.close()
            self.stop()

    def _emit(self, dreamed: Dreamed) -> None:
        now_s = self._clock.now_s()
        self.output.emit(dreamed)
        self._dreamed = dreamed
        if self.desk is not None:
            self.desk.advance(now_s, waiting=bool(self._builder.building))
        self._observe(dreamed)

    def tell(self, sentence: str) -> None:
        """Tell a sentence for people, from any thread."""
        self._notices.append(sentence)
        self._said(sentence)
