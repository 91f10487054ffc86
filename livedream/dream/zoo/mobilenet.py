"""MobileNet v1 (Howard et al. 2017) with Keras' names, down to its last layer but one."""

from __future__ import annotations

from livedream.dream.zoo.plan import Conv, Plan, Relu, Steps, square

STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2)
"""Stride of each separable convolution, conv_pw_1 to conv_pw_12; conv1 has 2 as well."""

CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024)
"""Channels of their outputs."""


def mobilenet(channels: tuple[int, ...] = CHANNELS, stem: int = 32) -> Plan:
    """Plan MobileNet v1 of any width: the channels of conv1 (`stem`) and of each separable convolution."""
    layers: dict[str, Steps] = {"conv1": _conv("conv1", stem, 3, 2)}
    at = stem
    for number, (stride, out) in enumerate(zip(STRIDES, channels, strict=True), 1):
        depthwise = _conv(f"conv_dw_{number}", at, 3, stride, depthwise=True)
        layers[f"conv_pw_{number}"] = depthwise + _conv(f"conv_pw_{number}", out, 1, 1)
        at = out
    return Plan(layers, epsilon=1e-3)


def _conv(name: str, out: int, kernel: int, stride: int, *, depthwise: bool = False) -> Steps:
    convolution = Conv(name, out, square(kernel), stride, None, f"{name}_bn", depthwise=depthwise)
    return convolution, Relu(6.0)
