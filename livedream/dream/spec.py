"""From settings to a kernel: what decides its graph, and what it is fed for a frame."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from livedream.dream.catalog import network_info
from livedream.dream.regions import grid_of, in_groups, region_map
from livedream.dream.views import views
from livedream.dream.wishes import Wish, channel_weights, controls, wishes
from livedream.frame import Image
from livedream.ops.octaves import listed_sizes, octave_sizes
from livedream.settings import DreamSettings
from livedream.settings.objectives import OBJECTIVES, OWN_MODULE

if TYPE_CHECKING:
    from livedream.dream.kernel import Kernel


OTHER_WORDS = ("label", "guide", "style", "content")
"""What is dreamed besides `dream.objective`."""

PICTURE_PX = 192
"""Side of the square pictures that a guide, a style and what channels are ranked by are looked at."""

EXAMPLE_WAY = 0.004
"""How far all steps together change a pixel on average where engines are compared."""

KNOBS = ("step_size", "roughness", "step_growth", "total_variation", "decay", "rank_count", "detail")
"""Settings that go into a kernel as numbers, in this order."""

Picture = Literal["rank", "guide", "style", "regions", "frame"]
"""A picture that a kernel takes beside the one that it dreams: what channels are ranked by, the guide, the
style, the shares of channel groups at each place, and the frame without what was dreamed before."""


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """All that decides a kernel's graph; equal specs share an engine.

    layers: those of the objective, technical names, first layer first; guide, style, content, label: likewise
    those of the other objectives. size_hw: working size in pixels. octaves, steps: >= 1. octave_scale: > 1.
    smoothing_px: sigma of the gradient's Gaussian. regularised: total variation and decay have a part.
    octave_sizes: their shares of the working size; if there are any, octaves is their number and octave_scale
    is not read. flips, swings: inputs say how octaves are mirrored, and at which scale they see the picture.
    turns: every other octave sees it turned. spread: each frame is dreamed by one of `parts`, in turn.
    only: the one octave that is dreamed, the smallest is 0; None: all. groups: of channels, each dreamed in
    regions of its own; 1: all channels everywhere.
    """

    network: str
    layers: tuple[str, ...]
    size_hw: tuple[int, int]
    octaves: int
    octave_scale: float
    steps: int
    smoothing_px: float
    objective: str = "even"
    guide: tuple[str, ...] = ()
    style: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
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
    groups: int = 1

    @property
    def sizes_hw(self) -> list[tuple[int, int]]:
        """List the sizes of all octaves, smallest first."""
        if self.octave_sizes:
            return listed_sizes(self.size_hw, self.octave_sizes)
        return octave_sizes(self.size_hw, self.octaves, self.octave_scale)

    @property
    def seen_hw(self) -> list[tuple[int, int]]:
        """List the sizes of the octaves that one run dreams as the network sees them: some turned."""
        sizes = self.sizes_hw
        return [sizes[number][::-1] if self.is_turned(number) else sizes[number] for number in self.dreamed]

    def is_turned(self, octave: int) -> bool:
        """Tell whether an octave sees the picture turned: every other one does, but for the largest."""
        return self.turns and (len(self.sizes_hw) - octave) % 2 == 0

    def is_swung(self, octave: int) -> bool:
        """Tell whether an octave sees the picture at a scale that is an input: all but the largest do."""
        return self.swings and octave < len(self.sizes_hw) - 1

    @property
    def dreamed(self) -> list[int]:
        """List the octaves that one run dreams, by their places in `sizes_hw`."""
        return list(range(len(self.sizes_hw))) if self.only is None else [self.only]

    def steps_of(self, octave: int) -> int:
        """Tell how many steps an octave has, by its place in `sizes_hw`."""
        return max(1, round(self.steps * self.steps_decay**octave))

    @property
    def parts(self) -> tuple[KernelSpec, ...]:
        """List the programs that take turns, the smallest octave's first; none if one dreams them all."""
        octaves = self.dreamed if self.spread else []
        return tuple(replace(self, spread=False, only=octave) for octave in octaves)

    @property
    def repeated(self) -> str:
        """Name the kernel's submodule that every step runs anew."""
        return "repeated"

    @property
    def taps(self) -> list[Wish]:
        """List what is tapped, in the order of the kernel's controls."""
        groups = {
            self.objective: self.layers, "label": self.label, "guide": self.guide, "style": self.style,
            "content": self.content,
        }  # fmt: skip
        return [
            Wish(objective, layer, self.groups if objective == self.objective else 1)
            for objective, layers in groups.items()
            for layer in layers
        ]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """List the pictures that the kernel takes beside the one that it dreams; the frame is the last."""
        wanted: dict[Picture, bool] = {
            "rank": self.rank != "all", "guide": bool(self.guide), "style": bool(self.style),
            "regions": self.groups > 1, "frame": bool(self.content),
        }  # fmt: skip
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    def regions(self, dream: DreamSettings, rng: np.random.Generator, time_s: float) -> Image:
        """Give the map of its groups, 1xGxhxw, at a time of the show."""
        return region_map(self.groups, grid_of(self.size_hw), dream, rng, time_s)

    def fingerprint(self) -> str:
        """Give a hash of the spec, the network's weights and the code that makes the graph."""
        digest = hashlib.sha256(repr(self).encode())
        digest.update(_file_hash(network_info(self.network).file))
        digest.update(_code_hash())
        kind = OBJECTIVES[self.objective]
        if kind.module != OWN_MODULE:
            digest.update(_module_hash(kind.module))
        return digest.hexdigest()

    def describe(self) -> dict[str, Any]:
        """Tell what dreams, in the words of the settings; working_size: width, height in pixels."""
        moods = {layer: mood for mood, layer in network_info(self.network).moods.items()}
        height, width = self.size_hw
        told = {
            "network": self.network, "layers": [moods.get(layer, layer) for layer in self.layers],
            "working_size": [width, height], "octaves": self.octaves, "steps": self.steps,
        }  # fmt: skip
        unusual = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.default is not MISSING and getattr(self, field.name) != field.default
        }
        return told | {name: list(v) if isinstance(v, tuple) else v for name, v in unusual.items()}

    def make(self, number_format: str = "float32") -> Kernel:
        """Build the kernel, its network in a number format; loads torch, which takes a second."""
        from livedream.dream.kernel import make_kernel

        assert not self.parts, "each of its parts is made by itself"
        return make_kernel(self, number_format)

    def example(self) -> list[NDArray[Any]]:
        """Give inputs of the right shapes, seeded, with something like a picture in them.

        The steps are small, however many: rounding then stays rounding, so engines can be compared. Further
        on, a ReLU that rounding switches leads each of them elsewhere.
        """
        rng = np.random.default_rng(7)
        rough = rng.random((1, 3, *self.size_hw), dtype=np.float32)
        sums = np.cumsum(np.cumsum(rough - 0.5, axis=2), axis=3)
        smooth = ((sums - sums.min()) / (sums.max() - sums.min())).astype(np.float32)
        wished = DreamSettings(
            step_size=EXAMPLE_WAY / sum(self.steps_of(number) for number in self.dreamed),
            total_variation=0.1,
            decay=0.1,
            flips="all",
            octave_swing=0.2,
            octave_swing_s=4,
        )
        info = network_info(self.network)
        weights = [
            in_groups(np.ones((1, info.channels(tap.layer), 1, 1), np.float32), tap.groups, wished, 1.0)
            for tap in self.taps
        ]
        # Others than the image: what is compared with itself has no gradient.
        pictures: dict[Picture, Image] = dict.fromkeys(self.pictures, _square(1 - smooth))
        pictures |= {"frame": 1 - smooth, "regions": self.regions(wished, rng, 1.0)}
        seen = [pictures[name] for name in self.pictures]
        return [smooth, knobs(wished), views(self, wished, rng, time_s=1.0), *weights, *seen]


