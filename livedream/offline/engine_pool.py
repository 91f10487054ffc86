"""Engines for whoever can wait for them: built in the foreground, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from livedream.dream.program import KernelProgram, TileProgram
from livedream.dream.spec import KernelSpec
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Engine, Program
from livedream.engines.maker import Choice, Ready
from livedream.offline.large import is_large, tiled_engine

BUILD_S = 1800.0
"""After so long a build counts as hanging; a deep network at a large size takes long on a slow machine."""

LOOK_UP_S = 0.25
"""How often `waiting` is told."""

P = TypeVar("P", bound=Program)

Tell = Callable[[str], None]


class Engines:
    """Build the engine for a spec when it is first asked for, and keep it until `close`.

    What is too large to be dreamed as a whole is dreamed in tiles.
    tell: called with sentences for people. waiting: called with what is being built while it is, and
    with "" when it is there.
    """

    def __init__(
        self, choice: Choice, tell: Tell, waiting: Tell = lambda _: None, cache: EngineCache | None = None
    ) -> None:
        self._choice, self._tell, self._waiting = choice, tell, waiting
        self._cache = cache or EngineCache()
        self._ready: dict[KernelSpec, Ready[KernelProgram]] = {}

    def ready_for(self, spec: KernelSpec) -> Ready[KernelProgram]:
        """Return an engine with what is known about it. Raises EngineError."""
        if spec not in self._ready:
            self._ready[spec] = self._in_tiles(spec) if is_large(spec) else self._built(KernelProgram(spec))
        return self._ready[spec]

    def engine_for(self, spec: KernelSpec) -> Engine:
        """Return the engine for a spec; this object closes it. Raises EngineError."""
        return self.ready_for(spec).engine

    def kind_for(self, spec: KernelSpec) -> Choice:
        """Return which kind the engine for a spec is, as it is chosen by name. Raises EngineError."""
        return self.ready_for(spec).kind

    def close(self) -> None:
        """Close every engine."""
        while self._ready:
            self._ready.popitem()[1].engine.close()

    def __enter__(self) -> Engines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _in_tiles(self, spec: KernelSpec) -> Ready[KernelProgram]:
        start_s = time.perf_counter()
        tiles: list[Ready[TileProgram]] = []

        def tile_engine(tile: TileProgram) -> Engine:
            tiles.append(self._built(tile))
            return tiles[-1].engine

        engine = tiled_engine(spec, tile_engine)
        took_s = time.perf_counter() - start_s
        kind = tiles[0].kind if tiles else "eager"
        return Ready(KernelProgram(spec), engine, False, took_s, None, None, kind=kind)

    def _built(self, program: P) -> Ready[P]:
        # A builder of its own for each: later failures of one are not raised.
        builder: EngineBuilder[P] = EngineBuilder(self._choice, self._cache, self._tell, BUILD_S)
        try:
            builder.request(program, stopgap=False)
            return self._waited_for(builder)
        finally:
            builder.close()
            self._waiting("")

    def _waited_for(self, builder: EngineBuilder[P]) -> Ready[P]:
        while (ready := builder.take(LOOK_UP_S)) is None:
            self._waiting(f"building the engine {builder.building}")
        return ready
