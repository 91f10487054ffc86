"""Judging a student by photos that it never saw: how far it sees and dreams as its teacher does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from livedream.dream.input_gradient import InputGradient
from livedream.dream.inputs import scalars
from livedream.dream.kernel import Kernel
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.ops.gradient import Blur, gaussian_taps
from livedream.settings import DreamSettings
from livedream.training.match import cosine
from livedream.training.teacher import TEACHES

OCTAVES, OCTAVE_SCALE, STEPS = 3, 1.4, 10
STEP_SIZE, ROUGHNESS, SMOOTHING_PX, JITTER_PX = 0.02, 0.5, 1.0, 8
SMOOTHINGS_PX = (1.0, 1.5, 2.0)
AT_ONCE = 16


@dataclass(frozen=True)
class Verdict:
    """How near a student's head is to the layer it learned, as means over pictures.

    gain: rise of the teacher's objective through the student's dream, of that through the teacher's own;
    None where it was not measured. gradients: cosine of the input gradients at each of `SMOOTHINGS_PX`.
    features: cosine of the activations.
    """

    gain: float | None
    gradients: tuple[float, ...]
    features: float


@torch.no_grad()
def judge(
    student: Network, head: str, teacher: Network, images: Tensor, *, dreaming: bool, salient: bool = False
) -> Verdict:
    """Compare a head with the layer it learned on NCHW images in 0..1; dreaming takes a minute.

    salient: the student dreams of its salient channels alone, compared with all of the teacher's.
    """
    layer = TEACHES[head]
    gradients, features = [], []
    channels = _channels(student, head, images, salient=salient)
    own = _gradient(student, head, channels)
    wanted = _gradient(teacher, layer, _channels(teacher, layer, images))
    for batch in torch.split(images, AT_ONCE):
        (gradient, seen), (wanted_gradient, wanted_seen) = own(batch), wanted(batch)
        gradients.append(_cosines(gradient, wanted_gradient))
        features.append(cosine(seen, wanted_seen))
    return Verdict(
        gain(student, {head: channels}, teacher, layer, images) if dreaming else None,
        tuple(torch.cat(gradients).mean(0).tolist()),
        torch.cat(features).mean().item(),
    )


def _cosines(gradient: Tensor, wanted: Tensor) -> Tensor:
    blurs = [Blur(gaussian_taps(sigma_px)).to(gradient.device) for sigma_px in SMOOTHINGS_PX]
    return torch.stack([cosine(blur(gradient), blur(wanted)) for blur in blurs], dim=1)


def _gradient(network: Network, layer: str, channels: Tensor) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    gradient = InputGradient(network, [(layer, L2())])

    def run(images: Tensor) -> tuple[Tensor, Tensor]:
        towards, (activations,) = gradient.with_activations(images, [channels])
        return towards, activations

    return run


def _channels(network: Network, layer: str, images: Tensor, *, salient: bool = False) -> Tensor:
    """Weigh the channels of a layer, all or the salient ones, with 1: 1xCx1x1."""
    technical = network.info.find(layer)
    weights = torch.zeros(1, network.info.layers[technical], 1, 1, device=images.device)
    weights[:, list(network.info.salient[technical]) if salient else slice(None)] = 1.0
    return weights


def gain(
    student: Network, controls: Mapping[str, Tensor], teacher: Network, layer: str, images: Tensor
) -> float:
    """Return the rise of the teacher's objective by the student's dreams, as a share of that by its own.

    controls: what the student dreams of, as for `dreamed`.
    """
    before = objective(teacher, layer, images)
    own = {layer: _channels(teacher, layer, images)}
    risen, risen_by_itself = (
        objective(teacher, layer, dreamed(network, of, images)) - before
        for network, of in ((student, controls), (teacher, own))
    )
    return (risen / risen_by_itself).item()


@torch.no_grad()
def objective(network: Network, layer: str, images: Tensor) -> Tensor:
    """Measure the L2 objective of a layer, the mean over images, positions and channels."""
    activations = InputGradient(network, [(layer, L2())]).activations
    seen = torch.cat([activations(batch)[0] for batch in torch.split(images, AT_ONCE)])
    return seen.square().mean() / 2


@torch.no_grad()
def dreamed(
    network: Network, controls: Mapping[str, Tensor], images: Tensor, smoothing_px: float = SMOOTHING_PX
) -> Tensor:
    """Dream with 10 steps in each of 3 octaves, by the kernel that livedream dreams with.

    controls: layer -> 1xCx1x1, the weights of its channels.
    """
    size_hw = (int(images.shape[2]), int(images.shape[3]))
    layers = tuple(sorted((network.info.find(layer) for layer in controls), key=network.info.depth))
    spec = KernelSpec(
        network.info.name, taps_at(*layers), size_hw, OCTAVES, OCTAVE_SCALE, STEPS, smoothing_px
    )
    kernel = Kernel(network, spec).to(images.device)
    numbers = scalars(DreamSettings(step_size=STEP_SIZE, roughness=ROUGHNESS))
    step = torch.from_numpy(numbers).to(images.device)
    random = torch.Generator().manual_seed(1)
    views = torch.randint(-JITTER_PX, JITTER_PX + 1, (OCTAVES, 2), generator=random).to(images.device)
    inputs = [controls[layer].to(images.device) for layer in layers]
    return torch.cat([kernel(batch, step, views, *inputs) for batch in torch.split(images, AT_ONCE)])
