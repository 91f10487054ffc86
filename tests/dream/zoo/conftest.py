from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
import torch
from torch import nn

from livedream.dream.build import build_network, random_weights
from livedream.dream.network_info import NetworkInfo


def states(published: nn.Module) -> dict[str, tuple[int, ...]]:
    """Give the tensors of a file with their shapes, but for what counts the batches of the training."""
    return {
        name: tuple(tensor.shape)
        for name, tensor in published.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


@pytest.fixture(scope="session")
def same_layer_by_layer() -> Callable[..., None]:
    """Check a network against torch's own modules with the same weights: names, shapes and all outputs.

    published: with the tensors of the published file. layers: our name -> what gives the same, in order.
    """

    def check(
        info: NetworkInfo,
        published: nn.Module,
        layers: Iterable[tuple[str, nn.Module]],
        size_hw: tuple[int, int],
    ) -> None:
        assert states(published) == info.plan.tensors()
        layers = list(layers)
        own = {name: info.plan.layers[name] for name, _ in layers}
        part = replace(info, plan=replace(info.plan, layers=own))
        weights = random_weights(part, 2)
        published.load_state_dict(weights, strict=False, assign=True)
        network = build_network(part, weights)
        expected = torch.rand(1, 3, *size_hw, generator=torch.Generator().manual_seed(3)) * 4 - 2
        x = expected
        with torch.inference_mode():
            for name, layer in layers:
                x, expected = network[name](x), layer.eval()(expected)
                scale = float(expected.abs().max())
                torch.testing.assert_close(x, expected.reshape(x.shape), atol=1e-5 * scale, rtol=1e-4)

    return check
