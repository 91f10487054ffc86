"""The input gradient of a network as a forward graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from livedream.dream.network import Network
from livedream.dream.objective import Objective


class InputGradient(nn.Module):
    """d objective / d image, computed without autograd.

    taps: layer (technical name or mood) -> the objective at its output; the objectives add up.
    The truth it is tested against is torch.autograd in float64.
    """

    def __init__(self, network: Network, taps: Mapping[str, Objective]) -> None:
        super().__init__()
        found = {network.info.find(name): objective for name, objective in taps.items()}
        self.tap_names = tuple(sorted(found, key=network.info.depth))
        self.objectives = [found[name] for name in self.tap_names]
        self.places = [network.names.index(network.below(name)) for name in self.tap_names]
        self.heads = nn.ModuleList(network.head(name) for name in self.tap_names)
        self.layers = nn.ModuleList(layer for _, layer in network.down_to(network.names[max(self.places)]))
        self.low, self.high = network.input_range

    def forward(self, image: Tensor, controls: Sequence[Tensor]) -> Tensor:
        """Give the gradient, 1x3xHxW, for an image 1x3xHxW in 0..1.

        controls: the run-time input of each tap's objective, in the order of `tap_names`.
        """
        return self.with_activations(image, controls)[0]

    def with_activations(self, image: Tensor, controls: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Give the gradient and the activations at each tap."""
        trunk, saved = self._push(image * (self.high - self.low) + self.low)
        activations: list[Tensor] = []
        grads: dict[int, Tensor] = {}
        for place, head, objective, control in zip(
            self.places, self.heads, self.objectives, controls, strict=True
        ):
            activation, kept = head.push(trunk[place])  # type: ignore[operator]
            grad = head.pull(kept, objective.seed(activation, control))  # type: ignore[operator]
            grads[place] = grads[place] + grad if place in grads else grad
            activations.append(activation)
        return self._pull(saved, grads) * (self.high - self.low), activations

    def activations(self, image: Tensor) -> list[Tensor]:
        """Give the activations at each tap, in the order of `tap_names`, and no gradient."""
        trunk, _ = self._push(image * (self.high - self.low) + self.low)
        return [head(trunk[place]) for place, head in zip(self.places, self.heads, strict=True)]

    def _push(self, x: Tensor) -> tuple[list[Tensor], list[object]]:
        trunk, saved = [], []
        for layer in self.layers:
            x, kept = layer.push(x)  # type: ignore[operator]
            trunk.append(x)
            saved.append(kept)
        return trunk, saved

    def _pull(self, saved: Sequence[object], grads: Mapping[int, Tensor]) -> Tensor:
        """Carry the gradients at places of the trunk down to the input, where they meet."""
        grad: Tensor | None = None
        for place in reversed(range(len(self.layers))):
            if place in grads:
                grad = grads[place] if grad is None else grad + grads[place]
            grad = self.layers[place].pull(saved[place], grad)  # type: ignore[operator]
        assert grad is not None
        return grad
