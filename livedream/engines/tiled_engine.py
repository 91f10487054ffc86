"""An engine that is made of engines: a module on the processor that has its heavy parts run by others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from livedream.engines.engine import Engine, NumberFormat


class TiledEngine:
    """Runs a module that calls the engines of its tiles; these are its own to close.

    tiles: none if the module runs all by itself.
    """

    device = None

    def __init__(self, module: nn.Module, tiles: Sequence[Engine]) -> None:
        self.name = f"{tiles[0].name} in tiles" if tiles else "eager"
        self.number_format: NumberFormat = tiles[0].number_format if tiles else "float32"
        self._module, self._tiles = module, list(tiles)

    @torch.inference_mode()
    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run once."""
        tensors = [torch.from_numpy(np.ascontiguousarray(array)) for array in inputs]
        output: NDArray[np.float32] = self._module(*tensors).numpy()
        return output

    def close(self) -> None:
        """Close the engines of the tiles."""
        self._module = nn.Identity()
        while self._tiles:
            self._tiles.pop().close()
