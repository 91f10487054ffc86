"""Which engines this machine can have, found out without loading any of them."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from typing import Literal

EngineName = Literal["openvino", "tensorrt", "tensorrt-rtx", "compiled", "captured", "eager"]

NEEDS: dict[EngineName, tuple[str, ...]] = {
    "tensorrt": ("torch_tensorrt", "tensorrt"),
    "tensorrt-rtx": ("tensorrt_rtx", "onnx", "onnxscript"),
    "openvino": ("openvino",),
}
"""The packages that an engine needs besides torch."""

ON_CUDA: tuple[EngineName, ...] = ("tensorrt", "tensorrt-rtx", "compiled", "captured", "eager")
ON_PROCESSOR: tuple[EngineName, ...] = ("openvino", "compiled", "eager")
"""The engines for "auto", the one expected to be fastest first."""


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
    """List the engines for "auto" whose packages are installed, the one expected to be fastest first."""
    names = ON_CUDA if torch_device() == "cuda" else ON_PROCESSOR
    return tuple(name for name in names if all(map(importlib.util.find_spec, NEEDS.get(name, ()))))
