"""What an engine is built for: the program of a kernel, or of a tile, made from the value that decides it."""

from __future__ import annotations

import hashlib
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from livedream.dream.catalog import network_info
from livedream.dream.inputs import PICTURE_PX, regions, scalars
from livedream.dream.regions import in_groups
from livedream.dream.spec import KernelSpec, Picture
from livedream.dream.taps import OTHER_WORDS
from livedream.dream.tiles import TileSpec
from livedream.dream.views import views
from livedream.frame import Image
from livedream.settings import DreamSettings
from livedream.settings.objectives import OBJECTIVES, OWN_MODULE

if TYPE_CHECKING:
    from livedream.dream.kernel import Kernel
    from livedream.dream.tiled_kernel import TileGradient

EXAMPLE_WAY = 0.004
"""How far all steps together change a pixel on average where engines are compared."""


@dataclass(frozen=True, slots=True)
class KernelProgram:
    """The program of a kernel; equal specs make equal programs, which share an engine."""

    spec: KernelSpec

    @property
    def parts(self) -> tuple[KernelProgram, ...]:
        """List the programs that take turns, the smallest octave's first; none if one dreams them all."""
        return tuple(KernelProgram(part) for part in self.spec.parts)

    @property
    def repeated(self) -> str:
        """Name the kernel's submodule that every step runs again."""
        return "repeated"

    def fingerprint(self) -> str:
        """Compute a hash of the spec, the network's weights and the code that makes the graph."""
        digest = hashlib.sha256(repr(self.spec).encode())
        digest.update(_file_hash(network_info(self.spec.network).file))
        digest.update(_code_hash())
        for module in _foreign_modules(self.spec):
            digest.update(_module_hash(module))
        return digest.hexdigest()

    def describe(self) -> dict[str, Any]:
        """Return what dreams, in the words of the settings; working_size: width, height in pixels."""
        spec = self.spec
        moods = {layer: mood for mood, layer in network_info(spec.network).moods.items()}
        height, width = spec.size_hw
        described = {
            "network": spec.network,
            "layers": [moods.get(layer, layer) for layer in spec.layers],
            "working_size": [width, height],
            "octaves": spec.octaves,
            "steps": spec.steps,
        }
        unusual = {
            field.name: getattr(spec, field.name)
            for field in fields(spec)
            if field.default is not MISSING and getattr(spec, field.name) != field.default
        }
        listed = {name: list(v) if isinstance(v, tuple) else v for name, v in unusual.items()}
        return described | _described_taps(spec) | listed

    def make(self, number_format: str = "float32") -> Kernel:
        """Build the kernel, its network in a number format; loads torch, which takes a second."""
        from livedream.dream.kernel import make_kernel

        assert not self.parts, "each of its parts is made by itself"
        return make_kernel(self.spec, number_format)

    def example(self) -> list[NDArray[Any]]:
        """Make inputs of the right shapes, seeded, with something like a picture in them.

        The steps are small, however many: rounding then stays rounding, so engines can be compared. Further
        on, a ReLU that rounding switches leads each of them elsewhere.
        """
        spec, seed = self.spec, 7
        smooth = _smooth_image(spec.size_hw, np.random.default_rng(seed))
        dream = DreamSettings(
            step_size=EXAMPLE_WAY / sum(spec.steps_of(number) for number in spec.dreamed),
            total_variation=0.1,
            decay=0.1,
            flips="all",
            octave_swing=0.2,
            octave_swing_s=4,
        )
        info = network_info(spec.network)
        weights = [
            in_groups(np.ones((1, tap.channels(info), 1, 1), np.float32), tap.groups, dream, 1.0)
            for tap in spec.taps
        ]
        # Others than the image: what is compared with itself has no gradient.
        pictures: dict[Picture, Image] = dict.fromkeys(spec.pictures, _square(1 - smooth))
        pictures |= {"frame": 1 - smooth, "regions": regions(spec, dream, seed, 1.0)}
        seen = [pictures[name] for name in spec.pictures]
        return [smooth, scalars(dream), views(spec, dream, seed, time_s=1.0), *weights, *seen]


