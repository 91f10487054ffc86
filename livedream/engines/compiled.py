"""torch.compile: faster than eager wherever torch finds a compiler for the device.

Compiling takes up to minutes, so a process of its own does it (`Build`) and leaves in the cache what
torch keeps on disk; with that the show's process traces the module again, which takes seconds, and
compiles nothing. AOTInductor would spare the tracing too, but on CUDA it needs NVIDIA's whole toolkit.
"""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.engines.build_process import BuildProcess
from livedream.engines.cache import EngineCache, Entry
from livedream.engines.captured import capture
from livedream.engines.engine import Check, NumberFormat, Program, recipe
from livedream.engines.inductor import kept_in, unpack
from livedream.engines.on_device import (
    TORCH_THREADS,
    channels_last,
    named,
    number_formats,
    run_arrays,
    use_threads,
    wait_for,
)
from livedream.errors import EngineError, EngineMissingError

OWN_CODE = ("compiled.py", "build_compiled.py", "inductor.py", "captured.py", "on_device.py")

TRITON = ("triton", "triton-windows")
"""The names that Triton is installed under."""


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
    a CUDA graph besides. threads: of the processor, >= 1, for which it is compiled. Takes up to minutes, or
    seconds for what torch keeps on disk. Raises EngineError with the compiler's reason.
    """

    def __init__(
        self,
        program: Program,
        device: str = "cpu",
        number_format: NumberFormat = "float32",
        threads: int = TORCH_THREADS,
    ) -> None:
        self.device, self.number_format = torch.device(device), number_format
        self.name = named("compiled", self.device, number_format)
        self._threads = threads
        module = program.make(number_format).to(self.device)
        if self.device.type == "cuda":
            module = channels_last(module, program.repeated)
        self._call: Callable[..., Tensor] = _compiled(module, program.repeated)
        try:
            self.run(program.example())
            if self.device.type == "cuda":
                self._call = _captured(self._call, program, self.device)
        except Exception as fault:  # inductor raises whatever its back ends raise
            raise _told(fault, device) from fault

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the compiled module once; on CUDA the next call writes over its output."""
        use_threads(self._threads)  # with another number torch compiles anew, there and then
        return self._call(*inputs)

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run the compiled module once on arrays."""
        return run_arrays(self, inputs)

    def close(self) -> None:
        """Release the compiled code, once no frame uses it."""
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


def _compiled(module: nn.Module, repeated: str | None) -> Callable[..., Tensor]:
    if repeated is None:
        return _Part(module)
    part = module.get_submodule(repeated)
    compiled = _Part(part)
    # Whoever runs it may hold it, too: each octave's steps do.
    for owner in list(module.modules()):
        for name in [name for name, child in owner.named_children() if child is part]:
            owner.set_submodule(name, compiled)
    return module


def _captured(call: Callable[..., Tensor], program: Program, device: torch.device) -> Callable[..., Tensor]:
    """Capture what is compiled: replaying spares the launch of each of its hundreds of kernels."""
    replay = capture(call, [torch.from_numpy(array).to(device) for array in program.example()])
    return lambda *inputs: replay(inputs)


def _told(fault: Exception, device: str) -> EngineError:
    if "InvalidCxxCompiler" in str(fault):
        why = "the engine compiled needs a C++ compiler, and none was found; see livedream doctor"
        return EngineMissingError(why)
    reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
    return EngineError(f"torch.compile cannot build the kernel for {device}: {reason}")


def cache_key(
    program: Program,
    device: Literal["cpu", "cuda"],
    number_format: NumberFormat,
    threads: int = TORCH_THREADS,
) -> str:
    """Name everything that a compiled engine depends on: program, format, versions, device, our own code."""
    kernel = "compiled", program.fingerprint(), number_format, recipe(OWN_CODE)
    return repr((*kernel, _versions(), _processor(device), threads))


def _versions() -> tuple[str, ...]:
    found = [torch.__version__, sys.version, sys.platform, platform.machine()]
    for package in TRITON:
        with suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{package} {importlib.metadata.version(package)}")
    return tuple(found)


def _processor(device: Literal["cpu", "cuda"]) -> tuple[Any, ...]:
    """Return the GPU's name and compute capability, or the processor's instruction sets."""
    if device == "cuda":
        return torch.cuda.get_device_name(), torch.cuda.get_device_capability()
    return tuple(sorted(torch.cpu.get_capabilities().items()))


def load(
    program: Program, cache: EngineCache, device: Literal["cpu", "cuda"]
) -> tuple[CompiledEngine, Check] | None:
    """Load a program's engine from the cache; None if it is not there or cannot be used.

    What torch does not find in an entry it compiles here. Raises EngineError if it cannot do that, or if
    the entry cannot be unpacked.
    """
    for number_format in number_formats(device):
        entry = cache.get(cache_key(program, device, number_format))
        if entry is not None:
            return _loaded(entry, program, device, number_format)
    return None


def _loaded(
    entry: Entry, program: Program, device: Literal["cpu", "cuda"], number_format: NumberFormat
) -> tuple[CompiledEngine, Check] | None:
    try:
        checked = Check(**entry.facts["check"])
        # Windows keeps libraries that are in use.
        with tempfile.TemporaryDirectory(prefix="livedream-", ignore_cleanup_errors=True) as name:
            unpack(entry.blob, Path(name))
            with kept_in(Path(name)):
                return CompiledEngine(program, device, number_format), checked
    except (KeyError, TypeError, ValueError):
        return None  # a foreign or outdated entry: it is built anew
    except OSError as fault:
        raise EngineError(f"the engine compiled cannot be unpacked: {fault}") from fault


class Build(BuildProcess):
    """A build that runs in a process of its own and leaves its engine in the cache.

    polite: with a low priority, so that a show that is on keeps its frame rate.
    """

    def __init__(
        self,
        program: Program,
        cache: EngineCache,
        device: Literal["cpu", "cuda"],
        number_format: NumberFormat,
        *,
        polite: bool = False,
    ) -> None:
        # It is ours to remove: a process that is cancelled removes nothing.
        self._folder = tempfile.TemporaryDirectory(prefix="livedream-", ignore_cleanup_errors=True)
        arguments = [str(cache.folder), self._folder.name, device, number_format]
        arguments.append(str(TORCH_THREADS))
        super().__init__("compiled", "livedream.engines.build_compiled", arguments, program, polite=polite)

    def wait(self) -> None:
        """Wait for its end. Raises EngineError with its reason if it failed or was cancelled."""
        try:
            super().wait()
        finally:
            self._folder.cleanup()
