"""VGG (Simonyan and Zisserman 2015), as torchvision has it."""

from __future__ import annotations

from livedream.dream.zoo.plan import Conv, MaxPool, Mean, Plan, Relu, Steps, square

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, of red, green and blue in 0..1."""

STAGES = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions before each pool."""

CHANNELS = (64, 128, 256, 512, 512)


def vgg(name: str) -> Plan:
    """Plan VGG-16 or VGG-19.

    Its fully connected layers slide over the image as convolutions, and their outputs are averaged, as the
    paper does it: at 224x224 there is one place.
    """
    layers: dict[str, Steps] = {}
    number = 0  # of torchvision's `features`
    for stage, (count, out) in enumerate(zip(STAGES[name], CHANNELS, strict=True), 1):
        for place in range(1, count + 1):
            layers[f"conv{stage}_{place}"] = (Conv(f"features.{number}", out, square(3), 1, square(1)),)
            layers[f"relu{stage}_{place}"] = (Relu(),)
            number += 2
        layers[f"pool{stage}"] = (MaxPool(2, 2, whole=True),)
        number += 1
    layers |= {
        "fc6": (Conv("classifier.0", 4096, square(7), flat=True),), "relu6": (Relu(),),
        "fc7": (Conv("classifier.3", 4096, flat=True),), "relu7": (Relu(),),
        "fc8": (Conv("classifier.6", 1000, flat=True), Mean()),
    }  # fmt: skip
    return Plan(layers, scale=imagenet_scale(), shift=imagenet_shift())


def vgg_aliases(name: str) -> dict[str, str]:
    """Map torchvision's indexes and Keras' names; Keras' convolutions have their ReLU in them."""
    names = [layer for layer in vgg(name).layers if not layer.startswith(("fc", "relu6", "relu7"))]
    aliases = {f"features.{number}": layer for number, layer in enumerate(names)}
    for layer in names:
        if layer.startswith("relu"):
            stage, place = layer[4:].split("_")
            aliases[f"block{stage}_conv{place}"] = layer
    pools = {f"block{stage}_pool": f"pool{stage}" for stage in range(1, 6)}
    fully = {
        "classifier.0": "fc6",
        "classifier.3": "fc7",
        "classifier.6": "fc8",
        "logits": "fc8",
        "fc": "fc8",
    }
    return aliases | pools | fully


def imagenet_scale() -> tuple[float, ...]:
    """Return the scale of v in 0..1, for (v - mean) / deviation."""
    return tuple(1 / deviation for deviation in DEVIATION)


def imagenet_shift() -> tuple[float, ...]:
    """Return the offset, added after the scale."""
    return tuple(-mean / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True))
