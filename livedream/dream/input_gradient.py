"""The input gradient of a network as a forward graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from livedream.dream.layers import Chain
from livedream.dream.network import Network
from livedream.dream.network_info import IMAGE
from livedream.dream.objective import Even, Objective, Reference, ordinary_picture

SMALLEST = 1e-30
"""What is added to a magnitude that is divided by: zeros stay zeros."""

Levelled = tuple[Tensor, Tensor | None]
"""A gradient as it is, and what it is to be multiplied by, Nx1x1x1; None: by nothing."""


class InputGradient(nn.Module):
    """d objective / d image, computed without autograd.

    taps: (layer by its technical name or mood, the objective at its output); the objectives add up.
    levelled: what goes back is brought to a magnitude of 1 before each head and the trunk, and where the
    trunk's picture changes its size, and to its own at the end, so that formats of few bits can have fixed
    ends. It takes float32 at least.
    The truth it is tested against is torch.autograd in float64.
    """

    def __init__(
        self, network: Network, taps: Sequence[tuple[str, Objective]], *, levelled: bool = False
    ) -> None:
        super().__init__()
        self.levelled = levelled
        self.tap_names = tuple(network.info.find(name) for name, _ in taps)
        self.objectives = [objective for _, objective in taps]
        self.outlets = tuple(dict.fromkeys(self.tap_names))
        # Place 0 is the image as the network takes it, place 1 the first layer's output.
        self.places = [0 if n == IMAGE else 1 + network.names.index(network.below(n)) for n in self.outlets]
        self.heads = nn.ModuleList(Chain([]) if n == IMAGE else network.head(n) for n in self.outlets)
        self.layers = nn.ModuleList(list(network.layers)[: max(self.places)])
        self.entry = network.entry
        # What the network computes in: a tap of the image alone has no weights that would tell.
        self.register_buffer("_format", next(network.parameters()).new_zeros(()), persistent=False)
        self._learn_what_is_usual()

    def _learn_what_is_usual(self) -> None:
        """Measure for objectives that compare positions how much an ordinary picture excites their layer."""
        if not any(isinstance(objective, Even) for objective in self.objectives):
            return
        with torch.no_grad():
            seen = self.activations(ordinary_picture().to(self.dtype))
        for objective, activations in zip(self.objectives, seen, strict=True):
            if isinstance(objective, Even):
                objective.usual = float(activations.double().square().mean())

    @property
    def dtype(self) -> torch.dtype:
        """Return what the network computes in."""
        assert isinstance(self._format, Tensor)
        return self._format.dtype

    def forward(self, image: Tensor, controls: Sequence[Tensor], observed: Sequence[Tensor] = ()) -> Tensor:
        """Return the gradient, 1x3xHxW, for an image 1x3xHxW in 0..1.

        controls: the run-time input of each tap's objective, in the order of `tap_names`. observed: what
        `observe` gave, for the taps whose objective compares with a reference, in the same order.
        """
        return self.with_activations(image, controls, observed)[0]

    def with_activations(
        self, image: Tensor, controls: Sequence[Tensor], observed: Sequence[Tensor] = ()
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the gradient and the activations at each tap."""
        trunk, saved = self._forward_saving(image)
        outlets = [
            head.forward_saving(trunk[place])  # type: ignore[operator]
            for place, head in zip(self.places, self.heads, strict=True)
        ]
        activations = [outlets[self.outlets.index(name)][0] for name in self.tap_names]
        seeds = self._seeds(activations, controls, iter(observed))
        grads: dict[int, Levelled] = {}
        for name, place, head, (_, kept) in zip(self.outlets, self.places, self.heads, outlets, strict=True):
            seed, size = self._level(seeds[name])
            grad = head.vjp(kept, seed), size  # type: ignore[operator]
            grads[place] = _sum(grads[place], grad) if place in grads else grad
        return self._vjp(saved, grads), activations

    def _seeds(
        self, activations: Sequence[Tensor], controls: Sequence[Tensor], observed: Iterator[Tensor]
    ) -> dict[str, Tensor]:
        """Return the sum of the objectives' seeds at each layer that is tapped."""
        seeds: dict[str, Tensor] = {}
        for name, objective, seen, control in zip(
            self.tap_names, self.objectives, activations, controls, strict=True
        ):
            seed = objective.seed(seen, control, next(observed) if objective.reference else None)
            seeds[name] = seeds[name] + seed if name in seeds else seed
        return seeds

    def activations(self, image: Tensor) -> list[Tensor]:
        """Return the activations at each tap, in the order of `tap_names`, and no gradient."""
        outlets = self._outlets(image)
        return [outlets[name] for name in self.tap_names]

    def observe(self, reference: Reference, picture: Tensor) -> list[Tensor]:
        """Return what the objectives that compare with a reference keep of its picture, 1x3xHxW in 0..1."""
        taps = zip(self.tap_names, self.objectives, strict=True)
        wanted = [(name, objective) for name, objective in taps if objective.reference == reference]
        if reference == "regions":
            return [objective.observe(picture) for _, objective in wanted]
        outlets = self._outlets(picture, {name for name, _ in wanted})
        return [objective.observe(outlets[name]) for name, objective in wanted]

    def _outlets(self, image: Tensor, names: Collection[str] | None = None) -> dict[str, Tensor]:
        """Return the activations at the layers that are tapped, or at some of them."""
        wanted = [place for place, name in enumerate(self.outlets) if names is None or name in names]
        trunk, _ = self._forward_saving(image, max(self.places[place] for place in wanted))
        return {self.outlets[place]: self.heads[place](trunk[self.places[place]]) for place in wanted}

    def _forward_saving(self, image: Tensor, deepest: int | None = None) -> tuple[list[Tensor], list[object]]:
        x, kept = self.entry.forward_saving(image)
        trunk, saved = [x], [kept]
        for layer in list(self.layers)[:deepest]:
            x, kept = layer.forward_saving(x)  # type: ignore[operator]
            trunk.append(x)
            saved.append(kept)
        return trunk, saved

    def _vjp(self, saved: Sequence[object], grads: Mapping[int, Levelled]) -> Tensor:
        """Carry the gradients at places of the trunk down to the image, where they meet."""
        grad, size = self._level(*grads[len(self.layers)])
        for place in reversed(range(len(self.layers))):
            size_hw = grad.shape[2:]
            grad = self.layers[place].vjp(saved[place + 1], grad)  # type: ignore[operator]
            if place in grads:
                grad, size = _sum((grad, size), grads[place])
            if place > 0 and grad.shape[2:] != size_hw:
                grad, size = self._level(grad, size)
        grad = self.entry.vjp(saved[0], grad)
        # As it lies in memory, channels last: OpenVINO else turns it round and back.
        return grad if size is None else (grad.permute(0, 2, 3, 1) * size).permute(0, 3, 1, 2)

    def _level(self, grad: Tensor, size: Tensor | None = None) -> Levelled:
        """Divide a gradient by its magnitude, which its size is multiplied by."""
        if not self.levelled:
            return grad, None
        own = grad.abs().amax(dim=(1, 2, 3), keepdim=True) + SMALLEST
        return grad / own, own if size is None else size * own


def _sum(one: Levelled, other: Levelled) -> Levelled:
    """Add gradients of any sizes; the sum has that of the first."""
    (grad, size), (added, its_size) = one, other
    return grad + (added if size is None or its_size is None else added * (its_size / size)), size
