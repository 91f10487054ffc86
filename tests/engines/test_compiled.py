import io
import os
import pickle
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import torch._dynamo.config
import torch._inductor.config
from torch._dynamo.utils import counters

from livedream.dream.program import KernelProgram
from livedream.engines import build_compiled, compiled
from livedream.engines.cache import EngineCache
from livedream.engines.compiled import CompiledEngine
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import check
from livedream.engines.inductor import kept_in
from livedream.engines.on_device import TORCH_THREADS
from livedream.errors import EngineError

COMPILERS = (os.environ.get("CXX", "g++"), "clang++", "cl")

needs_compiler = pytest.mark.skipif(
    not any(shutil.which(name) for name in COMPILERS), reason="there is no C++ compiler"
)

# What torch says of its own compiler is not a fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where torch keeps what it compiles."""
    return tmp_path_factory.mktemp("inductor")


@pytest.fixture(scope="session")
def cache(session_program: Any, tmp_path_factory: pytest.TempPathFactory, folder: Path) -> EngineCache:
    """Build once; the first time takes torch some ten seconds, whatever is compiled."""
    cache = EngineCache(tmp_path_factory.mktemp("engines"))
    build_compiled.build(session_program, cache, folder, "cpu", "float32")
    return cache


@pytest.fixture(scope="session")
def engine(cache: EngineCache, session_program: Any) -> CompiledEngine:
    counters.clear()
    loaded = compiled.load(session_program, cache, "cpu")
    assert loaded is not None
    assert counters["inductor"]["fxgraph_cache_hit"] == 1
    assert counters["inductor"]["fxgraph_cache_miss"] == 0, "the show would stall"
    return loaded[0]


@needs_compiler
def test_what_is_built_is_in_the_cache_with_its_check(cache: EngineCache, session_program: Any) -> None:
    (entry,) = cache.entries()
    assert entry.facts["engine"] == "compiled"
    assert entry.facts["number_format"] == "float32"
    assert entry.facts["program"] == session_program.describe()
    assert entry.facts["check"]["cosine"] > 0.9999
    assert entry.facts["check"]["run_ms"] > 0


