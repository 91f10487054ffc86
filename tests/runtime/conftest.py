from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.clock import Clock, SystemClock
from livedream.dream.program import KernelProgram
from livedream.engines.build_job import ProgramState
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Engine
from livedream.engines.maker import Ready
from livedream.errors import SourceError
from livedream.frame import Frame
from livedream.health import Health
from livedream.presets import apply_assignments
from livedream.settings import Settings
from livedream.sources.source import SourceInfo

SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
"""Settings under which the eager engine takes a few milliseconds."""


class Drifting:
    """A source whose texture drifts by a pixel per frame; made on demand, with a time line.

    count: frames until it ends; None: endless. broken_at: frame at which reading fails for good.
    """

    def __init__(self, count: int | None = None, *, fps: float = 100.0, broken_at: int | None = None) -> None:
        self.info = SourceInfo("drifting", (128, 96), fps, is_device=False)
        self.health = Health("live")
        self.closed = 0
        self._count, self._broken_at, self._given = count, broken_at, 0
        self._clock: Clock = SystemClock()
        rough = np.random.default_rng(3).random((24, 32, 3))
        self._texture = (np.kron(rough, np.ones((4, 4, 1))) * 255).astype(np.uint8)

    def read(self, stop: threading.Event) -> Frame | None:
        if stop.is_set() or self._given == self._count:
            return None
        if self._given == self._broken_at:
            raise SourceError("drifting broke; mend it")
        number, self._given = self._given, self._given + 1
        rgb = np.ascontiguousarray(np.roll(self._texture, number, axis=1))
        return Frame(rgb, self._clock.now_s(), number, number / self.info.fps)

    def close(self) -> None:
        self.closed += 1


class StandInBuilder:
    """An engine builder of a dreamer's that has each engine at once; make: makes it."""

    is_busy = False
    preparing = 0

    def __init__(self, make: Callable[[KernelProgram], Engine]) -> None:
        self._make = make
        self._target: KernelProgram | None = None

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        self._target = program

    def take(self, timeout_s: float = 0.0) -> Ready[KernelProgram] | None:
        program, self._target = self._target, None
        if program is None:
            return None
        return Ready(program, self._make(program), stopgap=False, build_s=0.0, checked=None, run_ms=1.0)

    def give_back(self, ready: Ready[KernelProgram]) -> None:
        pass

    def take_failure(self) -> None:
        return None

    def prepare(self, plan: Any) -> None:
        pass

    def state(self, program: KernelProgram) -> ProgramState:
        return "waiting"


@pytest.fixture
def small_settings() -> Settings:
    return apply_assignments(Settings(), SMALL)


@pytest.fixture
def make_source() -> Callable[..., Drifting]:
    return Drifting


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / "engines")
