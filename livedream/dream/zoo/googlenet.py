"""GoogLeNet (Szegedy et al. 2015): with batch norm as torchvision has it, without as Caffe has it."""

from __future__ import annotations

from dataclasses import dataclass

from livedream.dream.zoo.caffe import SCALE, caffe_shift
from livedream.dream.zoo.plan import (
    AveragePool,
    Branches,
    Conv,
    LocalResponse,
    MaxPool,
    Mean,
    Plan,
    Relu,
    Step,
    Steps,
    square,
)

MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Channels of each Inception module: branch 1; branch 2, reduced and out; branch 3, likewise; branch 4."""


def googlenet() -> Plan:
    """Plan torchvision's GoogLeNet; its batch norms came with the weights from TensorFlow."""
    layers = {
        "conv1": _normed("conv1", 64, 7, stride=2), "maxpool1": (MaxPool(),), "conv2": _normed("conv2", 64),
        "conv3": _normed("conv3", 192, 3), "maxpool2": (MaxPool(),),
    }  # fmt: skip
    for module in MODULES:
        layers[f"inception{module}"] = (_module_normed(module),)
        if module in ("3b", "4e"):
            layers[f"maxpool{3 if module == '3b' else 4}"] = (MaxPool(3 if module == "3b" else 2),)
    layers["fc"] = (Mean(), Conv("fc", 1000, flat=True))
    # torchvision's input is normalised by ImageNet's mean and deviation, and its weights come with
    # transform_input, which turns ((v - mean) / deviation) into that * deviation / 0.5 + (mean - 0.5) / 0.5:
    # (v - 0.5) / 0.5, alike for all channels. That is the range from -1 to 1.
    return Plan(layers, epsilon=1e-3)


def googlenet_aliases() -> dict[str, str]:
    """Map the names of the paper, of Caffe and of Lucid to torchvision's."""
    names = {alias: f"inception{module}" for module in MODULES for alias in _spellings(module)}
    return names | {"logits": "fc"}


def _spellings(module: str) -> tuple[str, ...]:
    return f"inception_{module}/output", f"inception_{module}", f"mixed{module}"


def _normed(name: str, out: int, kernel: int = 1, stride: int = 1) -> Steps:
    convolution = Conv(f"{name}.conv", out, square(kernel), stride, square(kernel // 2), f"{name}.bn")
    return convolution, Relu()


def _module_normed(module: str) -> Step:
    b1, reduced2, b2, reduced3, b3, b4 = MODULES[module]
    name = f"inception{module}"
    return Branches(
        (
            _normed(f"{name}.branch1", b1),
            _normed(f"{name}.branch2.0", reduced2) + _normed(f"{name}.branch2.1", b2, 3),
            # The paper has 5x5 here; torchvision's weights, which came from TensorFlow, have 3x3.
            _normed(f"{name}.branch3.0", reduced3) + _normed(f"{name}.branch3.1", b3, 3),
            (MaxPool(3, 1), *_normed(f"{name}.branch4.1", b4)),
        )
    )


@dataclass(frozen=True)
class CaffeNames:
    """What one of Caffe's networks calls its layers; their weights have _ for the / in the names.

    stem: the layers before the first module. pool: what follows the number of a pool. classifier: the last
    layer of each classifier.
    """

    stem: tuple[str, ...] = (
        "conv1/7x7_s2", "pool1/3x3_s2", "pool1/norm1", "conv2/3x3_reduce", "conv2/3x3", "conv2/norm2",
        "pool2/3x3_s2",
    )  # fmt: skip
    pool: str = "/3x3_s2"
    classifier: str = "classifier"


BVLC = CaffeNames()
CARS = CaffeNames(
    ("conv1", "pool1", "norm1", "conv2_1x1", "conv2_3x3", "norm2", "pool2"), "", "classifier_model"
)
"""The names in Caffe's own network, which those of Places have too, and in that of the CompCars."""


def caffe_googlenet(pictures: str, classes: int, names: CaffeNames = BVLC) -> Plan:
    """Plan Caffe's GoogLeNet, whose published files end with inception_5b.

    Its classes are those of the second of the classifiers at the side, which the files do have.
    pictures: whose means it takes away.
    """
    layers = _stem(names.stem)
    for module in MODULES:
        layers[f"inception_{module}/output"] = (_module_plain(module),)
        if module in ("3b", "4e"):
            layers[f"pool{module[0]}{names.pool}"] = (MaxPool(),)
    heads = {
        f"loss{number}/{names.classifier}": (below, _classifier(f"loss{number}", names.classifier, classes))
        for number, below in ((1, "inception_4a/output"), (2, "inception_4d/output"))
    }
    return Plan(layers, heads, scale=SCALE, shift=caffe_shift(pictures), bgr=True)


def caffe_googlenet_aliases(names: CaffeNames = BVLC) -> dict[str, str]:
    """Map the names of torchvision and of Lucid, short ones, and those with _ for /, to Caffe's."""
    modules = {
        alias: f"inception_{module}/output"
        for module in MODULES
        for alias in (f"inception_{module}", f"inception{module}", f"mixed{module}")
    }
    conv1, _, _, conv2, conv3, _, _ = names.stem
    classes = f"loss2/{names.classifier}"
    short = {"conv1": conv1, "conv2": conv2, "conv3": conv3, "logits": classes, "fc": classes}
    plan = caffe_googlenet("imagenet", 1, names)
    aliases = {layer.replace("/", "_"): layer for layer in plan.channels()} | modules | short
    return {alias: layer for alias, layer in aliases.items() if alias not in plan.layers}


def _stem(names: tuple[str, ...]) -> dict[str, Steps]:
    """Plan the layers before the first module."""
    conv1, _, _, conv2, conv3, _, _ = (name.replace("/", "_") for name in names)
    steps: tuple[Steps, ...] = (
        _plain(conv1, 64, 7, stride=2), (MaxPool(),), (LocalResponse(),),
        _plain(conv2, 64), _plain(conv3, 192, 3), (LocalResponse(),), (MaxPool(),),
    )  # fmt: skip
    return dict(zip(names, steps, strict=True))


def _plain(name: str, out: int, kernel: int = 1, stride: int = 1) -> Steps:
    return Conv(name, out, square(kernel), stride, square(kernel // 2)), Relu()


def _module_plain(module: str) -> Step:
    b1, reduced3, b3, reduced5, b5, b4 = MODULES[module]
    name = f"inception_{module}"
    return Branches(
        (
            _plain(f"{name}_1x1", b1),
            _plain(f"{name}_3x3_reduce", reduced3) + _plain(f"{name}_3x3", b3, 3),
            _plain(f"{name}_5x5_reduce", reduced5) + _plain(f"{name}_5x5", b5, 5),
            (MaxPool(3, 1), *_plain(f"{name}_pool_proj", b4)),
        )
    )


def _classifier(name: str, last: str, classes: int) -> Steps:
    """Plan a classifier at the side; on an image larger than 224x224 it is the mean over all places."""
    inside = Conv(f"{name}_fc_1", 1024, square(4), flat=True)
    outside = Conv(f"{name}_{last}_1", classes, flat=True)
    return AveragePool(5, 3), *_plain(f"{name}_conv", 128), inside, Relu(), outside, Mean()
