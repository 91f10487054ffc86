"""Network in Network against torch's own layers in the order in which the converted file has them."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from livedream.dream.build import build_network, random_weights
from livedream.dream.catalog import network_info

INFO = network_info("nin")


def published() -> nn.Sequential:
    """The file's layers: four times a convolution, two of 1x1 and a pool; a dropout after the third pool."""
    channels, layers = (3, 96, 256, 384, 1024), []
    firsts = ((11, 4, 0), (5, 1, 2), (3, 1, 1), (3, 1, 1))
    for stage, ((below, out), (side, stride, padding)) in enumerate(
        zip(pairwise(channels), firsts, strict=True)
    ):
        last = 1000 if stage == 3 else out
        layers += [nn.Conv2d(below, out, side, stride, padding), nn.ReLU()]
        layers += [nn.Conv2d(out, out, 1), nn.ReLU(), nn.Conv2d(out, last, 1), nn.ReLU()]
        layers += [nn.MaxPool2d(3, 2, ceil_mode=True) if stage < 3 else nn.AvgPool2d(6, 1)]
        layers += [nn.Dropout()] if stage == 2 else []
    return nn.Sequential(*layers).eval()


def states(network: nn.Sequential) -> dict[str, Tensor]:
    return {f"features.{name}": tensor for name, tensor in network.state_dict().items()}


def test_it_takes_the_tensors_that_the_file_has() -> None:
    shapes = {name: tuple(tensor.shape) for name, tensor in states(published()).items()}
    assert shapes == INFO.plan.tensors()
    assert sum(tensor.numel() for tensor in states(published()).values()) == INFO.parameters


def test_every_layer_gives_what_the_published_one_gives() -> None:
    network = published()
    weights = random_weights(INFO, 2)
    network.load_state_dict({name.removeprefix("features."): tensor for name, tensor in weights.items()})
    ours = build_network(INFO, weights)
    image = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(3))
    x = ours.entry(image)
    expected = x[:, [2, 1, 0]]
    with torch.no_grad():
        for index, layer in enumerate(network):
            expected = layer(expected)
            if isinstance(layer, nn.Dropout):
                continue
            x = ours[INFO.aliases[f"features.{index}"]](x)
            scale = float(expected.abs().max())
            torch.testing.assert_close(x, expected, atol=1e-5 * scale, rtol=1e-4)
    assert x.shape == (1, 1000, 1, 1)


def test_its_layers_are_those_of_caffe() -> None:
    stages = [["conv1", "relu0", "cccp1", "relu1", "cccp2", "relu2", "pool1"],
              ["conv2", "relu3", "cccp3", "relu5", "cccp4", "relu6", "pool2"],
              ["conv3", "relu7", "cccp5", "relu8", "cccp6", "relu9", "pool3"],
              ["conv4-1024", "relu10", "cccp7-1024", "relu11", "cccp8-1024", "relu12", "pool4"]]  # fmt: skip
    assert list(INFO.layers) == [layer for stage in stages for layer in stage]
