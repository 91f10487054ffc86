"""Network in Network (Lin et al. 2014) for ImageNet, as its authors published it for Caffe."""

from __future__ import annotations

from livedream.dream.zoo.caffe import SCALE, caffe_shift
from livedream.dream.zoo.plan import Conv, MaxPool, Mean, Plan, Relu, Steps, square

STAGES = (
    {"conv1": 96, "cccp1": 96, "cccp2": 96},
    {"conv2": 256, "cccp3": 256, "cccp4": 256},
    {"conv3": 384, "cccp5": 384, "cccp6": 384},
    {"conv4-1024": 1024, "cccp7-1024": 1024, "cccp8-1024": 1000},
)
"""Channels of each convolution; after the first of a stage they are 1x1, a perceptron at each place."""

KERNELS = (11, 5, 3, 3)
"""Sides of the first kernels of the stages."""

RELUS = (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12)
"""The numbers of the ReLUs; the authors have no fourth."""

DROPOUT = 21
"""Where the converted file counts a layer more, which does nothing once a network has learned."""


def nin() -> Plan:
    """Plan Network in Network.

    Its classes are averaged over all places, as in the paper: at 224x224 these are the 6x6 of Caffe's pool4.
    """
    layers: dict[str, Steps] = {}
    relus = iter(RELUS)
    for stage, (convolutions, side) in enumerate(zip(STAGES, KERNELS, strict=True), 1):
        for name, out in convolutions.items():
            weights = f"features.{_index(len(layers))}"
            layers[name] = (_convolution(weights, out, side if name.startswith("conv") else 1),)
            layers[f"relu{next(relus)}"] = (Relu(),)
        layers[f"pool{stage}"] = (MaxPool() if stage < len(STAGES) else Mean(),)
    return Plan(layers, scale=SCALE, shift=caffe_shift("imagenet"), bgr=True)


def nin_aliases() -> dict[str, str]:
    """Map the indexes of the converted file, and other names of Caffe's."""
    indexes = {f"features.{_index(number)}": layer for number, layer in enumerate(nin().layers)}
    short = {"conv4": "conv4-1024", "cccp7": "cccp7-1024", "cccp8": "cccp8-1024"}
    return indexes | short | {"pool0": "pool1", "drop": "pool3", "logits": "pool4"}


def _index(number: int) -> int:
    """Return the index of a layer among the file's `features`."""
    return number if number < DROPOUT else number + 1


def _convolution(weights: str, out: int, side: int) -> Conv:
    """Plan a convolution that keeps the size, or the first one, which has a stride of four and no padding."""
    first = side == KERNELS[0]
    return Conv(weights, out, square(side), 4 if first else 1, square(0 if first else side // 2))
