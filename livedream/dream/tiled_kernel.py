"""A kernel whose large octaves are dreamed in tiles: the picture may be larger than the memory allows.

Only the gradient is worked out tile by tile. It is put together again at every step, and smoothed and
normalised as a whole, so that every tile goes as far as its neighbours.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.kernel import Kernel, make_kernel
from livedream.dream.loading import load_network
from livedream.dream.objective import Reference
from livedream.dream.spec import KernelSpec
from livedream.dream.tiles import TileSpec, Tiling
from livedream.ops.fourier import FastWaves

LOUDNESS = 10.0
"""Mean size of a tile's gradient on its example, where a picture has 0.5: who compares what two engines
have added to the picture compares gradients."""

Run = Callable[[Sequence[NDArray[Any]]], NDArray[np.float32]]
"""Runs a tile's program: an image, a control for each tap, pictures."""


class TileGradient(nn.Module):
    """The input gradient, times `scale`, with what is kept of pictures worked out on the spot."""

    def __init__(self, gradient: InputGradient, pictures: Sequence[Reference]) -> None:
        super().__init__()
        self.gradient, self.pictures = gradient, tuple(pictures)
        self.scale: Tensor
        self.register_buffer("scale", torch.ones(()))

    def forward(self, image: Tensor, *controls: Tensor) -> Tensor:
        """Return scale * d objective / d image, 1x3xHxW.

        controls: one for each tap, then the pictures; the frame is of the image's size.
        """
        gradient, dtype = self.gradient, self.gradient.dtype
        count = len(gradient.tap_names)
        seen: dict[Reference, list[Tensor]] = {
            name: gradient.observe(name, picture.to(dtype))
            for name, picture in zip(self.pictures, controls[count:], strict=True)
        }
        observed = [seen[tap.reference].pop(0) for tap in gradient.objectives if tap.reference]
        weights = [weight.to(dtype) for weight in controls[:count]]
        found: Tensor = gradient(image.to(dtype), weights, observed).to(image.dtype)
        return found * self.scale


@dataclass(frozen=True, slots=True)
class Tiles:
    """How octaves of one size are divided, and what runs a tile."""

    tiling: Tiling
    run: Run


class TiledGradient(nn.Module):
    """Stands in for a kernel's InputGradient: large pictures in tiles, others as a whole."""

    def __init__(self, whole: InputGradient, pictures: Sequence[Reference], tiles: Sequence[Tiles]) -> None:
        super().__init__()
        self.whole = TileGradient(whole, pictures)
        self.tap_names, self.objectives = whole.tap_names, whole.objectives
        self._tiles: Mapping[tuple[int, ...], Tiles] = {one.tiling.size_hw: one for one in tiles}
        self._rng = np.random.default_rng()

    @property
    def dtype(self) -> torch.dtype:
        """Return what octaves that are not divided are computed in."""
        return self.whole.gradient.dtype

    def begin(self, seed: int) -> None:
        """Begin a picture; seed: of where the tiles lie."""
        self._rng = np.random.default_rng(seed)

    def forward(self, image: Tensor, controls: Sequence[Tensor], observed: Sequence[Tensor] = ()) -> Tensor:
        """Return the gradient, 1x3xHxW, channels last, up to a factor.

        observed: what `observe` gave.
        """
        tensors = [*controls, *self._pictures(observed)]
        tiles = self._tiles.get(tuple(image.shape[2:]))
        return self.whole(image, *tensors) if tiles is None else self._by_tiles(tiles, image, tensors)

    def observe(self, reference: Reference, picture: Tensor) -> list[Tensor]:
        """Keep the picture itself: each tile works out for itself what it keeps of its part."""
        return [picture for tap in self.objectives if tap.reference == reference]

    def activations(self, image: Tensor) -> list[Tensor]:
        """Return the activations at each tap."""
        return self.whole.gradient.activations(image)

    def _pictures(self, observed: Sequence[Tensor]) -> list[Tensor]:
        """Return each picture once, in the order of `pictures`."""
        references = [tap.reference for tap in self.objectives if tap.reference]
        kept = dict(zip(references, observed, strict=True))
        return [kept[name] for name in self.whole.pictures]

    def _by_tiles(self, tiles: Tiles, image: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        arrays, size_hw = [tensor.numpy() for tensor in (image, *tensors)], tiles.tiling.size_hw
        total = np.zeros((1, *size_hw, 3), np.float32)
        for tile in tiles.tiling.lay(self._rng):
            parts = [
                array[..., tile.rows, tile.columns] if array.shape[2:] == size_hw else array
                for array in arrays
            ]
            total[:, tile.rows, tile.columns] += tiles.run(parts).transpose(0, 2, 3, 1) * tile.share
        return torch.from_numpy(total).permute(0, 3, 1, 2)


class Interpolation(nn.Module):
    """What `Resize` does, without its matrices: for large pictures they cost more than the network."""

    def __init__(self, from_hw: tuple[int, int], to_hw: tuple[int, int]) -> None:
        super().__init__()
        self.same, self.to_hw = from_hw == to_hw, to_hw

    def forward(self, image: Tensor) -> Tensor:
        """Return the image at the other size."""
        if self.same:
            return image
        return F.interpolate(image, self.to_hw, mode="bilinear", antialias=True)


class TiledKernel(nn.Module):
    """A kernel that takes and gives what the undivided one does."""

    def __init__(self, kernel: Kernel, tiles: Sequence[Tiles]) -> None:
        super().__init__()
        pictures: list[Reference] = [name for name in kernel.pictures if name != "rank"]
        self.gradient = TiledGradient(kernel.gradient, pictures, tiles)
        self.kernel = kernel
        kernel.gradient = kernel.repeated.gradient = self.gradient  # type: ignore[assignment]

    def forward(self, image: Tensor, scalars: Tensor, views: Tensor, *controls: Tensor) -> Tensor:
        """Return the dream, 1x3xHxW in 0..1.

        The jitter decides where the tiles lie: the same inputs give the same dream.
        """
        self.gradient.begin(zlib.crc32(scalars.numpy().tobytes() + views.numpy().tobytes()))
        dream: Tensor = self.kernel(image, scalars, views, *controls)
        return dream


def tiled_kernel(spec: KernelSpec, tiles: Sequence[Tiles]) -> TiledKernel:
    """Build a spec's kernel with some of its octaves in tiles."""
    network = load_network(network_info(spec.network)).keep_salient(spec.salient).freeze()
    kernel = Kernel(network, spec, resize=Interpolation, waves=FastWaves)
    return TiledKernel(kernel.eval().requires_grad_(False), tiles)


def make_tile(
    spec: TileSpec, example: Sequence[NDArray[Any]], number_format: str = "float32"
) -> TileGradient:
    """Build the gradient of a tile, its network in a number format.

    example: inputs on which the gradient is made about LOUDNESS.
    """
    reference = tile = _tile(spec, "float32")
    if number_format != "float32":
        tile = _tile(spec, number_format)
    with torch.inference_mode():
        gradient = reference(*(torch.from_numpy(array) for array in example))
    tile.scale.fill_(LOUDNESS / max(float(gradient.abs().mean()), 1e-30))
    return tile


def _tile(spec: TileSpec, number_format: str) -> TileGradient:
    pictures: list[Reference] = [name for name in spec.pictures if name != "rank"]
    return TileGradient(make_kernel(spec.kernel, number_format).gradient, pictures).requires_grad_(False)
