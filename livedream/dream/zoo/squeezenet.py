"""SqueezeNet 1.1 (Iandola et al. 2016), as torchvision has it."""

from __future__ import annotations

from livedream.dream.zoo.plan import Branches, Conv, MaxPool, Mean, Plan, Relu, Steps, square
from livedream.dream.zoo.vgg import imagenet_scale, imagenet_shift

FIRES = {2: (3, 16, 64), 3: (4, 16, 64), 4: (6, 32, 128), 5: (7, 32, 128),
         6: (9, 48, 192), 7: (10, 48, 192), 8: (11, 64, 256), 9: (12, 64, 256)}  # fmt: skip
"""Fire modules: torchvision's index; channels squeezed to; channels of each of the two ways after that."""


def squeezenet() -> Plan:
    """Plan SqueezeNet 1.1."""
    layers: dict[str, Steps] = {
        "conv1": (Conv("features.0", 64, square(3), 2), Relu()),
        "maxpool1": (MaxPool(),),
    }
    for number in FIRES:
        layers[f"fire{number}"] = _fire(number)
        if number in (3, 5):
            layers[f"maxpool{number}"] = (MaxPool(),)
    layers |= {"conv10": (Conv("classifier.1", 1000), Relu()), "logits": (Mean(),)}
    return Plan(layers, scale=imagenet_scale(), shift=imagenet_shift())


def squeezenet_aliases() -> dict[str, str]:
    """Map torchvision's indexes."""
    fires = {f"features.{index}": f"fire{number}" for number, (index, _, _) in FIRES.items()}
    pools = {"features.2": "maxpool1", "features.5": "maxpool3", "features.8": "maxpool5"}
    return fires | pools | {"features.1": "conv1", "classifier.2": "conv10", "fc": "logits"}


def _fire(number: int) -> Steps:
    index, squeezed, out = FIRES[number]
    name = f"features.{index}"
    narrow = (Conv(f"{name}.expand1x1", out), Relu())
    wide = (Conv(f"{name}.expand3x3", out, square(3), 1, square(1)), Relu())
    return Conv(f"{name}.squeeze", squeezed), Relu(), Branches((narrow, wide))
