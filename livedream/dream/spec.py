"""What decides a kernel's graph, as a value, and how settings decide it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from livedream.dream.catalog import known_network, network_info
from livedream.dream.taps import OTHER_WORDS, Tap, channel_weights, taps_of
from livedream.ops.octave_sizes import finer_size, finer_sizes, listed_sizes, octave_sizes
from livedream.settings import DreamSettings

Picture = Literal["rank", "guide", "style", "regions", "frame"]
"""A picture that a kernel takes beside the one that it dreams: what channels are ranked by, the guide, the
style, the shares of channel groups at each place, and the frame without what was dreamed before."""


FINER_STRIDE = 0.25
"""Factor on the step size of an octave on top of the base; several share it. With 0.6 they cover its forms
with small eyes of their own, with 0.25 they sharpen what is there."""

SMALL_HW = (64, 64)
"""A size that any dream has: what its network does not have shows at each."""


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """All that decides a kernel's graph; equal specs share an engine.

    taps: where the network is tapped, in the order of the kernel's controls. size_hw: working size in pixels.
    octaves, steps: >= 1. octave_scale: > 1. smoothing_px: sigma of the gradient's Gaussian. regularised:
    total variation and decay have a part. octave_sizes: their shares of the working size; if there are any,
    octaves is their number and octave_scale is not read. flips, swings: inputs say how octaves are mirrored,
    and at which scale they see the picture. turns: every other octave sees it turned. spread: each frame is
    dreamed by one of `parts`, in turn. only: the one octave that is dreamed, the smallest is 0; None: all.
    base_hw: the size that octaves are laid out for; the working size is finer than that by octaves on top,
    which `octaves` counts, too. None: the working size.
    """

    network: str
    taps: tuple[Tap, ...]
    size_hw: tuple[int, int]
    octaves: int
    octave_scale: float
    steps: int
    smoothing_px: float
    rank: str = "all"
    pooling: Literal["max", "average"] = "max"
    steps_decay: float = 1.0
    optimiser: str = "ascent"
    parametrisation: str = "pixels"
    smoothing_scales: int = 1
    laplacian_levels: int = 0
    regularised: bool = False
    octave_sizes: tuple[float, ...] = ()
    flips: bool = False
    turns: bool = False
    swings: bool = False
    spread: bool = False
    only: int | None = None
    base_hw: tuple[int, int] | None = None

    @property
    def sizes_hw(self) -> list[tuple[int, int]]:
        """List the sizes of all octaves, smallest first."""
        on_top = finer_sizes(self.laid_hw, self.size_hw)
        if self.octave_sizes:
            return [*listed_sizes(self.laid_hw, self.octave_sizes), *on_top]
        return [*octave_sizes(self.laid_hw, self.octaves - len(on_top), self.octave_scale), *on_top]

    @property
    def laid_hw(self) -> tuple[int, int]:
        """Return the size that octaves are laid out for."""
        return self.base_hw or self.size_hw

    @property
    def finer(self) -> float:
        """Return how many times more pixels the working size has than what octaves are laid out for."""
        (height, width), (base_height, base_width) = self.size_hw, self.laid_hw
        return height * width / (base_height * base_width)

    @property
    def on_top(self) -> int:
        """Return how many of the octaves are finer than what they are laid out for."""
        return len(finer_sizes(self.laid_hw, self.size_hw))

    @property
    def seen_hw(self) -> list[tuple[int, int]]:
        """List the sizes of the octaves that one run dreams as the network sees them: some turned."""
        sizes = self.sizes_hw
        return [sizes[number][::-1] if self.is_turned(number) else sizes[number] for number in self.dreamed]

    def is_turned(self, octave: int) -> bool:
        """Return whether an octave sees the picture turned: every other one below the base does."""
        return self.turns and max(0, self.below(octave)) % 2 == 1

    def is_swung(self, octave: int) -> bool:
        """Return whether an octave sees the picture at a scale that is an input: all below the base do."""
        return self.swings and self.below(octave) > 0

    def below(self, octave: int) -> int:
        """Return how many octaves lie between one and the base's largest; below 0 for those on top."""
        return len(self.sizes_hw) - self.on_top - 1 - octave

    @property
    def dreamed(self) -> list[int]:
        """List the octaves that one run dreams, by their places in `sizes_hw`."""
        return list(range(len(self.sizes_hw))) if self.only is None else [self.only]

    def steps_of(self, octave: int) -> int:
        """Return how many steps an octave has, by its place in `sizes_hw`."""
        return max(1, round(self.steps * self.steps_decay**octave))

    def stride_of(self, octave: int) -> float:
        """Return the factor on an octave's step size: those on top sharpen what is there."""
        return 1.0 if self.below(octave) >= 0 else FINER_STRIDE / self.on_top

    @property
    def parts(self) -> tuple[KernelSpec, ...]:
        """List the specs that take turns, the smallest octave's first; none if one dreams them all."""
        octaves = self.dreamed if self.spread else []
        return tuple(replace(self, spread=False, only=octave) for octave in octaves)

    @property
    def layers(self) -> tuple[str, ...]:
        """List the layers of `dream.objective`, technical names, first layer first."""
        return tuple(tap.layer for tap in self.taps if tap.objective not in OTHER_WORDS)

    @property
    def salient(self) -> tuple[str, ...]:
        """List the layers of which only the salient channels are dreamed."""
        return tuple(tap.layer for tap in self.taps if tap.salient)

    @property
    def groups(self) -> int:
        """Return the number of groups of channels; 1: all channels everywhere."""
        return max((tap.groups for tap in self.taps), default=1)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """List the pictures that the kernel takes beside the one that it dreams; the frame is the last."""
        objectives = {tap.objective for tap in self.taps}
        wanted: dict[Picture, bool] = {
            "rank": self.rank != "all",
            "guide": "guide" in objectives,
            "style": "style" in objectives,
            "regions": self.groups > 1,
            "frame": "content" in objectives,
        }
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def check_dream(dream: DreamSettings) -> None:
    """Raise InputError for what a dream's network does not have, and if its weights are missing."""
    network_info(dream.network).check_file()
    kernel_spec(dream, SMALL_HW)


