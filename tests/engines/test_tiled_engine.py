from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from livedream.engines.engine import Engine
from livedream.engines.tiled_engine import TiledEngine


class Closing:
    """An engine that notes that it was closed."""

    name, number_format = "some bfloat16", "bfloat16"

    def __init__(self) -> None:
        self.closed = False

    def run(self, inputs: Any) -> Any:
        return inputs[0]

    def close(self) -> None:
        self.closed = True


def test_it_is_an_engine_named_after_its_tiles() -> None:
    engine: Engine = TiledEngine(torch.nn.Identity(), [Closing()])  # type: ignore[list-item]
    assert engine.name == "some bfloat16 in tiles"
    assert engine.number_format == "bfloat16"


def test_it_runs_a_module_on_arrays_of_any_strides(make_engine: Callable[..., Any]) -> None:
    class Sum(torch.nn.Module):
        def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            return a + b

    image = np.arange(24, dtype=np.float32).reshape(2, 4, 3).transpose(2, 0, 1)[None]
    engine = TiledEngine(Sum(), [make_engine(lambda image: image)])
    np.testing.assert_array_equal(engine.run([image, np.ones(1, np.float32)]), image + 1)


def test_closing_it_closes_all_tiles() -> None:
    tiles = [Closing(), Closing()]
    TiledEngine(torch.nn.Identity(), tiles).close()  # type: ignore[arg-type]
    assert all(tile.closed for tile in tiles)
