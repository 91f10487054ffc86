"""Engines for pictures that are too large to be dreamed as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from livedream.dream.program import TileProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.tiles import WHOLE_PX, tile_spec, tiling_of
from livedream.engines.engine import Engine


def is_large(spec: KernelSpec, whole_px: int = WHOLE_PX) -> bool:
    """Return whether a kernel's working size has more than `whole_px` pixels."""
    return tiling_of(spec.size_hw, whole_px) is not None


def tiled_engine(
    spec: KernelSpec, engine_for: Callable[[TileProgram], Engine], whole_px: int = WHOLE_PX
) -> Engine:
    """Make an engine that dreams the octaves of more than `whole_px` pixels in tiles.

    engine_for: gives the engine of a tile, which becomes the made one's to close. Raises what it does.
    """
    if spec.parts:
        return _relay(spec.parts, engine_for, whole_px)
    from livedream.dream.tiled_kernel import Tiles, tiled_kernel
    from livedream.engines.tiled_engine import TiledEngine

    tilings = [tiling for size_hw in spec.seen_hw if (tiling := tiling_of(size_hw, whole_px))]
    with ExitStack() as if_one_fails:
        engines = []
        for tiling in tilings:
            engines.append(engine_for(TileProgram(tile_spec(spec, tiling))))
            if_one_fails.callback(engines[-1].close)
        tiles = [Tiles(tiling, engine.run) for tiling, engine in zip(tilings, engines, strict=True)]
        made = TiledEngine(tiled_kernel(spec, tiles), engines)
        if_one_fails.pop_all()
    return made


def _relay(parts: Sequence[KernelSpec], engine_for: Callable[[TileProgram], Engine], whole_px: int) -> Engine:
    """Make an engine for each octave, where they take turns."""
    from livedream.engines.round_robin import RoundRobinEngine

    with ExitStack() as if_one_fails:
        engines = []
        for part in parts:
            engines.append(tiled_engine(part, engine_for, whole_px))
            if_one_fails.callback(engines[-1].close)
        if_one_fails.pop_all()
    return RoundRobinEngine(engines)