def kernel_spec(dream: DreamSettings, size_hw: tuple[int, int]) -> KernelSpec:
    """Pick from the settings what decides the graph at a working size.

    Raises InputError for a layer or channel that the network does not have, and if its weights are missing.
    """
    info = network_info(dream.network)
    info.check_file()
    channel_weights(dream, info)
    taps = wishes(dream, info)
    of = {
        word: tuple(tap.layer for tap in taps if tap.objective == word)
        for word in (*OBJECTIVES, *OTHER_WORDS)
    }
    octaves = len(dream.octave_sizes) or dream.octaves
    return KernelSpec(
        dream.network, of[dream.objective], size_hw,
        octaves, 1.0 if dream.octave_sizes else dream.octave_scale, dream.steps, dream.smoothing_px,
        objective=dream.objective, guide=of["guide"], style=of["style"], content=of["content"],
        label=of["label"], rank=dream.rank, pooling=dream.pooling, steps_decay=dream.steps_decay,
        optimiser=dream.optimiser, parametrisation=dream.parametrisation,
        smoothing_scales=dream.smoothing_scales,
        laplacian_levels=dream.laplacian_levels,
        regularised=dream.total_variation > 0 or dream.decay > 0, spread=dream.spread and octaves > 1,
        octave_sizes=dream.octave_sizes, flips=dream.flips != "none", turns=dream.turns and octaves > 1,
        swings=dream.octave_swing > 0 and octaves > 1,
        groups=dream.channel_groups if of[dream.objective] else 1,
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


def frame_inputs(
    spec: KernelSpec,
    dream: DreamSettings,
    rng: np.random.Generator,
    pictures: Mapping[Picture, Image] = MappingProxyType({}),
    time_s: float = 0.0,
    number: float = 0,
) -> list[NDArray[Any]]:
    """Give what the kernel takes besides the image: knobs, views, a control for each tap, pictures.

    pictures: those that `spec.pictures` lists, 1x3x192x192, but for the frame, which the canvas adds.
    time_s: of the show, for what changes with time. rng: the same for each frame; number: of the frame.
    """
    weights = controls(spec.taps, dream, network_info(spec.network), time_s)
    if "regions" in spec.pictures:
        pictures = {**pictures, "regions": spec.regions(dream, rng, time_s)}
    given = [pictures[name] for name in spec.pictures if name != "frame"]
    return [knobs(dream), views(spec, dream, rng, time_s, number), *weights, *given]


def knobs(dream: DreamSettings) -> NDArray[np.float32]:
    """Give the numbers that `KNOBS` names."""
    return np.array([getattr(dream, name) for name in KNOBS], np.float32)


def _square(image: Image) -> Image:
    """Repeat and cut an image to the size of the pictures."""
    repeats = [-(-PICTURE_PX // side) for side in image.shape[2:]]
    return np.tile(image, (1, 1, *repeats))[:, :, :PICTURE_PX, :PICTURE_PX]


@cache
def _file_hash(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


def _module_hash(name: str) -> bytes:
    """Hash the file of somebody else's module."""
    found = find_spec(name)
    assert found is not None, "it was imported when its objective was added"
    return hashlib.sha256(Path(found.origin or "").read_bytes()).digest()


@cache
def _code_hash() -> bytes:
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent
    for path in sorted([*package.rglob("*.py"), *(package.parent / "ops").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.digest()
