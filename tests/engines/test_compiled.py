import os
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch._dynamo.config
import torch._inductor.config

from livedream.dream.spec import KernelSpec
from livedream.engines.compiled import CompiledEngine
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import check
from livedream.errors import EngineError

COMPILERS = (os.environ.get("CXX", "g++"), "clang++", "cl")

needs_compiler = pytest.mark.skipif(
    not any(shutil.which(name) for name in COMPILERS), reason="there is no C++ compiler"
)

# What torch says of its own compiler is not a fault of these tests.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="session")
def engine(session_program: Any) -> CompiledEngine:
    """Compile once; the first time takes torch some ten seconds, whatever is compiled."""
    return CompiledEngine(session_program)


@needs_compiler
def test_it_gives_what_eager_gives(engine: CompiledEngine, session_program: Any) -> None:
    inputs = session_program.example()
    reference = EagerEngine(session_program).run(inputs)
    assert engine.name == "compiled"
    np.testing.assert_allclose(engine.run(inputs), reference, atol=1e-6)
    assert check(engine, session_program, reference).cosine > 0.9999


@needs_compiler
def test_views_go_in_and_what_comes_out_is_the_caller_s_to_keep(
    engine: CompiledEngine, session_program: Any
) -> None:
    image, step = session_program.example()
    hwc = np.ascontiguousarray(image[0].transpose(1, 2, 0))
    first = engine.run([hwc.transpose(2, 0, 1)[None], step])
    kept = first.copy()
    assert (engine.run([image * 0, step]) == 0).all()
    assert (first == kept).all()
    assert (engine.run([image, step]) == kept).all()


@needs_compiler
def test_engines_can_be_rebuilt_through_a_whole_evening(make_program: Callable[..., Any]) -> None:
    """Torch gives up on a function that it has compiled eight times; the limit is lowered to save time."""
    with torch._dynamo.config.patch(recompile_limit=1):
        for side in (9, 10, 11):
            program = make_program(side=side)
            engine = CompiledEngine(program)
            assert engine.run(program.example()).shape == (1, 3, side, side)
            engine.close()


def test_without_a_compiler_the_reason_is_one_sentence(
    make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path_factory.mktemp("inductor")))
    without = torch._inductor.config.patch({"cpp.cxx": (None, "no-such-compiler")})
    with without, pytest.raises(EngineError) as told:
        CompiledEngine(make_program(side=7))
    message = str(told.value)
    assert message.startswith("torch.compile cannot build the kernel for cpu: ")
    assert "compiler" in message.lower()
    assert "\n" not in message


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_a_cuda_device_it_agrees_with_the_processor(small_spec: KernelSpec) -> None:
    engine = CompiledEngine(small_spec, "cuda")
    assert engine.name == "compiled (cuda)"
    check(engine, small_spec, EagerEngine(small_spec).run(small_spec.example()))
