from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.dream.inputs import frame_inputs
from livedream.dream.program import KernelProgram, TileProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.eager import EagerEngine
from livedream.engines.round_robin import engine_at
from livedream.errors import EngineError
from livedream.offline.large import is_large, tiled_engine
from livedream.settings import DreamSettings

SPEC, WHOLE_PX = KernelSpec("embedded", taps_at("head.4"), (416, 448), 2, 1.1, 1, 1.0), 150_000


class Watched(EagerEngine):
    """Counts its runs and notes that it was closed."""

    def __init__(self, program: TileProgram) -> None:
        super().__init__(program)
        self.program, self.runs, self.closed = program, 0, False

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self.runs += 1
        return super().run(inputs)

    def close(self) -> None:
        self.closed = True


def test_only_octaves_larger_than_a_tile_are_divided() -> None:
    made: list[Watched] = []

    def engine_for(program: TileProgram) -> Watched:
        made.append(Watched(program))
        return made[-1]

    engine = tiled_engine(SPEC, engine_for, WHOLE_PX)
    rng = np.random.default_rng(0)
    image = rng.random((1, 3, *SPEC.size_hw), dtype=np.float32)
    dream = engine.run([image, *frame_inputs(SPEC, DreamSettings(layers={"lines": 1.0}), 0)])
    assert dream.shape == image.shape
    assert len(made) == 2  # 378x407 and 416x448
    assert all(one.runs >= 1 for one in made)
    assert all(side <= 416 for one in made for side in one.program.spec.kernel.size_hw)
    engine.close()
    assert all(one.closed for one in made)


def test_octaves_on_top_are_divided_like_others() -> None:
    made: list[Watched] = []

    def engine_for(program: TileProgram) -> Watched:
        made.append(Watched(program))
        return made[-1]

    spec = replace(SPEC, base_hw=(208, 224), octaves=3)
    image = np.random.default_rng(0).random((1, 3, *spec.size_hw), dtype=np.float32)
    given = frame_inputs(spec, DreamSettings(layers={"lines": 1.0}), 0)
    tiled, whole = (
        tiled_engine(spec, engine_for, WHOLE_PX).run([image, *given]),
        EagerEngine(KernelProgram(spec)).run([image, *given]),
    )
    assert len(made) == 1
    assert made[0].program.spec.kernel.base_hw is None
    alike = np.corrcoef((tiled - image).ravel(), (whole - image).ravel())[0, 1]
    assert alike > 0.95


def test_octaves_that_take_turns_are_divided_one_by_one() -> None:
    made: list[TileProgram] = []

    def engine_for(program: TileProgram) -> Watched:
        made.append(program)
        return Watched(program)

    spread = replace(SPEC, octave_scale=2.0, spread=True)
    engine = tiled_engine(spread, engine_for, WHOLE_PX)
    turns = [engine_at(engine, number) for number in range(2)]
    assert [turn.name for turn in turns] == ["eager", "eager in tiles"]
    assert len(made) == 1
    image = np.random.default_rng(0).random((1, 3, *SPEC.size_hw), dtype=np.float32)
    inputs = [image, *frame_inputs(spread, DreamSettings(layers={"lines": 1.0}), 0)]
    assert all(np.abs(turn.run(inputs) - image).mean() > 1e-3 for turn in turns)


def test_a_tile_that_cannot_be_built_leaves_nothing_open() -> None:
    made: list[Watched] = []

    def engine_for(program: TileProgram) -> Watched:
        if made:
            raise EngineError("no more")
        made.append(Watched(program))
        return made[-1]

    with pytest.raises(EngineError, match="no more"):
        tiled_engine(SPEC, engine_for, WHOLE_PX)
    assert made[0].closed


@pytest.mark.parametrize(("size_hw", "large"), [((720, 1280), False), ((1080, 1920), True)])
def test_a_full_hd_picture_is_large(size_hw: tuple[int, int], large: bool) -> None:
    assert is_large(KernelSpec("embedded", taps_at("stem"), size_hw, 2, 2.0, 1, 1.0)) is large