def test_every_step_of_every_octave_runs_what_was_compiled(
    small_program: KernelProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []

    def compile_(function: Callable[..., Any], **_: Any) -> Callable[..., Any]:
        def run(*inputs: Any) -> Any:
            runs.append(len(inputs))
            return function(*inputs)

        return run

    monkeypatch.setattr(compiled.torch, "compile", compile_)
    CompiledEngine(small_program)
    assert len(runs) == small_program.spec.octaves * small_program.spec.steps


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
def test_a_thread_that_torch_has_set_otherwise_compiles_nothing(
    engine: CompiledEngine, session_program: Any
) -> None:
    """A stopgap leaves the thread of the show with another number of threads than it was compiled for."""
    inputs, found = session_program.example(), []
    expected = engine.run(inputs)

    def show() -> None:
        torch.set_num_threads(torch.get_num_threads() + 1)
        with torch._dynamo.config.patch(error_on_recompile=True):
            found.append(engine.run(inputs))

    before = torch.get_num_threads()
    thread = threading.Thread(target=show)
    thread.start()
    thread.join()
    torch.set_num_threads(before)
    (result,) = found
    assert (result == expected).all()


@needs_compiler
def test_what_was_built_is_found_while_a_stopgap_has_set_the_threads(
    cache: EngineCache, session_program: Any
) -> None:
    """Torch hands the number on to each thread that begins later, as that of an engine that is loaded."""
    found: list[Any] = []
    EagerEngine(session_program, threads=TORCH_THREADS + 1).run(session_program.example())
    try:
        loading = threading.Thread(target=lambda: found.append(compiled.load(session_program, cache, "cpu")))
        loading.start()
        loading.join()
    finally:
        torch.set_num_threads(TORCH_THREADS)
    assert [one is not None for one in found] == [True]


CHECKED = {"cosine": 1.0, "relative_error": 0.0, "run_ms": 1.0}


@pytest.mark.parametrize(
    ("blob", "facts"),
    [
        (b"", {"check": CHECKED}),
        (b"PK not an archive", {"check": CHECKED}),
        (bytes(5000), {}),
        (b"", {"check": 3}),
        (b"", {"check": {"speed": 1}}),
    ],
)
def test_an_entry_that_is_no_engine_is_treated_as_absent(
    program: Any, tmp_path: Path, blob: bytes, facts: dict[str, Any]
) -> None:
    cache = EngineCache(tmp_path)
    cache.put(compiled.cache_key(program, "cpu", "float32"), blob, facts)
    assert compiled.load(program, cache, "cpu") is None


@needs_compiler
def test_a_damaged_file_is_treated_as_absent(
    cache: EngineCache, session_program: Any, tmp_path: Path
) -> None:
    """What is in it is machine code, so not a byte may be another."""
    (file,) = cache.folder.iterdir()
    whole = bytearray(file.read_bytes())
    whole[-50] ^= 1
    (tmp_path / file.name).write_bytes(whole)
    assert compiled.load(session_program, EngineCache(tmp_path), "cpu") is None


def test_the_key_names_all_that_an_engine_depends_on(
    make_program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = compiled.cache_key(make_program(), "cpu", "float32")
    assert key == compiled.cache_key(make_program(), "cpu", "float32")
    assert torch.__version__ in key
    assert compiled.cache_key(make_program(side=9), "cpu", "float32") != key
    assert compiled.cache_key(make_program(), "cpu", "float16") != key
    assert compiled.cache_key(make_program(), "cpu", "float32", TORCH_THREADS + 1) != key
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": False})
    assert compiled.cache_key(make_program(), "cpu", "float32") != key


def test_the_build_is_told_all_and_its_folder_goes_with_it(
    tmp_path: Path, small_program: KernelProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    def start(command: list[str], *, stderr: Any, **_: Any) -> Any:
        sent.append(command)
        stderr.write(b"\nno compiler\n")
        stdin = SimpleNamespace(write=sent.append, flush=lambda: None, close=lambda: None)
        return SimpleNamespace(
            pid=os.getpid(), stdin=stdin, stdout=io.BytesIO(), returncode=1, wait=lambda: 1, poll=lambda: 1
        )

    monkeypatch.setattr(subprocess, "Popen", start)
    build = compiled.Build(small_program, EngineCache(tmp_path), "cpu", "float32")
    (*_, module, folder, work, device, number_format, threads), content = sent
    stream = io.BytesIO(content)
    others, program = pickle.load(stream), pickle.load(stream)
    assert others == [], "nobody has added anything"
    assert module == "livedream.engines.build_compiled"
    assert (folder, device, number_format) == (str(tmp_path), "cpu", "float32")
    assert int(threads) == TORCH_THREADS
    assert program == small_program
    assert Path(work).is_dir()
    with pytest.raises(EngineError, match="the engine compiled could not be built: no compiler"):
        build.wait()
    assert not Path(work).exists()


@needs_compiler
def test_engines_can_be_rebuilt_through_a_whole_evening(
    make_program: Callable[..., Any], folder: Path
) -> None:
    """Torch gives up on a function that it has compiled eight times; the limit is lowered to save time."""
    with torch._dynamo.config.patch(recompile_limit=1), kept_in(folder):
        for side in (9, 10):
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
    assert message == "the engine compiled needs a C++ compiler, and none was found; see livedream doctor"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_a_cuda_device_it_agrees_with_the_processor(small_program: KernelProgram) -> None:
    engine = CompiledEngine(small_program, "cuda")
    assert engine.name == "compiled (cuda)"
    check(engine, small_program, EagerEngine(small_program).run(small_program.example()))
