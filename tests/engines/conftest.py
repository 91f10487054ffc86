from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.dream import catalog
from livedream.dream.build import random_weights
from livedream.dream.spec import KernelSpec
from livedream.engines.engine import NumberFormat

# Two threads that wait for each other are slower than one where the processor is shared.
torch.set_num_threads(1)


class Glow(nn.Module):
    """Adds `step` times the picture rolled by a pixel; clamped."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.register_buffer("mask", torch.linspace(0.5, 1.0, side))

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        assert isinstance(self.mask, Tensor)
        return torch.clamp(image + step[0] * torch.roll(image, 1, 3) * self.mask, 0.0, 1.0)


@dataclass(frozen=True)
class GlowProgram:
    """A program that is made in no time."""

    name: str = "glow"
    side: int = 8

    def fingerprint(self) -> str:
        return f"{self.name} {self.side}"

    def describe(self) -> dict[str, Any]:
        return {"network": self.name, "working_size": [self.side, self.side]}

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        return Glow(self.side).eval().requires_grad_(False)

    def example(self) -> list[NDArray[Any]]:
        rng = np.random.default_rng(3)
        image = rng.random((1, 3, self.side, self.side), dtype=np.float32)
        return [image * np.float32(0.5), np.array([0.1], np.float32)]


@dataclass
class FakeEngine:
    """Gives what a function makes of the image; counts its runs."""

    give: Callable[[NDArray[Any]], NDArray[Any]]
    name: str = "fake"
    number_format: NumberFormat = "float32"
    runs: int = 0

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self.runs += 1
        return self.give(inputs[0])

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def program() -> GlowProgram:
    return GlowProgram()


@pytest.fixture(scope="session")
def session_program() -> GlowProgram:
    return GlowProgram()


@pytest.fixture
def make_program() -> Callable[..., GlowProgram]:
    return GlowProgram


@pytest.fixture
def make_engine() -> Callable[..., FakeEngine]:
    return FakeEngine


@pytest.fixture
def googlenet_spec(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KernelSpec:
    """GoogLeNet's kernel with random weights, at a size that no stride divides."""
    monkeypatch.setattr(catalog, "networks_folder", lambda: tmp_path)
    info = catalog.network_info("googlenet")
    torch.save(random_weights(info, 0), info.file)
    return KernelSpec("googlenet", ("inception4c",), (49, 62), 1, 1.4, 1, 1.0)


@pytest.fixture(scope="session")
def full_spec() -> KernelSpec:
    """A kernel in which every objective and every way of stepping has a part."""
    return KernelSpec(
        "embedded", ("block.1",), (40, 48), 2, 1.2, 2, 1.0, objective="absolute", guide=("block.1",),
        style=("image", "stem"), content=("image", "block.0"), rank="average", steps_decay=0.5,
        optimiser="adam", smoothing_scales=3, laplacian_levels=2, regularised=True,
        flips=True, turns=True, swings=True,
    )  # fmt: skip


@pytest.fixture(scope="session")
def curved_spec() -> KernelSpec:
    """A kernel that steps in a spectrum and remembers two of its three steps."""
    return KernelSpec(
        "embedded", ("stem",), (41, 48), 1, 1.4, 3, 1.0, optimiser="lbfgs", parametrisation="fourier"
    )


@pytest.fixture(scope="session")
def small_spec() -> KernelSpec:
    """A real kernel that is quick to build: two taps, two octaves, two steps."""
    return KernelSpec("embedded", ("stem", "block.1"), (48, 64), 2, 1.4, 2, 1.0)
