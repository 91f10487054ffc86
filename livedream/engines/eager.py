"""The reference engine: torch, operation by operation, on the CPU or a CUDA device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.engines.engine import NumberFormat, Program
from livedream.engines.on_device import TORCH_THREADS, named, run_arrays, use_threads


class EagerEngine:
    """Runs a program's module as it is.

    device: "cpu" or "cuda". threads: of the processor, >= 1; None: as many as torch takes.
    """

    number_format: NumberFormat = "float32"

    def __init__(self, program: Program, device: str = "cpu", threads: int | None = None) -> None:
        self._threads = threads or TORCH_THREADS
        self.device = torch.device(device)
        self.name = named("eager", self.device, self.number_format)
        self._module: nn.Module = program.make().to(self.device)

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the module once."""
        use_threads(self._threads)
        output: Tensor = self._module(*inputs)
        return output

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run the module once on arrays."""
        return run_arrays(self, inputs)

    def close(self) -> None:
        """Release the weights."""
        self._module = nn.Identity()
