"""The picture as Fourier coefficients: a step in them grows coarse forms before fine ones.

A step in pixels climbs by details, because a network's gradient is full of them. A step that is scaled by
1 / frequency, as the spectra of photographs are, with colours as photographs mix them, draws large, connected
forms out of the same gradient: "decorrelated" in Olah, Mordvintsev and Schubert, "Feature Visualization",
Distill 2017.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livedream.ops.ascent import Optimiser, State
from livedream.ops.gradient import normalise

COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))
"""Root of the covariance of red, green and blue over ImageNet, as the authors of lucid measured it. Its
columns are light, red against blue, and green against both."""


class Waves(nn.Module):
    """The real Fourier transform of NxCxHxW, orthonormal, as two products with constant matrices.

    Along each axis: the cosines of 0, 1, 2, ... waves in its length, then the sines of 1, 2, ... Engines have
    no Fourier transform, but all have products.
    """

    def __init__(self, size_hw: tuple[int, int]) -> None:
        super().__init__()
        rows, columns = (wave_matrix(length) for length in size_hw)
        self.rows: Tensor
        self.columns: Tensor
        self.register_buffer("rows", rows)
        self.register_buffer("columns", columns)

    def forward(self, image: Tensor) -> Tensor:
        """Return the coefficients, of the image's shape."""
        return self.rows @ (image @ self.columns.T)

    def back(self, coefficients: Tensor) -> Tensor:
        """Return the image of coefficients, by the transposed transform, since it is orthonormal."""
        return self.rows.T @ (coefficients @ self.columns)


class FastWaves(nn.Module):
    """What `Waves` does, by the fast transform: for large pictures matrices cost more than the network."""

    def __init__(self, _size_hw: tuple[int, int]) -> None:
        super().__init__()

    def forward(self, image: Tensor) -> Tensor:
        """Return the coefficients, of the image's shape."""
        for axis in (2, 3):
            image = _forth(image, axis)
        return image

    def back(self, coefficients: Tensor) -> Tensor:
        """Return the image of coefficients."""
        for axis in (2, 3):
            coefficients = _back(coefficients, axis)
        return coefficients


class Spectrum(nn.Module):
    """The picture as coefficients: image = colours x waves x (coefficients x scale).

    waves: the transform. evens: whoever steps in the coefficients makes all their steps alike, so that their
    scale, 1 / frequency, counts once, as in the paper; so does that of the colours. Else both count twice, in
    the gradient and on the way back, and are their own roots here: a step then falls with frequency as much.
    """

    def __init__(self, waves: Waves | FastWaves, size_hw: tuple[int, int], *, evens: bool) -> None:
        super().__init__()
        self.waves = waves
        power = 1.0 if evens else 0.5
        mix = colours(power)
        for name, matrix in (("mix", mix), ("unmix", torch.linalg.inv(mix)), ("mixed", mix.T)):
            self.register_buffer(name, matrix.float()[:, :, None, None].contiguous())
        self.scale: Tensor
        self.register_buffer("scale", (frequencies(size_hw) ** -power).float())

    def image(self, coefficients: Tensor) -> Tensor:
        """Return the image, 1x3xHxW, of coefficients of that shape."""
        return self._mixed("mix", self.waves.back(self.scale * coefficients))

    def coefficients(self, image: Tensor) -> Tensor:
        """Return the coefficients of an image."""
        found: Tensor = self.waves(self._mixed("unmix", image)) / self.scale
        return found

    def gradient(self, gradient: Tensor) -> Tensor:
        """Return the gradient by the coefficients from that by the pixels, by the chain rule."""
        found: Tensor = self.scale * self.waves(self._mixed("mixed", gradient))
        return found

    def _mixed(self, name: str, image: Tensor) -> Tensor:
        return F.conv2d(image, self.get_buffer(name))


