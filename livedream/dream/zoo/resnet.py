"""ResNet-50 (He et al. 2016), as torchvision has it: the 3x3 convolutions have the stride."""

from __future__ import annotations

from livedream.dream.zoo.plan import Conv, MaxPool, Mean, Plan, Relu, Residual, Steps, square
from livedream.dream.zoo.vgg import imagenet_scale, imagenet_shift

BLOCKS = (3, 4, 6, 3)
"""Blocks of each stage."""

WIDTHS = (64, 128, 256, 512)
"""Channels inside the blocks of each stage; four times as many come out."""


def resnet50() -> Plan:
    """Plan ResNet-50."""
    layers: dict[str, Steps] = {
        "conv1": (Conv("conv1", 64, square(7), 2, square(3), "bn1"), Relu()),
        "maxpool": (MaxPool(3, 2, padding=1, whole=True),),
    }
    for stage, (count, width) in enumerate(zip(BLOCKS, WIDTHS, strict=True), 1):
        for block in range(count):
            stride = 2 if block == 0 and stage > 1 else 1
            layers[f"layer{stage}.{block}"] = _block(f"layer{stage}.{block}", width, stride, first=block == 0)
    layers["fc"] = (Mean(), Conv("fc", 1000, flat=True))
    return Plan(layers, scale=imagenet_scale(), shift=imagenet_shift())


def resnet50_aliases() -> dict[str, str]:
    """Map the paper's names (conv4_6), the authors' (res4f), and whole stages to their last block."""
    aliases = {"relu": "conv1", "logits": "fc"}
    for stage, count in enumerate(BLOCKS, 1):
        for block in range(count):
            letter = "abcdef"[block]
            names = (f"res{stage + 1}{letter}", f"conv{stage + 1}_{block + 1}")
            aliases |= dict.fromkeys(names, f"layer{stage}.{block}")
        aliases[f"layer{stage}"] = f"layer{stage}.{count - 1}"
    return aliases


def _block(name: str, width: int, stride: int, *, first: bool) -> Steps:
    inside = (
        Conv(f"{name}.conv1", width, norm=f"{name}.bn1"), Relu(),
        Conv(f"{name}.conv2", width, square(3), stride, square(1), f"{name}.bn2"), Relu(),
        Conv(f"{name}.conv3", 4 * width, norm=f"{name}.bn3"),
    )  # fmt: skip
    shortcut = Conv(f"{name}.downsample.0", 4 * width, stride=stride, norm=f"{name}.downsample.1")
    return Residual(inside, (shortcut,) if first else ()), Relu()
