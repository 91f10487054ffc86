"""Eager torch as one captured CUDA graph: no operation waits for Python any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livedream.engines.engine import NumberFormat, Program
from livedream.engines.on_device import channels_last, named, run_arrays, wait_for
from livedream.errors import EngineError

WARM_UP_RUNS = 3
"""Runs before the capture, in which libraries choose their algorithms and take their memory."""


class CapturedEngine:
    """Replays the CUDA graph of a program's module. Raises EngineError if it cannot be captured."""

    def __init__(self, program: Program, device: str, number_format: NumberFormat = "float32") -> None:
        self.device, self.number_format = torch.device(device), number_format
        self.name = named("captured", self.device, number_format)
        module = channels_last(program.make(number_format).to(self.device), program.repeated)
        example = [torch.from_numpy(array).to(self.device) for array in program.example()]
        try:
            self._replay: Callable[[Sequence[Tensor]], Tensor] = capture(module, example)
        except RuntimeError as fault:
            reason = str(fault).strip().splitlines()[0]
            raise EngineError(f"the kernel cannot be captured as a CUDA graph: {reason}") from fault

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Replay the graph once; the next call writes over its output."""
        return self._replay(inputs)

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Replay the graph once on arrays."""
        return run_arrays(self, inputs)

    def close(self) -> None:
        """Release the graph and its memory, once no frame uses them."""
        wait_for(self.device)
        self._replay = _closed


@torch.inference_mode()
def capture(module: Callable[..., Tensor], example: Sequence[Tensor]) -> Callable[[Sequence[Tensor]], Tensor]:
    """Capture a module's operations on inputs like `example`; return what replays them on others.

    The inputs are copied to where the graph reads, and its output stays where the graph writes.
    """
    held = [tensor.clone() for tensor in example]
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side), _fastest():
        for _ in range(WARM_UP_RUNS):
            module(*held)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    # Only this thread must keep from what a capture forbids: the show goes on in another.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"), _fastest():
        output = module(*held)

    def replay(inputs: Sequence[Tensor]) -> Tensor:
        for target, given in zip(held, inputs, strict=True):
            target.copy_(given, non_blocking=True)
        graph.replay()
        return output

    return replay


def _fastest() -> AbstractContextManager[None]:
    """Return a context in which cuDNN tries its algorithms and takes the fastest, in TF32 for float32."""
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=True, allow_tf32=True
    )
    return flags


def _closed(_: Sequence[Tensor]) -> Tensor:
    raise RuntimeError("the engine is closed")
