"""torch.compile: faster than eager wherever torch finds a compiler for the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.engines.engine import NumberFormat, Program
from livedream.errors import EngineError


def _of_its_own(module: nn.Module) -> Callable[..., Tensor]:
    """Wrap a module in a function whose code no other engine shares.

    torch counts compilations by code and refuses after a few, so a show that rebuilds its engines
    all evening would end up without one.
    """

    def call(*inputs: Tensor) -> Tensor:
        output: Tensor = module(*inputs)
        return output

    return FunctionType(call.__code__.replace(), call.__globals__, closure=call.__closure__)


class CompiledEngine:
    """Runs a program's module compiled by torch's inductor.

    device: "cpu" (needs a C++ compiler) or "cuda" (needs Triton). Building takes up to a minute.
    Raises EngineError with the compiler's reason.
    """

    number_format: NumberFormat = "float32"

    def __init__(self, program: Program, device: str = "cpu") -> None:
        self.name = "compiled" if device == "cpu" else f"compiled ({device})"
        self._device = torch.device(device)
        module = program.make().to(self._device)
        self._call = torch.compile(_of_its_own(module), fullgraph=True, dynamic=False)
        try:
            self.run(program.example())
        except Exception as fault:  # inductor raises whatever its back ends raise
            reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
            raise EngineError(f"torch.compile cannot build the kernel for {device}: {reason}") from fault

    @torch.inference_mode()
    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run the compiled module once."""
        tensors = [torch.from_numpy(np.ascontiguousarray(array)).to(self._device) for array in inputs]
        output: NDArray[np.float32] = self._call(*tensors).cpu().numpy()
        return output

    def close(self) -> None:
        """Let go of the compiled code."""
        self._call = torch.nn.Identity()
