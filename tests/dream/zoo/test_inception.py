"""Inception v3 against torch's own layers with the names of torchvision's file."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from livedream.dream.catalog import network_info

INFO = network_info("inception_v3")


class Convolved(nn.Module):
    """A convolution, its batch norm and a ReLU; kernel: side or (height, width), as wide as its padding."""

    def __init__(
        self,
        channels: int,
        out: int,
        kernel: int | tuple[int, int] = 1,
        stride: int = 1,
        *,
        padded: bool = True,
    ) -> None:
        super().__init__()
        sides = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = (sides[0] // 2, sides[1] // 2) if padded else 0
        self.conv = nn.Conv2d(channels, out, sides, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class Module(nn.Module):
    """Ways side by side; each is a row of names, one of which may be several side by side, or a pool."""

    def __init__(self, ways: Sequence[Sequence[object]], parts: Mapping[str, Convolved]) -> None:
        super().__init__()
        self.ways = ways
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self._along(way, x) for way in self.ways], 1)

    def _along(self, way: Sequence[object], x: Tensor) -> Tensor:
        for step in way:
            if isinstance(step, tuple):
                x = torch.cat([getattr(self, name)(x) for name in step], 1)
            else:
                x = POOLS[step](x) if step in POOLS else getattr(self, str(step))(x)
        return x


POOLS: dict[object, nn.Module] = {"average": nn.AvgPool2d(3, 1, 1), "max": nn.MaxPool2d(3, 2)}
DOUBLE = ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"]
POOLED = ["average", "branch_pool"]


def double(channels: int, stride: int = 1) -> dict[str, Convolved]:
    parts = [Convolved(channels, 64), Convolved(64, 96, 3), Convolved(96, 96, 3, stride, padded=stride == 1)]
    return dict(zip(DOUBLE, parts, strict=True))


def at_35(channels: int, pooled: int) -> Module:
    parts = {"branch1x1": Convolved(channels, 64), "branch5x5_1": Convolved(channels, 48),
             "branch5x5_2": Convolved(48, 64, 5), "branch_pool": Convolved(channels, pooled)}  # fmt: skip
    ways = [["branch1x1"], ["branch5x5_1", "branch5x5_2"], DOUBLE, POOLED]
    return Module(ways, parts | double(channels))


def to_17(channels: int) -> Module:
    parts = {"branch3x3": Convolved(channels, 384, 3, 2, padded=False)}
    return Module([["branch3x3"], DOUBLE, ["max"]], parts | double(channels, 2))


def row(name: str, channels: Sequence[int], kernels: Sequence[tuple[int, int]]) -> dict[str, Convolved]:
    """Give convolutions one after the other: after the first, which is 1x1, of these kernels."""
    pairs = zip(channels, channels[1:], [(1, 1), *kernels], strict=False)
    return {f"{name}_{number}": Convolved(*pair) for number, pair in enumerate(pairs, 1)}


WIDE, HIGH = (1, 7), (7, 1)


def at_17(inner: int) -> Module:
    long = row("branch7x7", (768, inner, inner, 192), (WIDE, HIGH))
    twice = row("branch7x7dbl", (768, inner, inner, inner, inner, 192), (HIGH, WIDE, HIGH, WIDE))
    parts = {"branch1x1": Convolved(768, 192), "branch_pool": Convolved(768, 192)}
    return Module([["branch1x1"], [*long], [*twice], POOLED], parts | long | twice)


def to_8() -> Module:
    long = row("branch7x7x3", (768, 192, 192, 192), (WIDE, HIGH))
    long["branch7x7x3_4"] = Convolved(192, 192, 3, 2, padded=False)
    parts = {"branch3x3_1": Convolved(768, 192), "branch3x3_2": Convolved(192, 320, 3, 2, padded=False)}
    return Module([[*parts], [*long], ["max"]], parts | long)


def at_8(channels: int) -> Module:
    across = {}
    for name in ("branch3x3_2", "branch3x3dbl_3"):
        across |= {f"{name}a": Convolved(384, 384, (1, 3)), f"{name}b": Convolved(384, 384, (3, 1))}
    parts = {
        "branch1x1": Convolved(channels, 320), "branch3x3_1": Convolved(channels, 384),
        "branch3x3dbl_1": Convolved(channels, 448), "branch3x3dbl_2": Convolved(448, 384, 3),
        "branch_pool": Convolved(channels, 192),
    }  # fmt: skip
    ways = [["branch1x1"], ["branch3x3_1", ("branch3x3_2a", "branch3x3_2b")],
            ["branch3x3dbl_1", "branch3x3dbl_2", ("branch3x3dbl_3a", "branch3x3dbl_3b")], POOLED]  # fmt: skip
    return Module(ways, parts | across)


def published() -> nn.ModuleDict:
    stem = {
        "Conv2d_1a_3x3": Convolved(3, 32, 3, 2, padded=False),
        "Conv2d_2a_3x3": Convolved(32, 32, 3, padded=False), "Conv2d_2b_3x3": Convolved(32, 64, 3),
        "maxpool1": nn.MaxPool2d(3, 2),
        "Conv2d_3b_1x1": Convolved(64, 80), "Conv2d_4a_3x3": Convolved(80, 192, 3, padded=False),
        "maxpool2": nn.MaxPool2d(3, 2),
    }  # fmt: skip
    mixed = {"5b": at_35(192, 32), "5c": at_35(256, 64), "5d": at_35(288, 64), "6a": to_17(288)}
    mixed |= {f"6{name}": at_17(inner) for name, inner in zip("bcde", (128, 160, 160, 192), strict=True)}
    mixed |= {"7a": to_8(), "7b": at_8(1280), "7c": at_8(2048)}
    return nn.ModuleDict(
        stem | {f"Mixed_{name}": module for name, module in mixed.items()} | {"fc": nn.Linear(2048, 1000)}
    )


def test_every_layer_gives_what_torchvision_s_gives(same_layer_by_layer: Callable[..., None]) -> None:
    with torch.device("meta"):
        network = published()
    *layers, (_, last) = network.items()
    classifier = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)
    same_layer_by_layer(INFO, network, [*layers, ("fc", classifier)], (79, 86))


# Szegedy et al. 2016, table 1, and torchvision's.
CHANNELS = {
    "5b": 256, "5c": 288, "5d": 288, "6a": 768, "6b": 768, "6e": 768, "7a": 1280, "7b": 2048, "7c": 2048,
}  # fmt: skip


def test_its_modules_have_the_published_channels() -> None:
    assert {name: INFO.layers[f"Mixed_{name}"] for name in CHANNELS} == CHANNELS


def test_keras_counts_its_modules_from_nought() -> None:
    names = [layer for layer in INFO.layers if layer.startswith("Mixed")]
    assert [INFO.find(f"mixed{number}") for number in range(11)] == names
    assert [INFO.find(name.lower()) for name in names] == names
