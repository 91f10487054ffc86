"""torch.compile: faster than eager wherever torch finds a compiler for the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.engines.captured import capture
from livedream.engines.engine import NumberFormat, Program
from livedream.engines.on_device import channels_last, named, run_arrays, wait_for
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
    """Runs a module compiled by torch's inductor: the part that it repeats, if it names one, else all.

    Unrolled, 4 octaves of 10 steps would be forty gradients to compile; the part is one for each size.

    device: "cpu" (needs a C++ compiler) or "cuda" (needs Triton), where what is compiled is captured as
    a CUDA graph besides. Building takes up to a minute. Raises EngineError with the compiler's reason.
    """

    def __init__(
        self, program: Program, device: str = "cpu", number_format: NumberFormat = "float32"
    ) -> None:
        self.device, self.number_format = torch.device(device), number_format
        self.name = named("compiled", self.device, number_format)
        module = program.make(number_format).to(self.device)
        if self.device.type == "cuda":
            module = channels_last(module)
        self._call: Callable[..., Tensor] = _compiled(module)
        try:
            self.run(program.example())
            if self.device.type == "cuda":
                self._call = _captured(self._call, program, self.device)
        except Exception as fault:  # inductor raises whatever its back ends raise
            reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
            raise EngineError(f"torch.compile cannot build the kernel for {device}: {reason}") from fault

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the compiled module once; on CUDA the next call writes over its output."""
        return self._call(*inputs)

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run the compiled module once on arrays."""
        return run_arrays(self, inputs)

    def close(self) -> None:
        """Let go of the compiled code, once no frame uses it."""
        wait_for(self.device)
        self._call = torch.nn.Identity()


class _Part(nn.Module):
    """A compiled part in the place of the one that it was compiled from."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self._call = torch.compile(_of_its_own(part), fullgraph=True, dynamic=False)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Run it."""
        output: Tensor = self._call(*inputs)
        return output


def _compiled(module: nn.Module) -> Callable[..., Tensor]:
    repeated = getattr(module, "repeated", None)
    if not isinstance(repeated, nn.Module):
        return _Part(module)
    module.repeated = _Part(repeated)
    return module


def _captured(call: Callable[..., Tensor], program: Program, device: torch.device) -> Callable[..., Tensor]:
    """Capture what is compiled: replaying spares the launch of each of its hundreds of kernels."""
    replay = capture(call, [torch.from_numpy(array).to(device) for array in program.example()])
    return lambda *inputs: replay(inputs)
