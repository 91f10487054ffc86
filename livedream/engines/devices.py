"""Where engines can run, found out without loading any of them."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
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


def load_torch_library() -> None:
    """Load the largest of torch's libraries while all other threads go on; if that fails, its import tells.

    An import holds Python's lock while it loads a library, which for this one takes a third of a second in
    which a show stands still; a function that is called through ctypes does not.
    """
    if "torch" in sys.modules or sys.platform == "win32":
        return
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    name = "libtorch_cpu.dylib" if sys.platform == "darwin" else "libtorch_cpu.so"
    load = ctypes.CDLL(None).dlopen
    load.argtypes, load.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    load(os.fsencode(Path(spec.origin).parent / "lib" / name), os.RTLD_NOW)


def torch_device() -> Device:
    """Choose the device for torch; loads torch only if there is an NVIDIA driver."""
    if not cuda_driver_present():
        return "cpu"
    load_torch_library()
    import torch

    return "cuda" if torch.cuda.is_available() and not _is_too_old(torch.cuda) else "cpu"


def _is_too_old(cuda: ModuleType) -> bool:
    """Return whether this torch has no code for the card, as for a GTX 10: it lists the card all the same."""
    known = [int("".join(filter(str.isdigit, name))) for name in cuda.get_arch_list()]
    try:
        major, minor = cuda.get_device_capability() if known else (0, 0)
    except RuntimeError:  # a card that does not answer says so when it is used
        return False
    return bool(known) and 10 * major + minor < min(known)
