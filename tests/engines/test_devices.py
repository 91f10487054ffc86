import ctypes
import importlib.util
import subprocess
import sys
from typing import Any

import pytest

from livedream.engines import devices
from livedream.engines.devices import candidates, cuda_driver_present, torch_device


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which library is looked for; it is there."""
    names: list[str] = []
    monkeypatch.setattr(ctypes, "CDLL", names.append)
    return names


@pytest.mark.parametrize(("platform", "library"), [("linux", "libcuda.so.1"), ("win32", "nvcuda.dll")])
def test_the_driver_s_library_is_looked_for_by_its_name_on_this_system(
    monkeypatch: pytest.MonkeyPatch, loaded: list[str], platform: str, library: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cuda_driver_present()
    assert loaded == [library]


def no_library(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")


def test_without_a_driver_torch_runs_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", no_library)
    assert not cuda_driver_present()
    assert torch_device() == "cpu"


@pytest.mark.parametrize(("available", "device"), [(True, "cuda"), (False, "cpu")])
def test_with_a_driver_torch_decides(
    monkeypatch: pytest.MonkeyPatch, loaded: list[str], available: bool, device: str
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert torch_device() == device


@pytest.mark.parametrize(
    ("device", "installed", "expected"),
    [
        ("cpu", "openvino", ("openvino", "compiled", "eager")),
        ("cpu", "", ("compiled", "eager")),
        ("cpu", "torch_tensorrt tensorrt", ("compiled", "eager")),
        ("cuda", "openvino", ("compiled", "captured", "eager")),
        ("cuda", "tensorrt_rtx onnx", ("compiled", "captured", "eager")),
        ("cuda", "tensorrt_rtx onnx onnxscript", ("tensorrt-rtx", "compiled", "captured", "eager")),
        ("cuda", "torch_tensorrt tensorrt", ("tensorrt", "compiled", "captured", "eager")),
    ],
)
def test_the_fastest_that_there_is_comes_first_and_eager_last(
    monkeypatch: pytest.MonkeyPatch, device: str, installed: str, expected: tuple[str, ...]
) -> None:
    found: dict[str, Any] = dict.fromkeys(installed.split(), object())
    monkeypatch.setattr(devices, "torch_device", lambda: device)
    monkeypatch.setattr(importlib.util, "find_spec", found.get)
    assert candidates() == expected


def test_finding_out_loads_no_engine() -> None:
    code = (
        "import ctypes, sys\n"
        "def no_library(name): raise OSError(name)\n"
        "ctypes.CDLL = no_library\n"
        "from livedream.engines.devices import candidates\n"
        "assert candidates()[-1] == 'eager'\n"
        "assert not {'torch', 'openvino'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
