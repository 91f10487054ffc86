"""The teacher: MobileNet v1 with its published ImageNet weights (Howard et al. 2017)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livedream.dream.catalog import NetworkInfo
from livedream.dream.layers import Chain, Convolution, Layer, Relu
from livedream.dream.network import Network
from livedream.errors import InputError

STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2)
"""Stride of each separable convolution, conv_pw_1 to conv_pw_12; conv1 has 2 as well."""

BATCH_NORM_EPSILON = 1e-3

TEACHES: Mapping[str, str] = {f"head.{n}": f"conv_pw_{n}" for n in (4, 6, 8, 11)}
"""The student's heads, and the layer of the teacher that each learns."""


def load_teacher(file: Path) -> Network:
    """Load the teacher from an npz with Keras' names, batch norm folded into the convolutions.

    Raises InputError if the file is missing or something else.
    """
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _network(file, dict(arrays))
    except FileNotFoundError as fault:
        raise InputError(f"the teacher {file} is missing; give the npz of MobileNet v1") from fault
    except (OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, zipfile.BadZipFile) as fault:
        raise InputError(f"the teacher {file} is not an npz of MobileNet v1: {fault}") from fault


def _network(file: Path, arrays: Mapping[str, NDArray[np.float32]]) -> Network:
    layers: dict[str, Layer] = {"conv1": Chain([_folded(arrays, "conv1", 2), Relu(6.0)])}
    channels = {"conv1": len(arrays["conv1_bn.beta"])}
    for number, stride in enumerate(STRIDES, 1):
        depthwise, pointwise = f"conv_dw_{number}", f"conv_pw_{number}"
        inside = (_folded(arrays, depthwise, stride), Relu(6.0), _folded(arrays, pointwise), Relu(6.0))
        layers[pointwise] = Chain(inside)
        channels[pointwise] = len(arrays[f"{pointwise}_bn.beta"])
    return Network(NetworkInfo("mobilenet_v1", file, channels, {}), layers)


def _folded(arrays: Mapping[str, NDArray[np.float32]], name: str, stride: int = 1) -> Convolution:
    """Fold the batch norm after a convolution into it: y = scale * conv(x) + shift."""
    norm = {part: torch.from_numpy(arrays[f"{name}_bn.{part}"]).float() for part in
            ("gamma", "beta", "moving_mean", "moving_variance")}  # fmt: skip
    scale = norm["gamma"] / (norm["moving_variance"] + BATCH_NORM_EPSILON).sqrt()
    weight = _kernel(arrays, name) * scale.reshape(-1, 1, 1, 1)
    return Convolution(weight.contiguous(), norm["beta"] - norm["moving_mean"] * scale, stride)


def _kernel(arrays: Mapping[str, NDArray[np.float32]], name: str) -> Tensor:
    """Turn HWIO (depthwise: HWC1) into OIHW."""
    if f"{name}.depthwise_kernel" in arrays:
        return torch.from_numpy(arrays[f"{name}.depthwise_kernel"]).float().permute(2, 3, 0, 1)
    return torch.from_numpy(arrays[f"{name}.kernel"]).float().permute(3, 2, 0, 1)
