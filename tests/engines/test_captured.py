from typing import Any

import numpy as np
import pytest
import torch

from livedream.dream.program import KernelProgram
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.engines.captured import CapturedEngine
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import NumberFormat, check
from livedream.engines.kinds import ENGINES, candidates
from livedream.engines.on_device import full_float32

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.fixture(scope="module")
def reference(small_program: KernelProgram) -> Any:
    with full_float32():
        return EagerEngine(small_program, "cuda").run(small_program.example())


@pytest.mark.gpu
@needs_cuda
@pytest.mark.parametrize("number_format", ["float32", "float16", "bfloat16"])
def test_on_a_gpu_a_replay_agrees_with_eager(
    small_program: KernelProgram, number_format: NumberFormat, reference: Any
) -> None:
    engine = CapturedEngine(small_program, "cuda", number_format)
    assert check(engine, small_program, reference).cosine > 0.9
    image, *rest = small_program.example()
    moved = engine.run([np.ascontiguousarray(image[..., ::-1]), *rest])
    assert np.abs(moved - engine.run([image, *rest])).max() > 0.01, "a replay reads its inputs anew"


@pytest.mark.gpu
@needs_cuda
@pytest.mark.parametrize("choice", [name for name, kind in ENGINES.items() if "cuda" in kind.ranks])
def test_on_a_gpu_every_engine_that_is_installed_is_built_and_agrees(
    choice: Any, small_program: KernelProgram, tmp_path: Any
) -> None:
    if choice not in candidates():
        pytest.skip(f"{choice} is not installed")
    told: list[str] = []
    builder: EngineBuilder[KernelProgram] = EngineBuilder(choice, EngineCache(tmp_path), told.append)
    try:
        builder.request(small_program, stopgap=False)
        ready = builder.take(600.0)
    finally:
        builder.close()
    assert ready is not None, told
    assert choice == "eager" or ready.checked is not None
