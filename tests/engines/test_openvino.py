import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

pytest.importorskip("openvino", reason="openvino is not installed")

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import openvino, openvino_core
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import LARGEST_RELATIVE_ERROR, LEAST_COSINE, check
from livedream.engines.maker import Ready
from livedream.errors import EngineError

BUILD_S = 100.0
CHECKED = {"cosine": 1.0, "relative_error": 0.0, "run_ms": 1.0}


class Built(NamedTuple):
    """What a builder handed over, and the cache that it filled."""

    readies: list[Ready[KernelProgram]]
    cache: EngineCache
    told: list[str]


def build(spec: KernelSpec, cache: EngineCache, *, stopgap: bool) -> Built:
    told: list[str] = []
    builder: EngineBuilder[KernelProgram] = EngineBuilder("openvino", cache, told.append)
    readies: list[Ready[KernelProgram]] = []
    try:
        builder.request(spec, stopgap=stopgap)
        while not readies or readies[-1].stopgap:
            ready = builder.take(BUILD_S)
            assert ready is not None, "nothing was built in time"
            readies.append(ready)
    finally:
        builder.close()
    return Built(readies, cache, told)


@pytest.fixture(scope="session")
def built(small_program: KernelProgram, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a real kernel in a real child process, once for all tests."""
    return build(small_program, EngineCache(tmp_path_factory.mktemp("engines")), stopgap=True)


@pytest.fixture
def copied(built: Built, tmp_path: Path) -> EngineCache:
    """A cache of its own with the built engine in it, to be damaged."""
    cache = EngineCache(tmp_path)
    (file,) = built.cache.folder.glob("*.engine")
    (tmp_path / file.name).write_bytes(file.read_bytes())
    return cache


def test_the_stopgap_comes_first_and_the_fast_one_replaces_it(built: Built) -> None:
    stopgap, fast = built.readies
    assert stopgap.stopgap
    assert stopgap.engine.name.startswith("eager")
    assert stopgap.checked is None
    assert not fast.stopgap
    assert fast.engine.name.startswith("openvino")
    assert 0 < stopgap.build_s < fast.build_s
    assert built.told == []


def test_it_agrees_with_eager(built: Built, small_program: KernelProgram) -> None:
    fast, inputs = built.readies[-1], small_program.example()
    reference = EagerEngine(small_program).run(inputs)
    result = check(fast.engine, small_program, reference)
    assert result.cosine >= LEAST_COSINE[fast.engine.number_format]
    assert result.relative_error <= LARGEST_RELATIVE_ERROR[fast.engine.number_format]
    assert fast.checked is not None
    assert fast.checked.cosine == pytest.approx(result.cosine, abs=1e-3)


@pytest.mark.slow
def test_a_kernel_with_every_objective_and_step_agrees_with_eager(full_program: KernelProgram) -> None:
    model, module = openvino.convert(full_program), full_program.make()
    compiled = openvino_core.core().compile_model(model, "CPU", openvino.config("float32"))
    inputs = full_program.example()
    result = openvino.OpenVinoEngine(compiled, "float32").run(inputs)
    expected = module(*(torch.from_numpy(array) for array in inputs)).numpy()
    residual, wanted = (each - inputs[0] for each in (result, expected))
    assert np.abs(wanted).mean() > 1e-3
    assert np.vdot(residual, wanted) > 0.99 * np.linalg.norm(residual) * np.linalg.norm(wanted)


def test_a_kernel_that_remembers_its_steps_agrees_with_eager(curved_program: KernelProgram) -> None:
    model, module = openvino.convert(curved_program), curved_program.make()
    compiled = openvino_core.core().compile_model(model, "CPU", openvino.config("float32"))
    inputs = curved_program.example()
    result = openvino.OpenVinoEngine(compiled, "float32").run(inputs)
    expected = module(*(torch.from_numpy(array) for array in inputs)).numpy()
    assert np.abs(expected - inputs[0]).mean() > 1e-3
    assert np.abs(result - expected).mean() < 1e-3 * np.abs(expected - inputs[0]).mean()


def test_it_follows_its_inputs(built: Built, small_program: KernelProgram) -> None:
    engine, (image, step, views, *controls) = built.readies[-1].engine, small_program.example()
    eager = EagerEngine(small_program)
    for changed in [
        [image[:, :, ::-1], step, views, *controls],
        [image, step * np.float32(0), views, *controls],
        [image, step, views - 5, *controls],
        [image, step, views, controls[0] * 0, -controls[1]],
    ]:
        error = np.abs(engine.run(changed) - eager.run(changed)).mean()
        assert error < (2e-4 if engine.number_format == "float32" else 2e-3)


def test_inputs_may_be_views_and_outputs_are_the_caller_s_to_keep(
    built: Built, small_program: KernelProgram
) -> None:
    engine, (image, *rest) = built.readies[-1].engine, small_program.example()
    hwc = np.ascontiguousarray(image[0].transpose(1, 2, 0))
    first = engine.run([hwc.transpose(2, 0, 1)[None], *rest])
    kept = first.copy()
    engine.run([image * 0, *rest])
    assert (first == kept).all()
    first[...] = 9
    assert (engine.run([image, *rest]) == kept).all()


def test_inputs_of_another_size_are_refused(built: Built, small_program: KernelProgram) -> None:
    image, *rest = small_program.example()
    with pytest.raises(ValueError, match="broadcast"):
        built.readies[-1].engine.run([image[:, :, :-8], *rest])


def test_the_second_time_it_comes_from_the_cache_at_once(
    built: Built, small_program: KernelProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino.Builds, "__call__", lambda *_, **__: pytest.fail("it was built again"))
    again = build(small_program, built.cache, stopgap=True)
    (fast,) = again.readies
    assert not fast.stopgap
    assert fast.checked == built.readies[-1].checked
    inputs = small_program.example()
    assert (fast.engine.run(inputs) == built.readies[-1].engine.run(inputs)).all()


def test_what_is_loaded_agrees_with_what_was_built(built: Built, small_program: KernelProgram) -> None:
    loaded = openvino.load(small_program, built.cache)
    assert loaded is not None
    engine, checked = loaded
    inputs = small_program.example()
    assert (engine.run(inputs) == built.readies[-1].engine.run(inputs)).all()
    assert checked == built.readies[-1].checked
    engine.close()
    engine.close()


@pytest.mark.parametrize("damage", ["empty", "truncated", "flipped", "foreign"])
def test_a_damaged_engine_is_treated_as_absent(
    small_program: KernelProgram, copied: EngineCache, damage: str
) -> None:
    assert openvino.load(small_program, copied) is not None
    (file,) = copied.folder.iterdir()
    whole = file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    file.write_bytes(
        {"empty": b"", "truncated": whole[:middle], "flipped": flipped, "foreign": b"GIF89a" * 99}[damage]
    )
    assert openvino.load(small_program, copied) is None


@pytest.mark.parametrize("blob", [b"", b"not an engine", bytes(5000)])
def test_an_entry_that_openvino_cannot_read_is_treated_as_absent(
    small_program: KernelProgram, tmp_path: Path, blob: bytes
) -> None:
    cache = EngineCache(tmp_path)
    cache.put(openvino.cache_key(small_program), blob, {"check": CHECKED, "number_format": "float32"})
    assert openvino.load(small_program, cache) is None


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"check": CHECKED},
        {"number_format": "float32"},
        {"check": {}, "number_format": "float32"},
        {"check": {"speed": 1}, "number_format": "float32"},
        {"check": 3, "number_format": "float32"},
        {"check": CHECKED, "number_format": "float7"},
        {"check": CHECKED, "number_format": ["float32"]},
    ],
)
def test_an_entry_without_its_facts_is_treated_as_absent(
    built: Built, small_program: KernelProgram, tmp_path: Path, facts: dict[str, Any]
) -> None:
    entry = built.cache.get(openvino.cache_key(small_program))
    assert entry is not None
    cache = EngineCache(tmp_path)
    cache.put(openvino.cache_key(small_program), entry.blob, facts)
    assert openvino.load(small_program, cache) is None


@pytest.mark.slow
def test_a_damaged_engine_is_built_again(small_program: KernelProgram, copied: EngineCache) -> None:
    (file,) = copied.folder.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    (ready,) = build(small_program, copied, stopgap=False).readies
    assert ready.engine.name.startswith("openvino")
    assert openvino.load(small_program, copied) is not None


def test_another_program_has_another_key(small_program: KernelProgram) -> None:
    key = openvino.cache_key(small_program)
    assert key == openvino.cache_key(replace(small_program))
    for change in ({"steps": 3}, {"size_hw": (64, 48)}):
        other = KernelProgram(replace(small_program.spec, **change))  # type: ignore[arg-type]
        assert openvino.cache_key(other) != key


def test_the_key_names_version_and_processor(small_program: KernelProgram) -> None:
    key = openvino.cache_key(small_program)
    assert openvino_core.runtime().get_version() in key
    assert openvino_core.core().get_property("CPU", "FULL_DEVICE_NAME") in key


def test_a_build_that_fails_says_why_in_one_sentence(small_program: KernelProgram, tmp_path: Path) -> None:
    started = openvino.Builds()(
        KernelProgram(replace(small_program.spec, network="vgg")), EngineCache(tmp_path)
    )
    with pytest.raises(EngineError) as told:
        started.wait()
    message = str(told.value)
    assert message.startswith("the engine openvino could not be built: there is no network 'vgg'")
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_told(small_program: KernelProgram, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    smaller = KernelProgram(replace(small_program.spec, taps=taps_at("stem"), octaves=1))
    started = openvino.Builds()(smaller, EngineCache(blocked / "cache"))
    with pytest.raises(EngineError, match=r"could not be built: .*(Not a directory|cannot find|exists)"):
        started.wait()


def test_knowing_the_engine_loads_neither_openvino_nor_torch() -> None:
    code = (
        "import sys, livedream.engines.openvino;"
        "assert not {'openvino', 'torch'} & set(sys.modules), 'start-up would be slow'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_process_that_is_warm_builds_what_is_sent_first(tmp_path: Path) -> None:
    builds, cache = openvino.Builds(), EngineCache(tmp_path)
    try:
        builds.warm_up(cache)
        builds.warm_up(cache)
        (server,) = builds._idle.values()
        assert builds(KernelProgram(KernelSpec("none", (), (8, 8), 1, 1.4, 1, 1.0)), cache).server is server
        server.close()
    finally:
        builds.close()


def test_a_program_is_loaded_without_torch(built: Built, small_program: KernelProgram) -> None:
    code = (
        "import sys, pickle; from pathlib import Path;"
        "from livedream.engines.cache import EngineCache; from livedream.engines import openvino;"
        "program = pickle.load(sys.stdin.buffer);"
        "engine, checked = openvino.load(program, EngineCache(Path(sys.argv[1])));"
        "assert engine.run(program.example()).shape == (1, 3, *program.spec.size_hw);"
        "assert 'torch' not in sys.modules, 'start-up would be slow'"
    )

    command = [sys.executable, "-c", code, str(built.cache.folder)]
    subprocess.run(command, input=pickle.dumps(small_program), check=True)
