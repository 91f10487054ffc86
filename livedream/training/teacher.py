"""The teacher: MobileNet v1 with its published ImageNet weights (Howard et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from livedream.dream.build import build_network
from livedream.dream.catalog import network_info
from livedream.dream.loading import read_weights
from livedream.dream.network import Network
from livedream.dream.zoo.mobilenet import STRIDES, mobilenet
from livedream.errors import InputError

TEACHES: Mapping[str, str] = {f"head.{n}": f"conv_pw_{n}" for n in (4, 6, 8, 11)}
"""The student's heads, and the layer of the teacher that each learns."""


def load_teacher(file: Path) -> Network:
    """Load the teacher, of any width, from an npz with Keras' names.

    Raises InputError if the file is missing or something else.
    """
    if not file.is_file():
        raise InputError(f"the teacher {file} is missing; give the npz of MobileNet v1")
    weights = read_weights(file, "give the npz of MobileNet v1")
    stem, *channels = (_channels(weights, name) for name in ("conv1", *_separable()))
    plan = mobilenet(tuple(channels), stem)
    info = replace(network_info("mobilenet_v1"), file=file, plan=plan, layers=plan.channels())
    return build_network(info, weights)


def _separable() -> list[str]:
    return [f"conv_pw_{number}" for number in range(1, len(STRIDES) + 1)]


def _channels(weights: Mapping[str, Tensor], name: str) -> int:
    """Count a convolution's outputs; 0 if it does not exist, which fits no network."""
    weight = weights.get(f"{name}.weight")
    return 0 if weight is None else len(weight)