class InCoefficients:
    """Lets an optimiser step in a picture's coefficients instead of its pixels."""

    def __init__(self, optimiser: Optimiser, spectrum: Spectrum) -> None:
        self.compares, self.evens = optimiser.compares, optimiser.evens
        self._optimiser, self._spectrum = optimiser, spectrum

    def begin(self, place: Tensor, steps: int) -> State:
        """Return what the optimiser keeps, after the picture at the start where places count."""
        if not self.compares:
            return self._optimiser.begin(place, steps)
        return place, *self._optimiser.begin(place.new_zeros(place.shape), steps)

    def towards(self, direction: Tensor, place: Tensor, state: State) -> tuple[Tensor, State]:
        """Compute the step from the next direction and the picture where it was measured, all in pixels.

        Pixels go as far on average as the optimiser goes in coefficients, for a direction of the same size.
        """
        gradient = self._spectrum.gradient(direction)
        if self.compares:
            start, *kept = state
            # The way from the start, not the picture itself: beside that, small moves would be rounded off.
            way = self._spectrum.coefficients(place - start)
            step, after = self._optimiser.towards(gradient, way, tuple(kept))
            after = start, *after
        else:
            step, after = self._optimiser.towards(normalise(gradient) * _size(direction), place, state)
        return normalise(self._spectrum.image(step)) * _size(step), after


def wave_matrix(length: int) -> Tensor:
    """Build the length x length float32 matrix of the orthonormal real Fourier transform of a line."""
    places = torch.arange(length, dtype=torch.float64)
    turns = 2 * math.pi / length * torch.outer(_waves(length).double(), places)
    is_cosine = torch.arange(length) <= length // 2
    rows = torch.where(is_cosine[:, None], turns.cos(), turns.sin())
    return F.normalize(rows).float()


def frequencies(size_hw: tuple[int, int]) -> Tensor:
    """Return the frequency of each coefficient, HxW, float64, in waves per pixel.

    The mean has that of the finest detail. The paper gives it the lowest; but then pictures that are dreamed
    over and over turn black or white.
    """
    down, across = (_waves(length).double() / length for length in size_hw)
    found = (down[:, None] ** 2 + across[None, :] ** 2).sqrt()
    found[0, 0] = found.max()
    return found


def colours(power: float) -> Tensor:
    """Build the 3x3 float64 matrix from a coefficient's three numbers to red, green and blue.

    power: of how much more one of the three varies than another; the largest is 1.
    """
    found = torch.tensor(COLOURS, dtype=torch.float64)
    lengths: Tensor = found.norm(dim=0)
    return found / lengths * (lengths / lengths.max()) ** power


def _waves(length: int) -> Tensor:
    """List how many waves a line holds in each of its coefficients."""
    return torch.cat([torch.arange(length // 2 + 1), torch.arange(1, (length + 1) // 2)])


def _weights(length: int, like: Tensor) -> Tensor:
    """Return the factors of the fast transform's cosines: 1 for those that have no sine beside them."""
    weights = like.new_full((length // 2 + 1,), math.sqrt(2))
    weights[:: max(1, length // 2) if length % 2 == 0 else length] = 1
    return weights


def _forth(lines: Tensor, axis: int) -> Tensor:
    length = lines.shape[axis]
    found = torch.fft.rfft(lines.movedim(axis, -1), norm="ortho")
    cosines, sines = found.real, -found.imag[..., 1 : (length + 1) // 2]
    return torch.cat([cosines * _weights(length, cosines), sines * math.sqrt(2)], -1).movedim(-1, axis)


def _back(coefficients: Tensor, axis: int) -> Tensor:
    length = coefficients.shape[axis]
    lines = coefficients.movedim(axis, -1)
    cosines, sines = lines[..., : length // 2 + 1], lines[..., length // 2 + 1 :]
    real = cosines / _weights(length, cosines)
    imaginary = F.pad(-sines / math.sqrt(2), (1, length // 2 - sines.shape[-1]))
    found: Tensor = torch.fft.irfft(torch.complex(real, imaginary), length, norm="ortho")
    return found.movedim(-1, axis)


def _size(direction: Tensor) -> Tensor:
    """Return the mean magnitude."""
    return direction.abs().mean(dim=(1, 2, 3), keepdim=True)
