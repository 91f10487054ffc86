import sys
from typing import Any

import pytest

from livedream.engines import adapters, doctor_gpu, onnxruntime_kinds, openvino_device
from livedream.engines.adapters import Adapter
from livedream.errors import EngineError

RADEON = Adapter("Radeon RX 7600", "discrete", "1")


def machine(
    monkeypatch: pytest.MonkeyPatch,
    found: Adapter | None,
    version: str,
    fault: str = "",
    trial: str = "taken",
) -> None:
    """Play a machine: adapter, version of ONNX Runtime, what is wrong with it, what a trial says."""

    def require(_: Any) -> Any:
        if fault:
            raise EngineError(fault)

    monkeypatch.setattr(adapters, "adapter", lambda: found)
    monkeypatch.setattr(adapters, "asked", lambda _: trial)
    monkeypatch.setattr(onnxruntime_kinds, "installed_runtime", lambda: version)
    monkeypatch.setattr(onnxruntime_kinds, "require", require)
    monkeypatch.setattr(onnxruntime_kinds, "runtime", require)


@pytest.mark.parametrize("name", ["webgpu", "coreml"])
def test_the_adapter_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    machine(monkeypatch, RADEON, "1.27.0")
    health = doctor_gpu.onnxruntime_engine(name)
    assert health.ok
    assert health.message == "ONNX Runtime 1.27.0 on Radeon RX 7600"


def test_what_is_not_installed_comes_with_the_adapter_that_it_would_run_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, RADEON, "")
    health = doctor_gpu.onnxruntime_engine("webgpu")
    assert not health.ok
    assert health.message == "graphics adapter Radeon RX 7600; onnxruntime-webgpu is not installed"
    assert health.remedy.startswith("pip install 'livedream[webgpu]'")


def test_what_is_wrong_comes_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, None, "1.27.0", "the engine webgpu needs a graphics adapter; install its driver")
    health = doctor_gpu.onnxruntime_engine("webgpu")
    assert not health.ok
    assert health.message == "no graphics adapter; the engine webgpu needs a graphics adapter"
    assert health.remedy == "install its driver"


@pytest.mark.parametrize(
    ("trial", "why"),
    [("No supported adapters", "No supported adapters"), ("", "its driver crashes or hangs")],
)
def test_an_adapter_that_is_not_taken_is_told(monkeypatch: pytest.MonkeyPatch, trial: str, why: str) -> None:
    machine(monkeypatch, RADEON, "1.27.0", trial=trial)
    health = doctor_gpu.onnxruntime_engine("webgpu")
    assert not health.ok
    assert health.message == f"graphics adapter Radeon RX 7600; ONNX Runtime 1.27.0 does not take it: {why}"
    assert "driver" in health.remedy


@pytest.mark.parametrize(
    ("found", "version", "is_of_use"),
    [
        (RADEON, "", True),
        (None, "1.27.0", True),
        (None, "", False),
        (Adapter("llvmpipe", "software"), "", False),
    ],
)
def test_webgpu_is_reported_where_it_is_installed_or_could_help(
    monkeypatch: pytest.MonkeyPatch, found: Adapter | None, version: str, is_of_use: bool
) -> None:
    machine(monkeypatch, found, version)
    assert doctor_gpu.is_webgpu_of_use() == is_of_use


@pytest.mark.parametrize(("system", "is_of_use"), [("darwin", True), ("linux", False), ("win32", False)])
def test_core_ml_is_reported_on_a_mac(monkeypatch: pytest.MonkeyPatch, system: str, is_of_use: bool) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert doctor_gpu.is_coreml_of_use() == is_of_use


@pytest.mark.parametrize("name", ["openvino-gpu", "openvino-npu"])
def test_devices_of_openvino_are_reported_where_they_are(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    arc = Adapter("Intel Arc", "integrated", "OpenVINO 2026.4")
    monkeypatch.setattr(openvino_device, "find", lambda engine: arc)
    assert doctor_gpu.is_openvino_of_use(name)
    assert doctor_gpu.openvino_engine(name).message == "OpenVINO 2026.4 on Intel Arc"

    def none(_: str) -> Any:
        raise EngineError("there is none")

    monkeypatch.setattr(openvino_device, "find", none)
    assert not doctor_gpu.is_openvino_of_use(name)
