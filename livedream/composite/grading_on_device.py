"""The colours of a dream on a torch device: the arithmetic of `livedream.composite.grading`."""

from __future__ import annotations

import torch
from torch import Tensor

from livedream.composite.grading import LEVEL, LUMA, MOST, STRIDE, rank_of, shift
from livedream.settings import ColourSettings


def shift_colour(residual: Tensor, image: Tensor, colour: ColourSettings) -> Tensor:
    """Shift the mean colour of a dream as balance and target say; it is carried to the next frame.

    residual, image: 1x3xHxW, 1 is the whole range. The same tensor if there is nothing to do.
    """
    if not (colour.balance or colour.target):
        return residual
    missing = _plain(colour.target, residual.device) - _mean(image) if colour.target else None
    added: Tensor = shift(_mean(residual), missing, colour)
    return residual + added


def _mean(field: Tensor) -> Tensor:
    return field.mean(dim=(2, 3), keepdim=True)


def _plain(target: tuple[float, ...], device: torch.device) -> Tensor:
    """Make the colour on the device: to copy it there would wait for all that came before."""
    return torch.cat([torch.full((1, 1, 1, 1), level, device=device) for level in target], dim=1)


def grade(residual: Tensor, colour: ColourSettings) -> Tensor:
    """Return the graded residual, 1x3xHxW: first its colourfulness, then its amplitude.

    The same tensor if there is nothing to do.
    """
    shown = residual
    if colour.colourfulness != 1:
        light = sum(share * residual[:, at : at + 1] for at, share in enumerate(LUMA))
        shown = light + colour.colourfulness * (residual - light)
    return shown * _gain(shown, colour.contrast) if colour.contrast else shown


def _gain(shown: Tensor, contrast: float) -> Tensor:
    """Compute the factor as a tensor, since reading its number would wait for the device."""
    sizes = shown[..., ::STRIDE, ::STRIDE].abs().flatten()
    amplitude = torch.kthvalue(sizes, rank_of(sizes.numel()) + 1).values
    return (LEVEL / amplitude.clamp(min=LEVEL / MOST)) ** contrast