@dataclass(frozen=True, slots=True)
class TileProgram:
    """The program of a tile: the input gradient of a kernel's objectives, without its octaves and steps.

    The gradient is given times a number that is chosen once, which makes it about LOUDNESS: whoever divides
    by its mean does not see it.
    """

    spec: TileSpec

    @property
    def parts(self) -> tuple[()]:
        """List none: it is one program itself."""
        return ()

    @property
    def repeated(self) -> None:
        """Name no submodule: all of it runs once."""

    def fingerprint(self) -> str:
        """Compute a hash of all that decides the graph and its weights."""
        return f"tile {KernelProgram(self.spec.kernel).fingerprint()}"

    def describe(self) -> dict[str, Any]:
        """Return what it is, in the words of the settings."""
        of_kernel = KernelProgram(self.spec.kernel).describe()
        without = {word: value for word, value in of_kernel.items() if word not in ("octaves", "steps")}
        return without | {"part": "a tile"}

    def make(self, number_format: str = "float32") -> TileGradient:
        """Build the module; loads torch, which takes a second."""
        from livedream.dream.tiled_kernel import make_tile

        return make_tile(self.spec, self.example(), number_format)

    def example(self) -> list[NDArray[Any]]:
        """Make inputs of the right shapes: an image, a control for each tap, the pictures."""
        kernel = self.spec.kernel
        image, _, _, *controls = KernelProgram(kernel).example()
        count = len(kernel.taps)
        seen = dict(zip(kernel.pictures, controls[count:], strict=True))
        if "regions" in seen:
            # The kernel enlarges the map of the whole picture; a tile has its part of that.
            seen["regions"] = _enlarged(seen["regions"], kernel.size_hw)
        return [image, *controls[:count], *(seen[name] for name in self.spec.pictures)]


def _described_taps(spec: KernelSpec) -> dict[str, Any]:
    """Return what taps are for besides the layers of the usual objective, in the words of the settings."""
    usual = DreamSettings().objective
    described: dict[str, Any] = {} if spec.groups == 1 else {"groups": spec.groups}
    salient = network_info(spec.network).salient
    if any(tap.layer in salient and not tap.salient for tap in spec.taps):
        described["channels"] = "all"
    for tap in spec.taps:
        if tap.objective in OTHER_WORDS:
            described.setdefault(tap.objective, []).append(tap.layer)
        elif tap.objective != usual:
            described["objective"] = tap.objective
    return described


def _foreign_modules(spec: KernelSpec) -> list[str]:
    """List the modules of somebody else that a spec's objectives come from."""
    words = {tap.objective for tap in spec.taps} - set(OTHER_WORDS)
    return sorted({OBJECTIVES[word].module for word in words} - {OWN_MODULE})


def _smooth_image(size_hw: tuple[int, int], rng: np.random.Generator) -> Image:
    """Make something like a picture, 1x3xHxW in 0..1."""
    rough = rng.random((1, 3, *size_hw), dtype=np.float32)
    sums = np.cumsum(np.cumsum(rough - 0.5, axis=2), axis=3)
    smooth: Image = ((sums - sums.min()) / (sums.max() - sums.min())).astype(np.float32)
    return smooth


def _square(image: Image) -> Image:
    """Repeat and cut an image to the size of the pictures."""
    repeats = [-(-PICTURE_PX // side) for side in image.shape[2:]]
    return np.tile(image, (1, 1, *repeats))[:, :, :PICTURE_PX, :PICTURE_PX]


def _enlarged(image: Image, to_hw: tuple[int, int]) -> Image:
    """Enlarge an image by repeating its pixels."""
    rows, columns = (np.arange(to) * side // to for side, to in zip(image.shape[2:], to_hw, strict=True))
    return np.ascontiguousarray(image[:, :, rows][..., columns])


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
