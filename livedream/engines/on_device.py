"""What engines that run on a torch device have in common: their way in and out for arrays."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.engines.engine import DeviceEngine, NumberFormat

TORCH_THREADS = torch.get_num_threads()
"""How many threads of the processor torch takes where nobody tells it otherwise.

It is asked for here, once: every number that is set, as for a stopgap, is from then on that of all threads
that begin, and an engine that one of those makes or looks up would have that number for good.
"""


@torch.inference_mode()
def run_arrays(engine: DeviceEngine, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Upload, run, download and wait: how an engine is checked, and run where pictures lie in memory."""
    tensors = [torch.from_numpy(np.ascontiguousarray(array)).to(engine.device) for array in inputs]
    output: NDArray[np.float32] = engine.call(tensors).to("cpu", copy=True).numpy()
    return output


def wait_for(device: torch.device) -> None:
    """Wait until a device has done all that it was given: a frame in flight may still use an engine."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def number_formats(device: str) -> tuple[NumberFormat, ...]:
    """List what to try on a device, first what is expected to be fastest.

    On a GPU half of the bytes is nearly half of the time.
    """
    return ("float16", "float32") if device == "cuda" else ("float32",)


def use_threads(count: int) -> None:
    """Set the number of torch's processor threads, for the calling thread and those that begin later."""
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)


def full_float32() -> AbstractContextManager[None]:
    """Return a context in which convolutions use full float32; by default cuDNN may round to TF32."""
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    return flags


def channels_last(module: nn.Module, repeated: str | None) -> nn.Module:
    """Lay out a module's convolutions channels last in memory, as tensor cores read them.

    repeated: as its program has it; there pictures come in. None: the weights alone are laid so.
    """
    if repeated is not None:
        module.get_submodule(repeated).register_forward_pre_hook(_first_channels_last)
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _first_channels_last(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    image, *rest = inputs
    return image.contiguous(memory_format=torch.channels_last), *rest


def named(kind: str, device: torch.device, number_format: str) -> str:
    """Name an engine for people: "eager", "compiled (cuda) float16"."""
    where = "" if device.type == "cpu" else f" ({device.type})"
    return f"{kind}{where}" + ("" if number_format == "float32" else f" {number_format}")
