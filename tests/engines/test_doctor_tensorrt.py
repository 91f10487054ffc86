from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Callable

import pytest

from livedream.engines import doctor_tensorrt, doctor_torch
from livedream.engines.doctor_tensorrt import RTX as RTX_NAME
from livedream.engines.doctor_tensorrt import TENSORRT as TENSORRT_NAME
from livedream.engines.doctor_tensorrt import is_of_use, rtx_engine, tensorrt_engine, version
from livedream.engines.doctor_torch import Torch

Machine = Callable[..., None]

CPU = Torch("2.13.0+cpu", "")
CUDA = Torch("2.13.0+cu130", "13.0")
TENSORRT = {"torch-tensorrt": "2.13.0", "tensorrt": "11.0.0.1"}
RTX = {"tensorrt-rtx": "1.7.1.116", "onnx": "1.23.2", "onnxscript": "0.7.2"}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Set up a machine in words: what is installed, its torch, its driver's CUDA."""

    def set_up(
        installed: dict[str, str], torch: Torch = CUDA, driver: tuple[int, int] | None = (13, 0)
    ) -> None:
        monkeypatch.setattr(doctor_tensorrt, "version", lambda name: installed.get(name, ""))
        monkeypatch.setattr(doctor_torch, "installed_torch", lambda: torch)
        monkeypatch.setattr(doctor_torch, "driver_cuda", lambda: driver)

    return set_up


class TestWhichAreLookedAt:
    @pytest.mark.parametrize(
        ("installed", "driver", "names"),
        [
            ({}, None, []),
            ({}, (13, 0), ["engine tensorrt", "engine tensorrt-rtx"]),
            (TENSORRT, None, ["engine tensorrt"]),
            (RTX, None, ["engine tensorrt-rtx"]),
            (RTX, (13, 0), ["engine tensorrt", "engine tensorrt-rtx"]),
        ],
    )
    def test_with_a_driver_both_else_what_is_installed(
        self, machine: Machine, installed: dict[str, str], driver: tuple[int, int] | None, names: list[str]
    ) -> None:
        machine(installed, driver=driver)
        of_use = {"engine tensorrt": TENSORRT_NAME, "engine tensorrt-rtx": RTX_NAME}
        assert [engine for engine, library in of_use.items() if is_of_use(library)] == names


class TestTensorrt:
    def test_found_with_its_versions(self, machine: Machine) -> None:
        machine(TENSORRT)
        health = tensorrt_engine()
        assert health.ok
        assert health.message == "torch-tensorrt 2.13.0, TensorRT 11.0.0.1, torch 2.13.0+cu130"
        assert not health.remedy

    def test_not_installed(self, machine: Machine) -> None:
        machine({})
        health = tensorrt_engine()
        assert health.state == "failed"
        assert health.remedy.startswith('python -m pip install "livedream[tensorrt]"\n')
        assert "livedream[rtx]" in health.remedy

    def test_the_other_one_is_enough(self, machine: Machine) -> None:
        machine(RTX)
        health = tensorrt_engine()
        assert "one of the two is enough" in health.message
        assert 'pip install "livedream[tensorrt]"' in health.remedy

    @pytest.mark.parametrize("own", ["2.12.1", "2.14.0", "3.13.0"])
    def test_one_for_another_torch(self, machine: Machine, own: str) -> None:
        machine(TENSORRT | {"torch-tensorrt": own})
        health = tensorrt_engine()
        assert health.state == "failed"
        assert f"needs torch {own[:4]}, but torch 2.13.0+cu130 is installed" in health.message
        assert "--upgrade" in health.remedy

    def test_another_patch_of_the_same_series_fits(self, machine: Machine) -> None:
        machine(TENSORRT | {"torch-tensorrt": "2.13.1+cu130"})
        assert tensorrt_engine().ok

    def test_without_tensorrt_itself(self, machine: Machine) -> None:
        machine({"torch-tensorrt": "2.13.0"})
        health = tensorrt_engine()
        assert health.state == "failed"
        assert "TensorRT missing" in health.message
        assert "livedream[tensorrt]" in health.remedy

    def test_tensorrt_may_come_under_the_name_of_its_cuda(self, machine: Machine) -> None:
        machine({"torch-tensorrt": "2.13.0", "tensorrt-cu13": "11.0.0.1"})
        assert tensorrt_engine().ok


class TestRtx:
    def test_found_with_its_versions(self, machine: Machine) -> None:
        machine(RTX)
        health = rtx_engine()
        assert health.ok
        assert health.message.startswith("tensorrt-rtx 1.7.1.116, onnx 1.23.2, onnxscript 0.7.2")

    def test_not_installed(self, machine: Machine) -> None:
        machine({})
        health = rtx_engine()
        assert health.state == "failed"
        assert health.remedy.startswith('python -m pip install "livedream[rtx]"\n')
        assert "livedream[tensorrt]" in health.remedy

    @pytest.mark.parametrize("missing", ["onnx", "onnxscript"])
    def test_what_hands_it_a_network_is_missing(self, machine: Machine, missing: str) -> None:
        machine(RTX | {missing: ""})
        health = rtx_engine()
        assert health.state == "failed"
        assert f"{missing} missing" in health.message
        assert "livedream[rtx]" in health.remedy


@pytest.mark.parametrize(("look", "installed"), [(tensorrt_engine, TENSORRT), (rtx_engine, RTX)])
class TestBoth:
    @pytest.mark.parametrize(
        ("torch", "driver", "told"),
        [
            (CPU, (13, 0), ("torch cannot use the NVIDIA card", "pytorch.org")),
            (CUDA, (12, 8), ("torch cannot use the NVIDIA card", "update the driver")),
            (CUDA, None, ("there is no NVIDIA driver", "install its driver")),
        ],
    )
    def test_torch_and_the_driver_must_fit(
        self,
        machine: Machine,
        look: Callable[[], doctor_torch.Health],
        installed: dict[str, str],
        torch: Torch,
        driver: tuple[int, int] | None,
        told: tuple[str, str],
    ) -> None:
        machine(installed, torch, driver)
        health = look()
        assert health.state == "failed"
        assert told[0] in health.message
        assert told[1] in health.remedy

    def test_both_at_once_are_told(
        self, machine: Machine, look: Callable[[], doctor_torch.Health], installed: dict[str, str]
    ) -> None:
        machine(TENSORRT | RTX)
        health = look()
        other = "tensorrt-rtx" if installed is TENSORRT else "torch-tensorrt"
        assert "the two conflict" in health.message
        assert health.remedy.endswith(f"python -m pip uninstall {other}")


def test_versions_are_the_distributions() -> None:
    assert version("numpy") == importlib.metadata.version("numpy")
    assert version("no-such-distribution-here") == ""


def test_nothing_of_them_is_loaded() -> None:
    program = (
        "import sys; from livedream.cli.doctor import engine_checks;"
        "from livedream.engines.doctor_tensorrt import rtx_engine, tensorrt_engine;"
        "engine_checks(), rtx_engine(), tensorrt_engine();"
        "assert not {'torch', 'torch_tensorrt', 'tensorrt', 'tensorrt_rtx', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
