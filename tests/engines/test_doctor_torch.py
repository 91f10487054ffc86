from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import doctor_torch
from livedream.engines.doctor_torch import Torch, compiled_engine, cuda_usable, eager_engine, installed_torch

Machine = Callable[..., None]

CPU = Torch("2.13.0+cpu", "")
CUDA = Torch("2.13.0+cu130", "13.0")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """Set up a machine in words: its torch, its driver's CUDA, the programs and modules that it has."""

    def set_up(
        torch: Torch,
        driver: tuple[int, int] | None = None,
        programs: Sequence[str] = (),
        modules: Sequence[str] = (),
        headers: bool = True,
        tools: bool = True,
    ) -> None:
        if headers:
            (tmp_path / "Python.h").touch()
        for variable in ("CC", "CXX"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setattr(doctor_torch, "installed_torch", lambda: torch)
        monkeypatch.setattr(doctor_torch, "driver_cuda", lambda: driver)
        monkeypatch.setattr(doctor_torch, "_command_line_tools", lambda: tools)
        monkeypatch.setattr(doctor_torch.shutil, "which", lambda name: name if name in programs else None)
        monkeypatch.setattr(doctor_torch.sysconfig, "get_path", lambda _: str(tmp_path))
        monkeypatch.setattr(
            doctor_torch.importlib.util, "find_spec", lambda name: name if name in modules else None
        )

    return set_up


class TestInstalledTorch:
    def test_the_version_is_the_distribution_s(self) -> None:
        assert (
            installed_torch().version.partition("+")[0]
            == importlib.metadata.version("torch").partition("+")[0]
        )

    @pytest.mark.parametrize(
        ("text", "torch"),
        [
            ("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\n", Torch("2.13.0+cpu", "")),
            ("__version__ = '2.13.0+cu130'\ncuda: Optional[str] = '13.0'\n", Torch("2.13.0+cu130", "13.0")),
            ("__version__ = '2.6.0'\ncuda = '12.4'\n", Torch("2.6.0", "12.4")),
            ("nothing\n", Torch("of unknown version", "")),
        ],
    )
    def test_it_is_read_from_a_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, torch: Torch
    ) -> None:
        (tmp_path / "version.py").write_text(text)
        spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
        assert installed_torch() == torch

    def test_no_torch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
        with pytest.raises(ModuleNotFoundError, match="torch"):
            installed_torch()


class TestCuda:
    @pytest.mark.parametrize(
        ("torch", "driver", "usable", "how"),
        [
            (CPU, None, False, ""),
            (CUDA, None, False, ""),
            (CPU, (13, 0), False, "built without CUDA"),
            (CUDA, (12, 8), False, "needs CUDA 13.0, but the NVIDIA driver supports 12.8"),
            (CUDA, (13, 0), True, ""),
            (Torch("2.13.0+cu126", "12.6"), (13, 1), True, ""),
        ],
    )
    def test_driver_and_torch_must_fit(
        self, machine: Machine, torch: Torch, driver: tuple[int, int] | None, usable: bool, how: str
    ) -> None:
        machine(torch, driver)
        answer = cuda_usable(torch)
        assert answer[0] is usable
        assert how in answer[1]
        assert bool(how) == bool(answer[1])

    def test_the_driver_s_number_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def version(pointer: Any) -> int:
            pointer._obj.value = 12080
            return 0

        monkeypatch.setattr(
            doctor_torch.ctypes, "CDLL", lambda _: SimpleNamespace(cuDriverGetVersion=version)
        )
        assert doctor_torch.driver_cuda() == (12, 8)

    def test_no_driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def load(name: str) -> None:
            raise OSError(name)

        monkeypatch.setattr(doctor_torch.ctypes, "CDLL", load)
        assert doctor_torch.driver_cuda() is None


class TestEager:
    def test_on_the_processor(self, machine: Machine) -> None:
        machine(CPU)
        assert eager_engine().message == "torch 2.13.0+cpu on the processor"

    def test_on_cuda(self, machine: Machine) -> None:
        machine(CUDA, (13, 0))
        assert eager_engine().message == "torch 2.13.0+cu130 on CUDA 13.0"

    def test_found_but_not_on_the_card_that_is_there(self, machine: Machine) -> None:
        machine(CPU, (13, 0))
        health = eager_engine()
        assert health.ok
        assert "pytorch.org" in health.remedy


class TestCompiled:
    @pytest.mark.parametrize(
        ("system", "compiler"), [("linux", "g++"), ("darwin", "clang++"), ("win32", "cl")]
    )
    def test_the_processor_needs_the_system_s_compiler(
        self, machine: Machine, system: str, compiler: str
    ) -> None:
        machine(CPU, programs=[compiler])
        assert compiled_engine(system).message == f"torch 2.13.0+cpu, compiled by {compiler}"

    @pytest.mark.parametrize(
        ("system", "how"), [("linux", "apt install g++"), ("darwin", "xcode-select"), ("win32", "winget")]
    )
    def test_no_compiler(self, machine: Machine, system: str, how: str) -> None:
        machine(CPU)
        health = compiled_engine(system)
        assert health.state == "failed"
        assert how in health.remedy

    def test_a_compiler_of_one_s_own_choice(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        machine(CPU, programs=["clang++-16"])
        monkeypatch.setenv("CXX", "clang++-16")
        assert compiled_engine("linux").ok

    def test_macos_without_its_command_line_tools(self, machine: Machine) -> None:
        machine(CPU, programs=["clang++"], tools=False)
        assert compiled_engine("darwin").remedy == "xcode-select --install"

    def test_python_s_headers_are_needed(self, machine: Machine) -> None:
        machine(CPU, programs=["g++"], headers=False)
        health = compiled_engine("linux")
        assert health.state == "failed"
        assert f"python{sys.version_info[0]}.{sys.version_info[1]}-dev" in health.remedy

    @pytest.mark.parametrize(("system", "package"), [("linux", "triton"), ("win32", "triton-windows")])
    def test_cuda_needs_triton(self, machine: Machine, system: str, package: str) -> None:
        machine(CUDA, (13, 0), programs=["gcc"])
        assert compiled_engine(system).remedy.endswith(f" {package}")
        machine(CUDA, (13, 0), programs=["gcc"], modules=["triton"])
        assert compiled_engine(system).message.endswith("compiled by Triton")

    def test_triton_needs_a_c_compiler_except_on_windows(self, machine: Machine) -> None:
        machine(CUDA, (13, 0), modules=["triton"])
        assert compiled_engine("linux").message == "Triton needs a C compiler"
        assert compiled_engine("win32").ok


def test_macos_is_asked_for_its_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command == ["xcode-select", "-p"]
        return subprocess.CompletedProcess(command, 2)

    monkeypatch.setattr(doctor_torch.subprocess, "run", run)
    assert doctor_torch._command_line_tools() is False