def kernel_spec(
    dream: DreamSettings, base_hw: tuple[int, int], size_hw: tuple[int, int] | None = None
) -> KernelSpec:
    """Pick from the settings what decides the graph.

    base_hw: the size that octaves are laid out for. size_hw: the working size; None: as much finer than that
    as the settings say. Raises InputError for a layer or channel that the network does not have; its weights
    are not looked for.
    """
    info = known_network(dream.network)
    channel_weights(dream, info)
    size_hw = size_hw or finer_size(base_hw, dream.finer)
    laid_out = len(dream.octave_sizes) or dream.octaves
    octaves = laid_out + len(finer_sizes(base_hw, size_hw))
    return KernelSpec(
        dream.network,
        tuple(taps_of(dream, info)),
        size_hw,
        octaves,
        1.0 if dream.octave_sizes else dream.octave_scale,
        dream.steps,
        dream.smoothing_px,
        rank=dream.rank,
        pooling=dream.pooling,
        steps_decay=dream.steps_decay,
        optimiser=dream.optimiser,
        parametrisation=dream.parametrisation,
        smoothing_scales=dream.smoothing_scales,
        laplacian_levels=dream.laplacian_levels,
        regularised=dream.total_variation > 0 or dream.decay > 0,
        spread=dream.spread and octaves > 1,
        octave_sizes=dream.octave_sizes,
        flips=dream.flips != "none",
        turns=dream.turns and laid_out > 1,
        swings=dream.octave_swing > 0 and laid_out > 1,
        base_hw=None if size_hw == base_hw else base_hw,
    )


def working_size_hw(size_wh: tuple[int, int], working_px: int) -> tuple[int, int]:
    """Choose (height, width) of at least `working_px` pixels in the shape of a picture.

    Both are multiples of 8, which strided networks and vector units like, and at least 32.
    """
    width, height = size_wh
    aspect = min(8.0, max(1 / 8, width / height))
    rows = max(32, round((working_px / aspect) ** 0.5 / 8) * 8)
    columns = max(32, -(-working_px // (8 * rows)) * 8)
    return rows, columns
