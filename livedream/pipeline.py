"""DreamPipeline: one frame in, one dreamed frame out; the owner of all that carries over in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedream.canvas import canvas_for
from livedream.canvas.canvas import Left, Past, Run, Stopwatch, Task
from livedream.composite.depth import target
from livedream.dream.spec import KernelSpec
from livedream.dream.turns import spread_settings
from livedream.dreamed import Dreamed, Dreaming
from livedream.engines.engine import Engine, running
from livedream.engines.round_robin import engine_at
from livedream.feed import Feed, LookUp, Turn
from livedream.frame import Frame, Rgb, to_image
from livedream.imaging import crop, shrink
from livedream.modulation.moments import Moment, settings_at
from livedream.motion.feedback_warp import fed_back
from livedream.motion.flow import Motion
from livedream.motion.scene_memory import Scene
from livedream.motion.stillness import speed_px, wakened, weighted
from livedream.preparing import Aim, Before, Preparation, Prepared
from livedream.settings import DreamSettings, LookSettings, MotionSettings, Settings

CATCH_UP_S, CATCH_UP_PASSES = 0.4, 2
"""For so long after its beginning, or a scene cut, a frame is dreamed at least twice: forms take a few steps
more to grow than depth does."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """A dream that is still seen while another takes its place.

    spec, engine: at the other's working size. left: how much of it, 0..1.
    """

    spec: KernelSpec
    engine: Engine
    dream: DreamSettings
    left: float


@dataclass(frozen=True, slots=True, eq=False)
class _Dreamt:
    before: Before
    left: Left[Any]


class DreamPipeline:
    """Dreams frames one after the other; live and offline alike.

    seed: of the jitter, and of a random persistence. Same frames, settings, seed and engine: same dreams.
    warm_start: False dreams every frame from scratch, to measure what the warm start is worth. references:
    where guide and style come from; settings without them need none.
    """

    def __init__(
        self,
        spec: KernelSpec,
        engine: Engine,
        *,
        seed: int = 0,
        warm_start: bool = True,
        references: LookUp | None = None,
    ) -> None:
        self.spec, self.engine = spec, engine
        self._canvas = canvas_for(engine)
        self._seed, self._warm_start = seed, warm_start
        self._feed = Feed(seed, references)
        self._preparation = Preparation()
        self._dreamed = 0
        self._last: _Dreamt | None = None
        self._given: Rgb | None = None
        self._start_s: float | None = None
        self._wake, self._began_s = 0.0, -inf
        self._shot: int | None = None

    def swap(self, spec: KernelSpec, engine: Engine) -> None:
        """Go on with another engine, between two frames; the dream is resized if the size changed."""
        self.spec, self.engine = spec, engine
        canvas, last = canvas_for(engine, self._canvas), self._last
        if last is not None and canvas is not self._canvas:
            arrays = [self._canvas.to_array(held) for held in last.left.parts()]
            self._last = replace(last, left=Left(*map(canvas.from_array, arrays)))
        self._canvas = canvas

    def reset(self) -> None:
        """Forget the dream; the next frame starts from the picture alone."""
        self._last = self._given = self._feed.ranking = None

    def start_from(self, picture: Rgb) -> None:
        """Dream the next frame as if it had become `picture` already, its middle in the frame's shape.

        picture: uint8 HxWx3 of any size. Without a warm start it is of no use.
        """
        self._given = picture

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that the next frame's dream starts from, by name; waits for the frame before."""
        state = {
            "dreamed": np.array(self._dreamed),
            "wake": np.array(self._wake),
            "began_s": np.array(self._began_s),
        }
        if self._feed.ranking is not None:
            state["ranking"] = self._feed.ranking
        if self._last is None:
            return state
        before, left = self._last.before, map(self._canvas.to_array, self._last.left.parts())
        state |= {"grey": before.grey, "time_s": np.array(before.time_s)}
        scene = {} if before.scene is None else before.scene.state()
        return state | dict(zip(Left.names(), left, strict=True)) | scene

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on where `state` was taken. Raises ValueError if it is none."""
        names = Left.names()
        is_whole = len(set(names) & set(state)) in {0, len(names)}
        if not ({"dreamed", "wake"} <= set(state) and is_whole):
            raise ValueError("this is no state of a dream")
        self.reset()
        self._dreamed, self._wake = int(state["dreamed"]), float(state["wake"])
        self._began_s = float(state.get("began_s", -inf))
        self._feed.ranking = state.get("ranking")
        if "residual" in state:
            left = Left(*(self._canvas.from_array(state[name]) for name in names))
            before = Before(state["grey"], float(state["time_s"]), Scene.restored(state))
            self._last = _Dreamt(before, left)

    def process(self, frame: Frame, settings: Settings, leaving: Leaving | None = None) -> Dreamed:
        """Dream one frame."""
        return self.begin(self.prepared(frame, settings), settings, leaving).finish()

    def prepare(self, frame: Frame, settings: Settings, after: Prepared) -> Prepared:
        """Do what can be done for a frame before the one before it is dreamed; any thread, one at a time.

        after: what was prepared for the frame before, not one that starts from a given picture.
        """
        return self._preparation.prepare(frame, self._aim(frame, settings), after.as_before)

    def prepared(
        self, frame: Frame, settings: Settings, ahead: Prepared | None = None, awaited_ms: float = 0.0
    ) -> Prepared:
        """Return what a frame is dreamed with.

        ahead: what was prepared for it, of which not all may hold. awaited_ms: how long it was waited for.
        """
        if self._shot not in (None, frame.shot):
            self.reset()
            self._start_s = None
        self._shot = frame.shot
        before = None if self._last is None else self._last.before
        aim, prepare = self._aim(frame, settings), self._preparation
        ready = (
            prepare.prepare(frame, aim, before) if ahead is None else prepare.renew(ahead, frame, aim, before)
        )
        ready.stage_ms["awaited"] = awaited_ms
        return ready

    def begin(self, ready: Prepared, settings: Settings, leaving: Leaving | None = None) -> Dreaming:
        """Begin to dream a frame; on a device it goes on by itself. ready: see `prepared`."""
        watch = Stopwatch(dict(ready.stage_ms))
        if self._given is not None:
            settings = settings.model_copy(update={"motion": MotionSettings(persistence=1.0)})
            ready = self._as_if(self._given, ready, settings)
            self._given = None
        frame, elapsed_s, measured = ready.frame, ready.elapsed_s, ready.motion
        moment = self._moment(settings.motion, ready)
        now = settings_at(settings, moment)
        motion = measured if ready.followed is None else ready.followed.motion
        motion = motion and fed_back(motion, now.feedback, elapsed_s, frame.size_wh, now.motion.fill)
        turn = Turn(frame.rgb, self._dreamed, ready.aim.time_s)
        its_turn = spread_settings(now, len(self.spec.parts))
        runs, engines = [self._run(self.spec, self.engine, its_turn.dream, turn)], [self.engine]
        if leaving is not None:
            old = settings_at(settings.model_copy(update={"dream": leaving.dream}), moment)
            goes = self._run(
                leaving.spec, leaving.engine, spread_settings(old, len(leaving.spec.parts)).dream, turn
            )
            both = [replace(runs[0], share=1 - leaving.left), replace(goes, share=leaving.left)]
            whole = zip((self.engine, leaving.engine), both, strict=True)
            engines = [engine for engine, run in whole if run.share > 0]
            runs = [run for run in both if run.share > 0]
        least = CATCH_UP_PASSES if self._is_young(measured, ready.aim.time_s, settings.look) else 1
        passes = max(least, now.dream.passes) if leaving is None else 1
        parts = (replace(turn, part=number / passes) for number in range(1, passes))
        again = [[self._run(self.spec, self.engine, its_turn.dream, part)] for part in parts]
        self._dreamed += 1
        kept = its_turn.motion.persistence if self._warm_start else 0.0
        task = Task(
            frame.rgb,
            ready.looked,
            self.spec.size_hw,
            runs,
            self._past(motion, now.motion, ready),
            kept,
            now.look,
            now.colour,
            again,
            its_turn.dream.momentum if self._warm_start else 0.0,
        )
        pending = self._canvas.dream(task, watch)
        self._last = _Dreamt(ready.as_before, pending.left)
        return Dreaming(
            frame, now, self._wake, tuple(engines), pending, measured, motion, self._canvas, watch
        )

    def _is_young(self, measured: Motion | None, time_s: float, look: LookSettings) -> bool:
        """Return whether the dream began so recently that it has to catch up."""
        if self._last is None or (measured is not None and measured.cut):
            self._began_s = time_s
        return look.steer and self._warm_start and 0 <= time_s - self._began_s < CATCH_UP_S

    def _moment(self, settings: MotionSettings, ready: Prepared) -> Moment:
        """Follow how awake the picture is, and forget at a scene cut what channels were ranked by."""
        measured = ready.motion
        if measured is not None and settings.stillness > 0:
            self._wake = wakened(self._wake, speed_px(measured), settings, ready.elapsed_s)
        if measured is not None and measured.cut:
            self._feed.ranking = None
        return Moment(ready.aim.time_s, ready.frame.index, self._seed, self._wake)

    def _run(self, spec: KernelSpec, engine: Engine, dream: DreamSettings, turn: Turn) -> Run:
        """Return an engine's run of one frame."""
        inputs = self._feed.inputs(spec, dream, turn)
        with running(engine.name):
            return Run(engine_at(engine, turn.number), inputs, takes_frame="frame" in spec.pictures)

    def _past(self, motion: Motion | None, settings: MotionSettings, ready: Prepared) -> Past[Any] | None:
        if motion is None or self._last is None:
            return None
        recall = None if ready.followed is None else ready.followed.recall
        return Past(self._last.left, weighted(motion, settings), ready.elapsed_s, recall)

    def _aim(self, frame: Frame, settings: Settings) -> Aim:
        return Aim(self._time_s(frame), settings, self._canvas, self.spec.size_hw)

    def _time_s(self, frame: Frame) -> float:
        """Return the source's own time, the same in every run, or else that since the first frame."""
        if frame.media_s is not None:
            return frame.media_s
        if self._start_s is None:
            self._start_s = frame.captured_s
        return frame.captured_s - self._start_s

    def _as_if(self, picture: Rgb, ready: Prepared, settings: Settings) -> Prepared:
        """Make up a frame before, like this one, dreamed into a picture; return this one after it."""
        frame, size_wh = ready.frame, (self.spec.size_hw[1], self.spec.size_hw[0])
        wanted = to_image(shrink(crop(picture, frame.size_wh), size_wh))
        residual = (wanted - to_image(shrink(frame.rgb, size_wh)))[0].transpose(1, 2, 0)
        whole = np.full((1, 1, 1), target(settings.look), np.float32)
        residual = np.ascontiguousarray(residual)
        arrays = (residual, np.zeros_like(residual), residual, whole, np.ones_like(whole))
        before = Before(ready.looked.grey, ready.aim.time_s)
        self._last = _Dreamt(before, Left(*map(self._canvas.from_array, arrays)))
        return self._preparation.renew(ready, frame, replace(ready.aim, settings=settings), before)
