"""The kernel: all octaves and steps of one frame as one graph, for one engine call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import cast

import torch
from torch import Tensor, nn

from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.inputs import SCALARS, Scalar
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.dream.objective import Reference, make_objective
from livedream.dream.octave import MakeResize, Octave, octaves_of
from livedream.dream.octave_steps import OctaveSteps
from livedream.dream.regions import grid_of
from livedream.dream.spec import KernelSpec, Picture
from livedream.ops.ascent import OPTIMISERS
from livedream.ops.fourier import FastWaves, Spectrum, Waves
from livedream.ops.gradient import Blur, gaussian_taps, normalise, size_of
from livedream.ops.laplacian import LaplacianNormalise
from livedream.ops.layout import as_image, as_lines
from livedream.ops.pyramid import Resize
from livedream.ops.regular import towards_flat, towards_grey

SCALES = (1, 2, 0.5)
"""Sigmas of the Gaussians that smooth a gradient, as parts of `smoothing_px`."""

LAID: tuple[Reference, ...] = ("regions", "frame")
"""Pictures that lie on the one that is dreamed: octaves look at them alike."""


def scalar(scalars: Tensor, name: Scalar) -> Tensor:
    """Return one of a kernel's scalars by its name."""
    return scalars[SCALARS.index(name)]


class Direction(nn.Module):
    """Where one step goes: the input gradient, smoothed and normalised, and what keeps the picture in order.

    The network computes in the number format of its weights, the rest in that of the picture.
    """

    def __init__(self, gradient: InputGradient, spec: KernelSpec) -> None:
        super().__init__()
        self.gradient = gradient
        self.regularised = spec.regularised
        self.compared = OPTIMISERS[spec.optimiser]().compares
        scales = SCALES[: spec.smoothing_scales]
        self.blurs = nn.ModuleList(Blur(gaussian_taps(scale * spec.smoothing_px)) for scale in scales)
        self.by_bands = LaplacianNormalise(spec.laplacian_levels) if spec.laplacian_levels else None

    def forward(self, x: Tensor, scalars: Tensor, *controls: Tensor) -> Tensor:
        """Return the direction at an image 1x3xHxW, of mean magnitude about 1 unless directions are compared.

        scalars: numbers, as `SCALARS` names them. controls: one for each tap, then what was observed of
        references.
        """
        dtype = self.gradient.dtype
        count = len(self.gradient.tap_names)
        weights = [control.to(dtype) for control in controls[:count]]
        gradient = self.gradient(x.to(dtype), weights, controls[count:]).to(x.dtype)
        smoothed = (as_lines(blur(gradient)) for blur in self.blurs)
        direction: Tensor = reduce(torch.add, smoothed) + scalar(scalars, "roughness") * as_lines(gradient)
        slope = direction
        if self.by_bands is not None:
            direction = as_lines(self.by_bands(as_image(direction)))
        direction = normalise(direction)
        if self.regularised:
            flatter = scalar(scalars, "total_variation") * towards_flat(x)
            direction = direction + as_lines(flatter + scalar(scalars, "decay") * towards_grey(x))
        if self.compared:
            # Normalised anew at each step, directions would not tell whether the slope becomes gentler.
            direction = direction * size_of(slope)
        return as_image(direction)


