"""GoogLeNet on paper: its layers and their channels, known without loading torch."""

from __future__ import annotations

STEM = {"conv1": (3, 64, 7), "conv2": (64, 64, 1), "conv3": (64, 192, 3)}
"""The convolutions before the first Inception module: input channels, output channels, kernel."""

INCEPTION = {
    "inception3a": (192, 64, 96, 128, 16, 32, 32),
    "inception3b": (256, 128, 128, 192, 32, 96, 64),
    "inception4a": (480, 192, 96, 208, 16, 48, 64),
    "inception4b": (512, 160, 112, 224, 24, 64, 64),
    "inception4c": (512, 128, 128, 256, 24, 64, 64),
    "inception4d": (512, 112, 144, 288, 32, 64, 64),
    "inception4e": (528, 256, 160, 320, 32, 128, 128),
    "inception5a": (832, 256, 160, 320, 32, 128, 128),
    "inception5b": (832, 384, 192, 384, 48, 128, 128),
}
"""Channels of each module: input; branch 1; branch 2, reduced and out; branch 3, likewise; branch 4."""

POOLS = {"conv1": "maxpool1", "conv3": "maxpool2", "inception3b": "maxpool3", "inception4e": "maxpool4"}
"""The layer before each pool."""


def googlenet_layers() -> dict[str, int]:
    """List the layers with the channels of their outputs, first layer first."""
    channels = {name: out for name, (_, out, _) in STEM.items()}
    channels |= {name: b1 + b2 + b3 + b4 for name, (_, b1, _, b2, _, b3, b4) in INCEPTION.items()}
    layers: dict[str, int] = {}
    for name, count in channels.items():
        layers[name] = count
        if name in POOLS:
            layers[POOLS[name]] = count
    return layers
