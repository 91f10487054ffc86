"""Where engines can run, found out without loading any of them."""

from __future__ import annotations

import ctypes
import sys
from typing import Literal

Device = Literal["cpu", "cuda"]
"""A device of torch's."""


def cuda_driver_present() -> bool:
    """Return whether an NVIDIA driver is installed."""
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def torch_device() -> Device:
    """Choose the device for torch; loads torch only if there is an NVIDIA driver."""
    if not cuda_driver_present():
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
