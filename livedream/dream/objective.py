"""Objectives as seeds: the gradient of what is maximised with respect to a layer's activations.

Everything an objective needs at run time is a tensor input of the kernel, so turning a knob never
rebuilds an engine; which objective it is decides the graph. Some compare the activations with those of
another picture, the reference: they say what is kept of it.
"""

from __future__ import annotations

from typing import Literal, Protocol

import torch
from torch import Tensor

from livedream.ops.pyramid import resized
from livedream.settings.objectives import OBJECTIVES

Reference = Literal["guide", "style", "regions", "frame"]
"""The picture that an objective looks at besides: the guide, the style, the frame that is dreamed, or where
which group of channels is dreamed."""

QUIET = 0.25
"""Share of the mean of all channels that a group is taken to have at least: what hardly sees anything would
be made to see noise."""

FLOOR = 0.3
"""Share of the usual energy that every position is taken to have besides: what sees nothing is no form."""

ORDINARY_PX = 192
"""Side of the picture that tells how much energy is usual."""

TINY = 1e-6


class Objective(Protocol):
    """Something about activations (1xCxHxW) that is maximised."""

    reference: Reference | None

    def observe(self, activations: Tensor, /) -> Tensor:
        """Return what is kept of the reference's activations, for `seed`."""
        ...

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None) -> Tensor:
        """Return d objective / d activations, of their shape.

        weight: the objective's run-time input, 1xCx1x1, or GxCx1x1 where there are groups. observed: of the
        reference; None without one.
        """
        ...


class _Own:
    """An objective of the activations alone."""

    reference: Reference | None = None

    def observe(self, _: Tensor, /) -> Tensor:
        raise AssertionError("it compares with no picture")


class L2(_Own):
    """sum of w a^2 / 2 over all positions and channels; its seed is w a.

    With equal weights this is the L2 norm of the whole layer (DeepDream's own objective); with a
    weight for each channel it picks channels, and a negative weight suppresses one.
    """

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Weigh the activations."""
        return activations * weight


class Even(_Own):
    """C / 2 sum over positions of u log(e + FLOOR u), with e = mean of |w| a^2 at the position.

    C is the number of channels, u = usual * mean of |w|; a negative weight suppresses its channel. The seed
    is w a u / (e + FLOOR u). Places count alike, whether they excite the layer little or much: a flat wall
    grows forms, and forms that stand out grow no further than others. It looks at one position alone, so
    tiles of a picture add up to the whole. usual: mean of a^2 on ordinary pictures, as `InputGradient`
    measures it.
    """

    def __init__(self, usual: float = 1.0) -> None:
        self.usual = usual

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Weigh the activations, and the positions against each other."""
        # Squares of hundreds of activations are more than a half format holds.
        exact = activations.to(torch.promote_types(activations.dtype, torch.float32))
        energy = (exact * exact * weight.abs()).mean(dim=1, keepdim=True)
        usual = self.usual * weight.abs().mean(dim=1, keepdim=True) + TINY
        return activations * weight * (usual / (energy + FLOOR * usual)).to(activations.dtype)


class Mean(_Own):
    """sum of w a: the mean up to its scale, which a normalised gradient does not have."""

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the weight everywhere."""
        return weight.expand(activations.shape)


class Absolute(_Own):
    """sum of w |a|."""

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the weight with each activation's sign."""
        negative = torch.where(activations < 0, -weight, 0.0)
        return torch.where(activations > 0, weight, negative)


class Guide:
    """sum over positions of w a . g, with g the guide's column that has the largest dot product with a.

    It makes of each place what in the guide is most like it (Mordvintsev et al. 2015).
    """

    reference: Reference | None = "guide"

    def observe(self, activations: Tensor, /) -> Tensor:
        """Keep the guide's columns, 1xCxN for N positions."""
        return activations.flatten(2)

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None) -> Tensor:
        """Return the best column at each position."""
        assert observed is not None
        products = observed[0].transpose(0, 1) @ activations[0].flatten(1)
        best = torch.index_select(observed[0], 1, torch.argmax(products, 0))
        return best.reshape(activations.shape) * weight


