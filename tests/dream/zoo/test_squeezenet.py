"""SqueezeNet 1.1 against torch's own layers in the order in which torchvision's file has them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from livedream.dream.catalog import network_info

INFO = network_info("squeezenet1_1")
SQUEEZED = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
"""Channels of fire2 to fire9 (Iandola et al. 2016, table 1): squeezed to, and of each way after that."""


class Fire(nn.Module):
    """Squeeze, then 1x1 and 3x3 side by side."""

    def __init__(self, channels: int, squeezed: int, out: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, out, 1)
        self.expand3x3 = nn.Conv2d(squeezed, out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


def published() -> nn.ModuleDict:
    features: list[nn.Module] = [nn.Conv2d(3, 64, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True)]
    channels = 64
    for number, (squeezed, out) in enumerate(SQUEEZED, 2):
        features.append(Fire(channels, squeezed, out))
        channels = 2 * out
        features += [nn.MaxPool2d(3, 2, ceil_mode=True)] if number in (3, 5) else []
    classifier = [nn.Dropout(), nn.Conv2d(512, 1000, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
    return nn.ModuleDict({"features": nn.Sequential(*features), "classifier": nn.Sequential(*classifier)})


def test_every_layer_gives_what_torchvision_s_gives(same_layer_by_layer: Callable[..., None]) -> None:
    network = published()
    first, after, *features = network["features"]
    dropout, last, relu, mean = network["classifier"]
    layers = [nn.Sequential(first, after), *features, nn.Sequential(dropout, last, relu), mean]
    same_layer_by_layer(INFO, network, zip(INFO.layers, layers, strict=True), (73, 66))


def test_every_index_of_torchvision_leads_to_a_layer() -> None:
    found = [INFO.find(f"features.{index}") for index in range(1, 13)]
    assert [*dict.fromkeys(found), "conv10", "logits"] == list(INFO.layers)
    assert INFO.find("classifier.2") == "conv10"
