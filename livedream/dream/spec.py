"""From settings to a kernel: what decides its graph, and what it is fed for a frame."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from livedream.dream.catalog import NetworkInfo, network_info
from livedream.errors import InputError
from livedream.frame import Image
from livedream.settings import DreamSettings

if TYPE_CHECKING:
    from livedream.dream.kernel import Kernel


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """All that decides a kernel's graph; equal specs share an engine.

    size_hw: working size in pixels. layers: the taps, technical names, first layer first.
    octaves, steps: >= 1. octave_scale: > 1. smoothing_px: sigma of the gradient's Gaussian.
    """

    network: str
    layers: tuple[str, ...]
    size_hw: tuple[int, int]
    octaves: int
    octave_scale: float
    steps: int
    smoothing_px: float

    def fingerprint(self) -> str:
        """Give a hash of the spec, the network's weights and the code that makes the graph."""
        digest = hashlib.sha256(repr(self).encode())
        digest.update(_file_hash(network_info(self.network).file))
        digest.update(_code_hash())
        return digest.hexdigest()

    def describe(self) -> dict[str, Any]:
        """Tell what dreams, in the words of the settings; working_size: width, height in pixels."""
        moods = {layer: mood for mood, layer in network_info(self.network).moods.items()}
        height, width = self.size_hw
        return {
            "network": self.network, "layers": [moods.get(layer, layer) for layer in self.layers],
            "working_size": [width, height], "octaves": self.octaves, "steps": self.steps,
        }  # fmt: skip

    def make(self, number_format: str = "float32") -> Kernel:
        """Build the kernel, its network in a number format; loads torch, which takes a second."""
        from livedream.dream.kernel import make_kernel

        return make_kernel(self, number_format)

    def example(self) -> list[NDArray[Any]]:
        """Give inputs of the right shapes, seeded, with something like a picture in them.

        The step is small: rounding then stays rounding, so engines can be compared.
        """
        rng = np.random.default_rng(7)
        rough = rng.random((1, 3, *self.size_hw), dtype=np.float32)
        sums = np.cumsum(np.cumsum(rough - 0.5, axis=2), axis=3)
        image = (sums - sums.min()) / (sums.max() - sums.min())
        wishes = DreamSettings(layers=dict.fromkeys(self.layers, 1.0), step_size=0.002)
        return [image.astype(np.float32), *frame_inputs(self, wishes, rng)]


def kernel_spec(dream: DreamSettings, size_hw: tuple[int, int]) -> KernelSpec:
    """Pick from the settings what decides the graph at a working size.

    Raises InputError for a layer or channel that the network does not have, and if its weights are missing.
    """
    info = network_info(dream.network)
    info.check_file()
    layers = sorted({info.find(layer) for layer in dream.layers}, key=info.depth)
    _channel_weights(dream, info)
    return KernelSpec(
        dream.network, tuple(layers), size_hw,
        dream.octaves, dream.octave_scale, dream.steps, dream.smoothing_px,
    )  # fmt: skip


def working_size_hw(size_wh: tuple[int, int], working_px: int) -> tuple[int, int]:
    """Choose (height, width) of at least `working_px` pixels in the shape of a picture.

    Both are multiples of 8, which strided networks and vector units like, and at least 32.
    """
    width, height = size_wh
    aspect = min(8.0, max(1 / 8, width / height))
    rows = max(32, round((working_px / aspect) ** 0.5 / 8) * 8)
    columns = max(32, -(-working_px // (8 * rows)) * 8)
    return rows, columns


def frame_inputs(spec: KernelSpec, dream: DreamSettings, rng: np.random.Generator) -> list[NDArray[Any]]:
    """Give what the kernel takes besides the image: step, shifts and a control for each tap."""
    step = np.array([dream.step_size, dream.roughness], np.float32)
    shifts = rng.integers(-dream.jitter_px, dream.jitter_px + 1, (spec.octaves, 2), dtype=np.int64)
    return [step, shifts, *_controls(spec, dream)]


def _controls(spec: KernelSpec, dream: DreamSettings) -> list[Image]:
    info = network_info(spec.network)
    controls = {layer: np.zeros((1, info.layers[layer], 1, 1), np.float32) for layer in spec.layers}
    channel_weights = _channel_weights(dream, info)
    for name, weight in dream.layers.items():
        layer = info.find(name)
        if layer in controls:
            controls[layer] += weight * channel_weights.get(layer, np.float32(1.0))
    return list(controls.values())


def _channel_weights(dream: DreamSettings, info: NetworkInfo) -> dict[str, Image]:
    """Give 1xCx1x1 for each layer whose channels are weighted. Raises InputError."""
    weights = {}
    for name, chosen in dream.channels.items():
        layer = info.find(name)
        count = info.layers[layer]
        outside = [channel for channel in chosen if not 0 <= channel < count]
        if outside:
            raise InputError(f"dream.channels: {name} has no channel {outside[0]}; it has {count}, from 0 on")
        if not chosen:
            continue
        weights[layer] = np.zeros((1, count, 1, 1), np.float32)
        weights[layer][0, list(chosen), 0, 0] = list(chosen.values())
    return weights


@cache
def _file_hash(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


@cache
def _code_hash() -> bytes:
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent
    for path in sorted([*package.glob("*.py"), *(package.parent / "ops").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.digest()
