"""To a device and back: one copy each way a frame, in pinned memory, beside what the device computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ALIGNMENT = 256
"""Bytes: each array begins where any number format may."""

IN_FLIGHT = 3
"""Frames whose blocks are kept apart: one being filled, one computed, one fetched."""


@dataclass(slots=True)
class _Block:
    """A pinned block, its twin on the device, and what must have ended before either is used anew."""

    host: Tensor
    device: Tensor
    copied: Any = None
    used: Any = None


class Upload:
    """Sends arrays to a device, all of a frame in one copy on a stream of its own."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._cuda = device.type == "cuda"
        self._stream = torch.cuda.Stream(device) if self._cuda else None  # type: ignore[no-untyped-call]
        self._blocks: list[_Block] = []
        self._turn = cycle(range(IN_FLIGHT))
        self._last: _Block | None = None

    def send(self, arrays: Sequence[NDArray[Any]]) -> list[Tensor]:
        """Copy the arrays to the device; the tensors stay valid until two more frames are sent."""
        places, size = _places(arrays)
        block = self._next(size)
        held = block.host.numpy()
        for (begin, end), array in zip(places, arrays, strict=True):
            held[begin:end].view(array.dtype).reshape(array.shape)[...] = array
        self._copy(block, size)
        return [
            _view(block.device[begin:end], array) for (begin, end), array in zip(places, arrays, strict=True)
        ]

    def _next(self, size: int) -> _Block:
        """Take the next block; wait for what still uses it."""
        if not self._blocks or self._blocks[0].host.numel() < size:
            if self._cuda:
                torch.cuda.synchronize(self._device)
            self._blocks = [self._block(size) for _ in range(IN_FLIGHT)]
            self._last = None
        if self._last is not None and self._cuda:
            self._last.used = torch.cuda.current_stream(self._device).record_event()
        self._last = block = self._blocks[next(self._turn)]
        if block.copied is not None:
            block.copied.synchronize()
        return block

    def _block(self, size: int) -> _Block:
        host = torch.empty(size, dtype=torch.uint8, pin_memory=self._cuda)
        return _Block(host, torch.empty(size, dtype=torch.uint8, device=self._device) if self._cuda else host)

    def _copy(self, block: _Block, size: int) -> None:
        if self._stream is None:
            return
        with torch.cuda.stream(self._stream):
            if block.used is not None:
                self._stream.wait_event(block.used)
            block.device[:size].copy_(block.host[:size], non_blocking=True)
            block.copied = self._stream.record_event()
        torch.cuda.current_stream(self._device).wait_event(block.copied)


class Download:
    """Fetches tensors from a device on a stream of its own."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self._hosts: list[Tensor] = []
        self._turn = cycle(range(IN_FLIGHT))

    def fetch(self, block: Tensor) -> Callable[[], NDArray[np.uint8]]:
        """Start to fetch a block of bytes; return a function that waits for it and returns a new array."""
        if self._stream is None:
            return lambda: np.array(block.numpy(), copy=True)
        host = self._host(block.numel())
        self._stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._stream):
            host.copy_(block, non_blocking=True)
            block.record_stream(self._stream)
            fetched = self._stream.record_event()

        def wait() -> NDArray[np.uint8]:
            fetched.synchronize()
            return np.array(host.numpy(), copy=True)

        return wait

    def _host(self, size: int) -> Tensor:
        if not self._hosts or self._hosts[0].numel() != size:
            self._hosts = [torch.empty(size, dtype=torch.uint8, pin_memory=True) for _ in range(IN_FLIGHT)]
        return self._hosts[next(self._turn)]


def _places(arrays: Sequence[NDArray[Any]]) -> tuple[list[tuple[int, int]], int]:
    """Lay arrays one behind the other: (where each lies, bytes in all)."""
    places, at = [], 0
    for array in arrays:
        places.append((at, at + array.nbytes))
        at += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    return places, at


def _view(block: Tensor, array: NDArray[Any]) -> Tensor:
    kind = torch.from_numpy(np.empty(0, array.dtype)).dtype
    return block.view(kind).reshape(array.shape)
