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
        objectives = {network.info.find(name): objective for name, objective in taps.items()}
        deepest = max(objectives, key=network.names.index)
        path = network.down_to(deepest)
        self.layers = nn.ModuleList(layer for _, layer in path)
        self.objectives = [objectives.get(name) for name, _ in path]
        self.tap_names = tuple(name for name, _ in path if name in objectives)
        self.low, self.high = network.input_range

    def forward(self, image: Tensor, controls: Sequence[Tensor]) -> Tensor:
        """Give the gradient, 1x3xHxW, for an image 1x3xHxW in 0..1.

        controls: the run-time input of each tap's objective, in the order of `tap_names`.
        """
        activations, saved = self._push(image * (self.high - self.low) + self.low)
        grad: Tensor | None = None
        left = list(controls)
        for place in reversed(range(len(self.layers))):
            objective = self.objectives[place]
            if objective is not None:
                seed = objective.seed(activations[place], left.pop())
                grad = seed if grad is None else grad + seed
            grad = self.layers[place].pull(saved[place], grad)  # type: ignore[operator]
        assert grad is not None
        return grad * (self.high - self.low)

    def _push(self, x: Tensor) -> tuple[list[Tensor], list[object]]:
        activations, saved = [], []
        for layer in self.layers:
            x, kept = layer.push(x)  # type: ignore[operator]
            activations.append(x)
            saved.append(kept)
        return activations, saved
