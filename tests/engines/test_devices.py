import ctypes
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines.devices import cuda_driver_present, load_torch_library, torch_device


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
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: [])
    assert torch_device() == device


@pytest.mark.parametrize(
    ("known", "capability", "device"),
    [
        (["sm_75", "sm_80", "sm_90a", "sm_120", "compute_120"], (6, 1), "cpu"),
        (["sm_75", "sm_80", "sm_90a", "sm_120", "compute_120"], (7, 5), "cuda"),
        (["sm_75", "sm_80", "sm_90a", "sm_120", "compute_120"], (13, 0), "cuda"),
        (["sm_50", "sm_60"], (6, 1), "cuda"),
        ([], (6, 1), "cuda"),
    ],
)
def test_a_card_that_torch_has_no_code_for_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
    loaded: list[str],
    known: list[str],
    capability: tuple[int, int],
    device: str,
) -> None:
    """It warns and lists it, and the first operation fails."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: known)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    assert torch_device() == device


def test_a_card_that_does_not_answer_is_told_of_when_it_is_used(
    monkeypatch: pytest.MonkeyPatch, loaded: list[str]
) -> None:
    import torch

    def lost() -> tuple[int, int]:
        raise RuntimeError("CUDA error: device unavailable")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_75"])
    monkeypatch.setattr(torch.cuda, "get_device_capability", lost)
    assert torch_device() == "cuda"


ALONE = """
import sys
from livedream.engines.devices import load_torch_library
load_torch_library()
load_torch_library()
assert "torch" not in sys.modules
with open("/proc/self/maps") as maps:
    print("libtorch_cpu" in maps.read())
import torch
print(torch.ones(2).sum().item())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has loaded is read from Linux's files")
def test_torch_s_library_is_loaded_before_torch() -> None:
    ran = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True", "2.0"]


@pytest.mark.parametrize(
    "spec", [None, SimpleNamespace(origin=None), SimpleNamespace(origin="/no/torch/__init__.py")]
)
def test_where_it_is_not_its_import_tells(monkeypatch: pytest.MonkeyPatch, spec: Any) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    load_torch_library()
