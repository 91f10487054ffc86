import importlib.metadata
import sys
from typing import Any

import pytest
import torch

from livedream.engines import tensorrt_runtime
from livedream.engines.tensorrt_runtime import Flavour, imported, listener, reason, require
from livedream.errors import EngineError

FLAVOURS: list[Flavour] = ["tensorrt", "tensorrt-rtx"]


@pytest.mark.parametrize(
    "fault",
    [
        AssertionError("Torch not compiled with CUDA enabled"),
        OSError("libcudart.so.13: cannot open"),
        ImportError("no libnvinfer"),
        Exception("import error when try to import"),
        AssertionError(),
    ],
)
def test_a_torch_tensorrt_that_cannot_be_loaded_is_told_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(name: str) -> None:
        raise fault

    monkeypatch.setattr("importlib.import_module", fail)
    with pytest.raises(EngineError) as told:
        imported("torch_tensorrt", "tensorrt")
    message = str(told.value)
    assert message.startswith("the engine tensorrt cannot load torch_tensorrt: ")
    assert (str(fault) or "AssertionError") in message
    assert message.endswith("it needs an NVIDIA GPU with its driver, and pip install 'livedream[tensorrt]'")


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("package", ["torch-tensorrt", "tensorrt", "tensorrt-rtx", "onnx", "onnxscript"])
def test_a_missing_package_is_told_with_the_way_out(
    trt: Any, monkeypatch: pytest.MonkeyPatch, flavour: Flavour, package: str
) -> None:
    def version(name: str) -> str:
        if name == package:
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.2"

    monkeypatch.setattr(importlib.metadata, "version", version)
    if package not in tensorrt_runtime.DISTRIBUTIONS[flavour]:
        require(flavour)
        return
    with pytest.raises(EngineError) as told:
        require(flavour)
    extra = {"tensorrt": "tensorrt", "tensorrt-rtx": "rtx"}[flavour]
    assert str(told.value) == (
        f"the engine {flavour} needs {package}, which is not installed; pip install 'livedream[{extra}]'"
    )


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_runtime_that_cannot_be_imported_is_told_with_the_way_out(
    trt: Any, monkeypatch: pytest.MonkeyPatch, flavour: Flavour
) -> None:
    module, extra = tensorrt_runtime.MODULE[flavour], tensorrt_runtime.EXTRA[flavour]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        EngineError, match=rf"{flavour} needs {module}, .*pip install 'livedream\[{extra}\]'$"
    ):
        require(flavour)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_that_there_is_no_gpu_is_told(trt: Any, monkeypatch: pytest.MonkeyPatch, flavour: Flavour) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        EngineError, match=rf"^the engine {flavour} needs an NVIDIA GPU, and torch 2\S+ finds none"
    ):
        require(flavour)


def test_a_gpu_that_tensorrt_rtx_does_not_know_is_told_with_the_way_out(
    trt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "H200")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (9, 0))
    with pytest.raises(EngineError, match=r"capability 9.0 of H200; pip install 'livedream\[tensorrt\]'"):
        require("tensorrt-rtx")
    require("tensorrt")


@pytest.mark.rtx
@pytest.mark.parametrize("name", ["SM75", "SM86", "SM89", "SM120"])
def test_the_real_runtime_names_compute_capabilities_as_expected(name: str) -> None:
    trt = pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    assert hasattr(trt.ComputeCapability, name)
    log = listener(trt)
    log.log(trt.ILogger.Severity.WARNING, "a remark")
    log.log(trt.ILogger.Severity.ERROR, "a fault\nin two lines")
    assert reason(log) == "a fault in two lines"
    assert trt.float32.name == "FLOAT"
    assert trt.int64.name == "INT64"


def test_the_reason_is_the_first_error_in_one_line_and_is_told_once(trt: Any) -> None:
    log, severity = listener(trt), trt.ILogger.Severity
    assert listener(trt) is log, "TensorRT goes on using the first that it was given"
    log.log(severity.WARNING, "a remark")
    log.log(severity.INTERNAL_ERROR, "a fault\nin two lines")
    log.log(severity.ERROR, "what came of it")
    assert reason(log) == "a fault in two lines"
    assert reason(log) == "TensorRT gave no reason"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_a_machine_has_is_told_without_importing_it(
    trt: Any, monkeypatch: pytest.MonkeyPatch, flavour: Flavour
) -> None:
    monkeypatch.setitem(sys.modules, tensorrt_runtime.MODULE[flavour], None)
    packages = tensorrt_runtime.DISTRIBUTIONS[flavour]
    assert tensorrt_runtime.versions(flavour) == tuple(f"{package} 1.2" for package in packages)
    assert tensorrt_runtime.gpu(flavour) == ("GeForce", "8.9")
