import ctypes
import sys

import pytest

from livedream.engines.devices import cuda_driver_present, torch_device


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
