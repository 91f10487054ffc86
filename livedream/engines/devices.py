"""Which engines this machine can have, found out without loading any of them."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from typing import Literal

EngineName = Literal["eager", "openvino", "compiled"]

ENGINE_NAMES: tuple[EngineName, ...] = ("openvino", "compiled", "eager")


def cuda_driver_present() -> bool:
    """Tell whether an NVIDIA driver is installed."""
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def torch_device() -> Literal["cpu", "cuda"]:
    """Choose the device for torch; loads torch only if there is an NVIDIA driver."""
    if not cuda_driver_present():
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def candidates() -> tuple[EngineName, ...]:
    """List the engines for "auto", the one expected to be fastest first."""
    if torch_device() == "cuda":
        return ("compiled", "eager")
    return ENGINE_NAMES if importlib.util.find_spec("openvino") else ("compiled", "eager")
