"""ResNet-50 against torch's own layers with the names of torchvision's file."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from livedream.dream.catalog import network_info

INFO = network_info("resnet50")
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
"""Channels inside the blocks, their number, and the stride of the first (He et al. 2016, table 1)."""


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1; the input is added, by way of a 1x1 where the shapes differ."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.downsample = nn.Sequential()
        if channels != 4 * width:
            shortcut = nn.Conv2d(channels, 4 * width, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.bn3(self.conv3(y)) + self.downsample(x))


def published() -> nn.ModuleDict:
    modules: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 64, 7, 2, 3, bias=False), "bn1": nn.BatchNorm2d(64),
        "maxpool": nn.MaxPool2d(3, 2, 1), "fc": nn.Linear(2048, 1000),
    }  # fmt: skip
    channels = 64
    for number, (width, count, stride) in enumerate(STAGES, 1):
        blocks = [Bottleneck(channels, width, stride)]
        blocks += [Bottleneck(4 * width, width, 1) for _ in range(count - 1)]
        modules[f"layer{number}"], channels = nn.Sequential(*blocks), 4 * width
    return nn.ModuleDict(modules)


def test_every_layer_gives_what_torchvision_s_gives(same_layer_by_layer: Callable[..., None]) -> None:
    with torch.device("meta"):
        network = published()
    blocks = [block for number in range(1, 5) for block in network[f"layer{number}"]]
    layers = [nn.Sequential(network["conv1"], network["bn1"], nn.ReLU()), network["maxpool"], *blocks]
    layers += [nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), network["fc"])]
    same_layer_by_layer(INFO, network, zip(INFO.layers, layers, strict=True), (37, 42))


def test_the_names_of_the_paper_and_of_its_authors_lead_to_the_same_blocks() -> None:
    for stage, (_, count, _) in enumerate(STAGES, 1):
        for block in range(count):
            found = {INFO.find(f"res{stage + 1}{'abcdef'[block]}"), INFO.find(f"conv{stage + 1}_{block + 1}")}
            assert found == {f"layer{stage}.{block}"}
        assert INFO.find(f"layer{stage}") == f"layer{stage}.{count - 1}"
