"""The doctor's look at torch and at what torch.compile needs.

torch itself is not loaded, which would take seconds: what it is lies in a file.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

from livedream.health import Health

_COMPILER_HOW = {
    "linux": "sudo apt install g++\n(elsewhere: the package that has g++)",
    "darwin": "xcode-select --install",
    "win32": (
        "winget install Microsoft.VisualStudio.2022.BuildTools --override "
        '"--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"\n'
        "Then start livedream from the x64 Native Tools Command Prompt."
    ),
}
_TRITON_HOW = {"linux": "python -m pip install triton", "win32": "python -m pip install triton-windows"}
_PYTHON_H_HOW = {"linux": f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-dev"}


class Torch(NamedTuple):
    """The torch that is installed; cuda: the version that it was built for, "" if for none."""

    version: str
    cuda: str


def eager_engine() -> Health:
    """Check torch's version and the device that it uses."""
    torch = installed_torch()
    usable, how = cuda_usable(torch)
    where = f"CUDA {torch.cuda}" if usable else "the processor"
    return Health("live", f"torch {torch.version} on {where}", how)


def compiled_engine(system: str = sys.platform) -> Health:
    """Check whether torch.compile finds what it needs: Triton for CUDA, else a C++ compiler."""
    torch = installed_torch()
    usable, _ = cuda_usable(torch)
    fault = _triton_fault(system) if usable else _compiler_fault(_cxx(system), system)
    fault = fault or _python_h_fault(system)
    if fault is not None:
        return fault
    return Health("live", f"torch {torch.version}, compiled by {'Triton' if usable else _cxx(system)}")


def captured_engine() -> Health:
    """Check whether this torch can capture graphs on an NVIDIA card."""
    torch = installed_torch()
    usable, how = cuda_usable(torch)
    if usable:
        return Health("live", f"torch {torch.version} on CUDA {torch.cuda}")
    return Health("failed", "it needs an NVIDIA card and a torch with CUDA", how)


def installed_torch() -> Torch:
    """Read which torch is installed. Raises ModuleNotFoundError or OSError."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    text = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    version, cuda = (
        re.search(rf"^{name}\b[^=\n]*= *'([^']+)'", text, re.MULTILINE) for name in ("__version__", "cuda")
    )
    return Torch(version[1] if version else "of unknown version", cuda[1] if cuda else "")


def cuda_usable(torch: Torch) -> tuple[bool, str]:
    """Return whether this torch can use the NVIDIA driver, and if not, how to fix it."""
    driver = driver_cuda()
    if driver is None:
        return False, ""
    if not torch.cuda:
        return False, (
            "There is an NVIDIA driver, but this torch was built without CUDA; "
            "get one with: https://pytorch.org/get-started/locally"
        )
    if driver[0] < int(torch.cuda.partition(".")[0]):
        return False, (
            f"This torch needs CUDA {torch.cuda}, but the NVIDIA driver supports {driver[0]}.{driver[1]}; "
            "update the driver: https://www.nvidia.com/drivers"
        )
    return True, ""


def driver_cuda() -> tuple[int, int] | None:
    """Ask the NVIDIA driver for the newest CUDA that it knows; None if there is no driver."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return None
    version = ctypes.c_int(0)
    driver.cuDriverGetVersion(ctypes.byref(version))
    return version.value // 1000, version.value % 1000 // 10


def _triton_fault(system: str) -> Health | None:
    """Return what Triton lacks; it compiles its launchers with a C compiler, on Windows with its own."""
    if importlib.util.find_spec("triton") is None:
        return Health("failed", "torch.compile needs Triton for CUDA", _TRITON_HOW.get(system, ""))
    if system == "win32" or any(
        shutil.which(name) for name in (os.environ.get("CC"), "gcc", "clang") if name
    ):
        return None
    return Health("failed", "Triton needs a C compiler", _COMPILER_HOW.get(system, ""))


def _cxx(system: str) -> str:
    """Name the C++ compiler that torch.compile takes."""
    return os.environ.get("CXX") or {"win32": "cl", "darwin": "clang++"}.get(system, "g++")


def _compiler_fault(name: str, system: str) -> Health | None:
    if shutil.which(name) is None or (system == "darwin" and not _command_line_tools()):
        return Health("failed", f"torch.compile needs the C++ compiler {name}", _COMPILER_HOW.get(system, ""))
    return None


def _command_line_tools() -> bool:
    """Return whether macOS has its command line tools: without them, clang++ only offers to install them."""
    answer = subprocess.run(["xcode-select", "-p"], capture_output=True, check=False, timeout=3.0)
    return answer.returncode == 0


def _python_h_fault(system: str) -> Health | None:
    folder = Path(sysconfig.get_path("include"))
    if (folder / "Python.h").is_file():
        return None
    how = _PYTHON_H_HOW.get(system, "Install Python again, with its headers.")
    return Health("failed", f"torch.compile needs Python's headers, and {folder} has none", how)