class Style:
    """-1000 sum of w (G - S)^2 sqrt(N) / 4 |S|^2, with G = A A' / N for N positions, S likewise the style's.

    A, the activations, has a row of ones besides: then G holds the means, too. Gatys et al., "A Neural
    Algorithm of Artistic Style", 2015; their sum lets the deep layers drown the colours by thousands.
    Relative to |S| all layers pull at the picture alike: measured from the image down to block.7, a weight
    of 1 gives its pixels a gradient of 0.5 to 1.6. Gram matrices are float32 at least.
    """

    reference: Reference | None = "style"

    def observe(self, activations: Tensor) -> Tensor:
        """Keep the Gram matrix, 1x(C+1)x(C+1)."""
        return _gram(_rows(activations))

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None) -> Tensor:
        """Return 1000 w (S - G) A / |S|^2 sqrt(N)."""
        assert observed is not None
        rows = _rows(activations)
        relative = (observed - _gram(rows)) / ((observed * observed).sum() + TINY)
        seed: Tensor = (relative @ rows)[:, :-1] * (1000 / rows.shape[2] ** 0.5)
        return seed.reshape(activations.shape).to(activations.dtype) * weight


class Content:
    """-sum of w (a - c)^2 / 2, with c the activations of the frame itself: what it shows stays."""

    reference: Reference | None = "frame"

    def observe(self, activations: Tensor, /) -> Tensor:
        """Keep the activations."""
        return activations

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None) -> Tensor:
        """Return w (c - a)."""
        assert observed is not None
        return (observed - activations) * weight


class Grouped:
    """Another objective of the activations alone, with a group of channels in each region.

    Of the other's seed s, for weights of 1, a group makes w s / sqrt(sum of v^2 (s^2 + QUIET mean of s^2)),
    with v = w / usual, the usual weight of all groups, and the mean over all channels. At each position a
    group so pulls as hard as any other, be it of many channels or few, loud or quiet. L2 that way climbs a
    norm in place of its square.
    """

    reference: Reference | None = "regions"

    def __init__(self, objective: Objective) -> None:
        self.objective = objective

    def observe(self, regions: Tensor, /) -> Tensor:
        """Keep the map of regions itself, 1xGxHxW."""
        return regions

    def seed(self, activations: Tensor, weight: Tensor, observed: Tensor | None) -> Tensor:
        """Return the groups' seeds, each times its share of the position; weight: GxCx1x1."""
        assert observed is not None
        one = torch.ones((1, weight.shape[1], 1, 1), dtype=weight.dtype, device=weight.device)
        seed = self.objective.seed(activations, one, None)
        rows, shares = weight.flatten(1), resized(observed, activations.shape[2:]).flatten(2)[0]
        # Squares of hundreds of activations are more than a half format holds.
        squares = seed.flatten(2)[0].to(torch.promote_types(seed.dtype, torch.float32)) ** 2
        exact = rows.to(squares.dtype)
        usual = (exact * exact).sum() / (exact.abs().sum() + TINY)
        loud = squares + QUIET * squares.mean(0, keepdim=True)
        pull = torch.sqrt((exact / (usual + TINY)) ** 2 @ loud + TINY)
        laid: Tensor = rows.transpose(0, 1) @ (shares / pull.to(shares.dtype))
        return seed * laid.reshape(activations.shape)


def _rows(activations: Tensor) -> Tensor:
    """Return activations as 1x(C+1)xN, the last row ones, in float32 at least."""
    x = activations.to(torch.promote_types(activations.dtype, torch.float32)).flatten(2)
    return torch.cat([x, torch.ones(1, 1, x.shape[2], dtype=x.dtype, device=x.device)], 1)


def _gram(rows: Tensor) -> Tensor:
    """Return X X' / N for 1xRxN."""
    return rows @ rows.transpose(1, 2) / rows.shape[2]


OTHERS: dict[str, type[Objective]] = {"label": Mean, "guide": Guide, "style": Style, "content": Content}
"""What is dreamed by settings of their own, besides `dream.objective`."""
"""Objective by its word."""


def ordinary_picture() -> Tensor:
    """Make a picture whose spectrum falls off as those of photographs do, 1x3xHxW; the same each time.

    It excites the embedded network's layers as much as photographs and films do, within a third for most.
    """
    random = torch.Generator().manual_seed(0)
    across = torch.fft.fftfreq(ORDINARY_PX, dtype=torch.float64)
    radius = torch.hypot(across[None, :], across[:, None])
    radius[0, 0] = 1
    noise = torch.randn(1, 3, ORDINARY_PX, ORDINARY_PX, generator=random, dtype=torch.float64)
    pink = torch.fft.ifft2(torch.fft.fft2(noise) / radius).real
    picture: Tensor = (0.5 + 0.2 * pink / pink.std()).clamp(0, 1)
    return picture


def make_objective(word: str, groups: int = 1) -> Objective:
    """Build the objective of a word; groups: of channels, each in its own regions."""
    kind = OTHERS.get(word) or OBJECTIVES[word].load()
    if groups == 1:
        return kind()
    # A group pulls equally hard at every position, so places are even already.
    return Grouped(L2() if kind is Even else kind())
