import importlib.metadata
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import onnxruntime_kinds
from livedream.engines.adapters import Adapter
from livedream.engines.onnxruntime_kinds import KINDS, installed_runtime, require, runtime, versions
from livedream.errors import EngineError

GPU = Adapter("Radeon", "discrete", "1")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Play a machine with everything: what is installed by distribution, the adapter, the providers."""
    machine = SimpleNamespace(
        installed={"onnxruntime-webgpu": "1.27.0", "torch": "2", "onnx": "1", "onnxscript": "0.7"},
        adapter=GPU,
        providers=["WebGpuExecutionProvider", "CPUExecutionProvider"],
    )

    def version(name: str) -> str:
        if name not in machine.installed:
            raise importlib.metadata.PackageNotFoundError(name)
        return str(machine.installed[name])

    library = SimpleNamespace(
        get_available_providers=lambda: machine.providers, set_default_logger_severity=lambda _: None
    )
    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(onnxruntime_kinds, "adapter", lambda: machine.adapter)
    monkeypatch.setitem(sys.modules, "onnxruntime", library)
    monkeypatch.setattr(sys, "platform", "linux")
    return machine


def test_core_ml_never_runs_on_the_neural_engine_and_has_static_shapes() -> None:
    assert KINDS["coreml"].options["MLComputeUnits"] == "CPUAndGPU"
    assert KINDS["coreml"].options["RequireStaticInputShapes"] == "1"
    assert KINDS["coreml"].options["ModelFormat"] == "MLProgram"


def test_with_everything_there_it_can_be_had(machine: Any) -> None:
    assert require(KINDS["webgpu"]) == GPU
    assert runtime(KINDS["webgpu"]) is sys.modules["onnxruntime"]
    assert versions(KINDS["webgpu"]) == ("onnxruntime 1.27.0", "torch 2", "onnx 1", "onnxscript 0.7")


@pytest.mark.parametrize(
    ("missing", "named"),
    [("onnxruntime-webgpu", "onnxruntime"), ("onnx", "onnx"), ("onnxscript", "onnxscript")],
)
def test_what_is_missing_is_told_with_the_way_out(machine: Any, missing: str, named: str) -> None:
    del machine.installed[missing]
    with pytest.raises(EngineError, match=rf"webgpu needs {named}, .*; pip install 'livedream\[webgpu\]'$"):
        require(KINDS["webgpu"])


def test_an_onnx_runtime_without_the_provider_is_told(machine: Any) -> None:
    machine.providers = ["CPUExecutionProvider"]
    with pytest.raises(EngineError, match=r"WebGpuExecutionProvider; pip uninstall onnxruntime, then pip"):
        runtime(KINDS["webgpu"])


def test_an_onnx_runtime_that_cannot_be_imported_is_told(
    machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineError, match="webgpu needs onnxruntime, which is not installed"):
        runtime(KINDS["webgpu"])


def test_core_ml_is_for_macos_alone(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for refuse in (require, runtime):
        with pytest.raises(EngineError, match="coreml needs macOS; use webgpu"):
            refuse(KINDS["coreml"])
    monkeypatch.setattr(sys, "platform", "darwin")
    assert require(KINDS["coreml"]) == GPU


@pytest.mark.parametrize(
    ("system", "way_out"), [("linux", "mesa-vulkan-drivers"), ("win32", "driver"), ("darwin", "Apple chip")]
)
def test_that_there_is_no_adapter_is_told_with_what_to_do(
    machine: Any, monkeypatch: pytest.MonkeyPatch, system: str, way_out: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    machine.adapter = None
    with pytest.raises(
        EngineError, match=rf"webgpu needs a graphics adapter, and none is found; .*{way_out}"
    ):
        require(KINDS["webgpu"])


def test_one_in_software_can_be_had_but_is_not_tried_unasked(machine: Any) -> None:
    machine.adapter = Adapter("llvmpipe", "software")
    assert require(KINDS["webgpu"]).name == "llvmpipe"


@pytest.mark.parametrize(
    ("installed", "version"),
    [({}, ""), ({"onnxruntime": "1.26"}, "1.26"), ({"onnxruntime-webgpu": "1.27"}, "1.27")],
)
def test_onnx_runtime_comes_in_several_distributions(machine: Any, installed: Any, version: str) -> None:
    machine.installed = installed
    assert installed_runtime() == version