class Kernel(nn.Module):
    """Dreams one image: for each octave, small to large, its steps of normalised gradient ascent.

    Each octave starts from the image at its own size plus what the smaller ones grew (Mordvintsev
    et al. 2015), so the image's own sharpness survives the resizing. A spec may want one of them alone.
    repeated: the part that every step runs anew, which an engine may compile by itself. resize: makes what
    resizes from one size to another. waves: makes the Fourier transform of a size. levelled: as in
    `InputGradient`.
    """

    def __init__(
        self,
        network: Network,
        spec: KernelSpec,
        resize: MakeResize = Resize,
        waves: Callable[[tuple[int, int]], Waves | FastWaves] = Waves,
        *,
        levelled: bool = False,
    ) -> None:
        super().__init__()
        taps = [(tap.layer, make_objective(tap.objective, tap.groups)) for tap in spec.taps]
        self.gradient = InputGradient(network, taps, levelled=levelled)
        self.repeated: nn.Module = Direction(self.gradient, spec)
        self.numbers, self.sizes = spec.dreamed, spec.seen_hw
        self.octaves = cast(Sequence[Octave], nn.ModuleList(octaves_of(spec, resize)))
        self.steps = [spec.steps_of(number) for number in self.numbers]
        self.strides = [spec.stride_of(number) for number in self.numbers]
        optimiser = OPTIMISERS[spec.optimiser]()
        spectra = [
            Spectrum(waves(size_hw), size_hw, evens=optimiser.evens)
            if spec.parametrisation == "fourier"
            else None
            for size_hw in self.sizes
        ]
        self.ascents = nn.ModuleList(
            OctaveSteps(self.repeated, optimiser, steps, spectrum)
            for steps, spectrum in zip(self.steps, spectra, strict=True)
        )
        self.pictures, self.rank = spec.pictures, spec.rank
        self.enlarge = resize(grid_of(spec.size_hw), spec.size_hw) if "regions" in spec.pictures else None

    def forward(self, image: Tensor, scalars: Tensor, views: Tensor, *controls: Tensor) -> Tensor:
        """Return the dream, 1x3xHxW in 0..1.

        image: 1x3xHxW in 0..1, the warm start included. scalars: numbers, as `SCALARS` names them.
        views: int64, how each octave looks, as `livedream.dream.views` gives it. controls: one for each tap,
        then the pictures.
        """
        image = as_lines(image)
        count = len(self.gradient.tap_names)
        pictures = dict(zip(self.pictures, controls[count:], strict=True))
        weights = self._ranked(controls[:count], scalars, pictures)
        still = self._observed(pictures, ("guide", "style"))
        laid: dict[Picture, Tensor] = {name: pictures[name] for name in LAID if name in pictures}
        if self.enlarge is not None:
            laid["regions"] = self.enlarge(laid["regions"])
        # The growth is carried by itself and added to the picture at the very end: as a small number
        # it keeps its precision in half formats, where a picture moves in steps of 1/256.
        growth: Tensor | None = None
        for place, (number, octave) in enumerate(zip(self.numbers, self.octaves, strict=True)):
            view = views[number]
            if growth is None:
                seen = as_lines(octave.look(as_image(image), view))
            else:
                # What grew before lies as the picture does: only the sum is rolled, and what grows now back.
                seen = octave.lay(octave.shrunk(image, view) + growth, view)
            beside: dict[Picture, Tensor] = {name: octave.look(lies, view) for name, lies in laid.items()}
            observed = still | self._observed(beside, LAID)
            tensors = [*weights, *(observed[tap] for tap in sorted(observed))]
            grown = self._ascend(seen, scalars, tensors, place)
            if growth is None:
                growth = octave.grown(grown, view)
            else:
                growth = octave.enlarged(growth + octave.back(grown, view), view)
        assert growth is not None
        return as_image(torch.clamp(image + growth, 0.0, 1.0))

    def _ascend(self, base: Tensor, scalars: Tensor, tensors: Sequence[Tensor], place: int) -> Tensor:
        """Return what has grown on `base`, which may reach beyond 0..1, after the steps of one octave."""
        step_size = scalar(scalars, "step_size") * self.strides[place]
        for _ in range(self.numbers[place]):
            step_size = step_size * scalar(scalars, "detail")
        grown: Tensor = self.ascents[place](base, scalars, step_size, *tensors)
        return grown

    def _observed(self, pictures: Mapping[Picture, Tensor], names: Sequence[Reference]) -> dict[int, Tensor]:
        """Return what the taps keep of their references: number of the tap -> that."""
        found: dict[int, Tensor] = {}
        dtype = self.gradient.dtype
        for name in names:
            if name in pictures:
                seen = self.gradient.observe(name, pictures[name].to(dtype))
                places = [n for n, tap in enumerate(self.gradient.objectives) if tap.reference == name]
                found |= dict(zip(places, seen, strict=True))
        return found

    def _ranked(
        self, weights: Sequence[Tensor], scalars: Tensor, pictures: Mapping[Picture, Tensor]
    ) -> list[Tensor]:
        """Leave of each layer's own objective the channels that rank as wanted, where that is asked for."""
        if self.rank == "all":
            return list(weights)
        dtype = self.gradient.dtype
        seen = self.gradient.activations(pictures["rank"].to(dtype))
        return [
            weight * ranked(activations, self.rank, scalar(scalars, "rank_count"))
            if objective.reference in (None, "regions")
            else weight
            for weight, objective, activations in zip(weights, self.gradient.objectives, seen, strict=True)
        ]


def ranked(activations: Tensor, rank: str, count: Tensor) -> Tensor:
    """Return 1 for the `count` channels that rank first and 0 for the others, 1xCx1x1, float32.

    activations: 1xCxHxW. rank: "strongest" or "weakest", by their mean; "average", those nearest to the mean
    of all. count: a number. Of equal channels the first comes first.
    """
    means = activations.float().mean(dim=(0, 2, 3))
    if rank == "average":
        means = -(means - means.mean()).abs()
    elif rank == "weakest":
        means = -means
    ahead = (means[None, :] > means[:, None]).float()
    # Sorting is what engines do worst; counting who is ahead is one small matrix.
    before = torch.ones(len(means), len(means), device=means.device).tril(-1)
    ties = (means[None, :] == means[:, None]).float() * before
    places = (ahead + ties).sum(dim=1)
    return (places < count).float().reshape(1, -1, 1, 1)


def make_kernel(spec: KernelSpec, number_format: str = "float32") -> Kernel:
    """Build a spec's kernel with its network's weights, ready to run or to compile.

    number_format: what the network computes in, as torch names it; for int8 float32, made to be rounded.
    """
    is_rounded = number_format == "int8"
    network = load_network(network_info(spec.network), spec.pooling).keep_salient(spec.salient)
    network = network.to(torch.float32 if is_rounded else getattr(torch, number_format)).freeze()
    return Kernel(network, spec, levelled=is_rounded).eval().requires_grad_(False)
