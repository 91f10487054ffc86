"""What is built for real, through WebGPU: on a graphics adapter, or on a Vulkan in software."""

import io
import json
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import build_onnxruntime, onnxruntime_engine
from livedream.engines.adapters import Adapter, adapter
from livedream.engines.build_process import sent
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check
from livedream.engines.onnxruntime_kinds import KINDS, OnnxRuntimeKind
from livedream.errors import EngineError

GPU = Adapter("Radeon", "discrete", "1")


@pytest.fixture(scope="module")
def found() -> Adapter:
    """Return the adapter that WebGPU runs on."""
    library = pytest.importorskip("onnxruntime", reason="the extra webgpu is not installed")
    pytest.importorskip("onnxscript", reason="the extra webgpu is not installed")
    if KINDS["webgpu"].provider not in library.get_available_providers():
        pytest.skip("this onnxruntime has no WebGPU: the extra webgpu is not installed")
    here = adapter()
    if here is None:
        pytest.skip("no graphics adapter, not even one in software (VK_DRIVER_FILES names one)")
    try:
        library.SessionOptions().add_provider(KINDS["webgpu"].provider, {})
    except RuntimeError:
        if here.is_software:  # SwiftShader will do, older versions of llvmpipe will not
            pytest.skip(f"WebGPU does not take the only adapter, {here}")
        raise
    return here


@pytest.mark.webgpu
@pytest.mark.slow
def test_what_is_built_is_in_the_cache_with_its_check_and_adapter(
    program: Any, tmp_path: Path, found: Adapter
) -> None:
    cache, kind = EngineCache(tmp_path), KINDS["webgpu"]
    build_onnxruntime.build(program, cache, kind, found)
    loaded = onnxruntime_engine.load(kind, program, cache, found)
    assert loaded is not None
    engine, checked = loaded
    assert checked.cosine > 0.999
    (entry,) = cache.entries()
    assert (entry.facts["engine"], entry.facts["adapter"]) == ("webgpu", str(found))
    image, step = program.example()
    tolerance = 1e-5 if engine.number_format == "float32" else 0.01
    for turned in (image, image[:, :, ::-1]):
        expected = EagerEngine(program).run([turned, step])
        np.testing.assert_allclose(engine.run([turned, step]), expected, atol=tolerance)
    engine.close()


@pytest.mark.slow
@pytest.mark.webgpu
def test_a_kernel_runs_whole_on_the_adapter(found: Adapter, tmp_path: Path) -> None:
    """Rolled by other whole numbers each time, and nothing of it on the processor: that would be refused."""
    kind = OnnxRuntimeKind("webgpu", KINDS["webgpu"].provider, KINDS["webgpu"].options, ("float32",))
    program = KernelProgram(KernelSpec("embedded", taps_at("stem"), (48, 64), 1, 1.4, 1, 1.0))
    plan = build_onnxruntime.make_plan(program, kind, "float32")
    engine = onnxruntime_engine.OnnxRuntimeEngine(kind, plan)
    eager = EagerEngine(program)
    image, scalars, views, *rest = program.example()
    for shift in (0, 3):
        given = [image, scalars, np.full_like(views, shift), *rest]
        np.testing.assert_allclose(engine.run(given), eager.run(given), atol=1e-4)
    engine.close()


def test_it_builds_what_it_is_sent_for_the_adapter_that_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[Any] = []
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(sent(Check(1.0, 0.0, 0.0)))))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "argv", ["build", "coreml", str(tmp_path), json.dumps(asdict(GPU))])
    monkeypatch.setattr(build_onnxruntime, "build", lambda *given: built.append(given))
    assert build_onnxruntime.main() == 0
    ((program, cache, kind, given),) = built
    assert (program, cache.folder, kind.name, given) == (Check(1.0, 0.0, 0.0), tmp_path, "coreml", GPU)


@pytest.mark.parametrize("kind", ["webgpu", "coreml"])
def test_an_engine_that_is_wrong_is_not_stored(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_engine: Any, kind: str
) -> None:
    right = EagerEngine(program).run(program.example())
    monkeypatch.setattr(build_onnxruntime, "runtime", lambda _: None)
    monkeypatch.setattr(build_onnxruntime, "make_plan", lambda *_: None)
    monkeypatch.setattr(
        build_onnxruntime,
        "OnnxRuntimeEngine",
        lambda *_: make_engine(lambda _: right * np.float32(1.1), kind),
    )
    with pytest.raises(EngineError, match=f"the engine {kind} does not agree with eager"):
        build_onnxruntime.build(program, EngineCache(tmp_path), KINDS[kind], GPU)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "operations"), [("coreml", ["Mul", "Max"]), ("webgpu", ["Abs"])])
def test_the_graph_is_made_of_what_the_device_has(
    program: Any, monkeypatch: pytest.MonkeyPatch, kind: str, operations: list[str]
) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra webgpu is not installed")
    helper = onnx.helper
    ports = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2]) for name in ("image", "y")]
    graph = helper.make_graph([helper.make_node("Abs", ["image"], ["y"])], "graph", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    monkeypatch.setattr(build_onnxruntime, "exported", lambda *_: None)
    monkeypatch.setattr(build_onnxruntime, "to_onnx", lambda _: model.SerializeToString())
    monkeypatch.setattr(build_onnxruntime, "input_names", lambda _: ["image"])
    plan = build_onnxruntime.make_plan(program, KINDS[kind], "float16")
    nodes = onnx.load_from_string(plan.parts.device).graph.node
    assert [node.op_type for node in nodes] == operations
    assert (plan.number_format, plan.inputs) == ("float16", ("image",))
