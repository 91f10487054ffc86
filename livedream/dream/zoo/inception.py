"""Inception v3 (Szegedy et al. 2016), as torchvision has it."""

from __future__ import annotations

from livedream.dream.zoo.plan import AveragePool, Branches, Conv, MaxPool, Mean, Plan, Relu, Steps, square

MIXED = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")
POOLED = {"5b": 32, "5c": 64, "5d": 64}
"""Channels after the pool of the modules at 35x35 pixels."""

LONG = {"6b": 128, "6c": 160, "6d": 160, "6e": 192}
"""Channels inside the long convolutions of the modules at 17x17 pixels."""


def inception_v3() -> Plan:
    """Plan Inception v3."""
    layers: dict[str, Steps] = {
        "Conv2d_1a_3x3": _conv("Conv2d_1a_3x3", 32, square(3), stride=2, padded=False),
        "Conv2d_2a_3x3": _conv("Conv2d_2a_3x3", 32, square(3), padded=False),
        "Conv2d_2b_3x3": _conv("Conv2d_2b_3x3", 64, square(3)),
        "maxpool1": (MaxPool(whole=True),),
        "Conv2d_3b_1x1": _conv("Conv2d_3b_1x1", 80),
        "Conv2d_4a_3x3": _conv("Conv2d_4a_3x3", 192, square(3), padded=False),
        "maxpool2": (MaxPool(whole=True),),
    }
    layers |= {f"Mixed_{name}": (_module(name),) for name in MIXED}
    layers["fc"] = (Mean(), Conv("fc", 1000, flat=True))
    # As with GoogLeNet, torchvision's transform_input undoes its normalisation: the range is from -1 to 1.
    return Plan(layers, epsilon=1e-3)


def inception_v3_aliases() -> dict[str, str]:
    """Map Keras' names (mixed0 to mixed10) and small letters."""
    keras = {f"mixed{number}": f"Mixed_{name}" for number, name in enumerate(MIXED)}
    return keras | {f"mixed_{name}": f"Mixed_{name}" for name in MIXED} | {"logits": "fc"}


def _conv(
    name: str, out: int, kernel_hw: tuple[int, int] = (1, 1), stride: int = 1, *, padded: bool = True
) -> Steps:
    height, width = kernel_hw
    padding_hw = (height // 2, width // 2) if padded else (0, 0)
    return Conv(f"{name}.conv", out, kernel_hw, stride, padding_hw, f"{name}.bn"), Relu()


def _module(name: str) -> Branches:
    if name in POOLED:
        return Branches(_at_35(f"Mixed_{name}", POOLED[name]))
    if name in LONG:
        return Branches(_at_17(f"Mixed_{name}", LONG[name]))
    makers = {"6a": _to_17, "7a": _to_8}
    return Branches(makers.get(name, _at_8)(f"Mixed_{name}"))


def _pooled(name: str, out: int) -> Steps:
    return AveragePool(3, 1, padding=1), *_conv(f"{name}.branch_pool", out)


def _at_35(name: str, pooled: int) -> tuple[Steps, ...]:
    double = f"{name}.branch3x3dbl"
    return (
        _conv(f"{name}.branch1x1", 64),
        _conv(f"{name}.branch5x5_1", 48) + _conv(f"{name}.branch5x5_2", 64, square(5)),
        _conv(f"{double}_1", 64) + _conv(f"{double}_2", 96, square(3)) + _conv(f"{double}_3", 96, square(3)),
        _pooled(name, pooled),
    )


def _to_17(name: str) -> tuple[Steps, ...]:
    double = f"{name}.branch3x3dbl"
    return (
        _conv(f"{name}.branch3x3", 384, square(3), stride=2, padded=False),
        _conv(f"{double}_1", 64)
        + _conv(f"{double}_2", 96, square(3))
        + _conv(f"{double}_3", 96, square(3), stride=2, padded=False),
        (MaxPool(whole=True),),
    )


def _at_17(name: str, inner: int) -> tuple[Steps, ...]:
    long, double = f"{name}.branch7x7", f"{name}.branch7x7dbl"
    return (
        _conv(f"{name}.branch1x1", 192),
        _conv(f"{long}_1", inner) + _conv(f"{long}_2", inner, (1, 7)) + _conv(f"{long}_3", 192, (7, 1)),
        _conv(f"{double}_1", inner)
        + _conv(f"{double}_2", inner, (7, 1))
        + _conv(f"{double}_3", inner, (1, 7))
        + _conv(f"{double}_4", inner, (7, 1))
        + _conv(f"{double}_5", 192, (1, 7)),
        _pooled(name, 192),
    )


def _to_8(name: str) -> tuple[Steps, ...]:
    small, long = f"{name}.branch3x3", f"{name}.branch7x7x3"
    return (
        _conv(f"{small}_1", 192) + _conv(f"{small}_2", 320, square(3), stride=2, padded=False),
        _conv(f"{long}_1", 192)
        + _conv(f"{long}_2", 192, (1, 7))
        + _conv(f"{long}_3", 192, (7, 1))
        + _conv(f"{long}_4", 192, square(3), stride=2, padded=False),
        (MaxPool(whole=True),),
    )


def _at_8(name: str) -> tuple[Steps, ...]:
    small, double = f"{name}.branch3x3", f"{name}.branch3x3dbl"
    return (
        _conv(f"{name}.branch1x1", 320),
        (*_conv(f"{small}_1", 384), _across(f"{small}_2")),
        (*_conv(f"{double}_1", 448), *_conv(f"{double}_2", 384, square(3)), _across(f"{double}_3")),
        _pooled(name, 192),
    )


def _across(name: str) -> Branches:
    return Branches((_conv(f"{name}a", 384, (1, 3)), _conv(f"{name}b", 384, (3, 1))))
