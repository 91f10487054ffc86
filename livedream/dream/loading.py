"""From a file of weights to a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from livedream.dream.build import Pooling, build_network, check_weights
from livedream.dream.catalog import NetworkInfo
from livedream.dream.network import Network, embedded_network
from livedream.errors import InputError


def load_network(info: NetworkInfo, pooling: Pooling = "max") -> Network:
    """Load a network's weights (float32).

    pooling: what its max pools become; the embedded network and MobileNet have none.
    Raises InputError if the file is missing, damaged or another network's.
    """
    info.check_file()
    weights = read_weights(info.file, info.way_out)
    if info.plan.layers:
        return build_network(info, weights, pooling)
    try:
        return embedded_network(info, weights)
    except KeyError as fault:
        raise InputError(f"{info.file} is not the network {info.name}: it lacks {fault}") from fault


def read_fitting(info: NetworkInfo, file: Path, way_out: str = "give another file") -> dict[str, Tensor]:
    """Read the weights that a network needs from any file.

    Raises InputError if it is missing, damaged or another network's.
    """
    if not file.is_file():
        raise InputError(f"the network file {file} does not exist; give another file")
    weights = read_weights(file, way_out)
    try:
        check_weights(info, weights)
    except InputError as fault:
        raise InputError(str(fault).replace(str(info.file), str(file), 1)) from fault
    return {name: weights[name] for name in info.plan.tensors()}


def read_weights(file: Path, way_out: str) -> dict[str, Tensor]:
    """Read tensors by name, float32, from what safetensors, torch or numpy saved; no code in it is run.

    Raises InputError that ends with the way out if the file is damaged or something else.
    """
    read = _READERS.get(file.suffix)
    if read is None:
        raise InputError(f"the network file {file} must end in {', '.join(_READERS)}; {way_out}")
    try:
        found = {str(name): tensor.float() for name, tensor in read(file).items()}
    except Exception as fault:  # a damaged pickle makes the library that reads it raise anything at all
        reason = (str(fault).strip() or type(fault).__name__).splitlines()[0]
        raise InputError(f"the network file {file} is damaged ({reason}); {way_out}") from fault
    if not found:
        raise InputError(f"the network file {file} is damaged (it is empty); {way_out}")
    return found


def _pickled(file: Path) -> Mapping[str, Tensor]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own about odd files; whether it fits is checked here
        found = torch.load(file, map_location="cpu", weights_only=True)
    return dict(found)


def _arrays(file: Path) -> Mapping[str, Tensor]:
    """Read an npz with torch's names, or with Keras' names, layouts and batch norms."""
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return dict(_from_keras(name, torch.from_numpy(arrays[name])) for name in arrays.files)


KERAS = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""Keras' names of the parts of a batch norm, and torch's."""


def _from_keras(name: str, array: Tensor) -> tuple[str, Tensor]:
    """Name a tensor as torch does; turn HWIO into OIHW, and a depthwise kernel's HWC1 into C1HW."""
    layer, _, part = name.rpartition(".")
    if part == "kernel" and array.ndim == 4:
        return f"{layer}.weight", array.permute(3, 2, 0, 1).contiguous()
    if part == "depthwise_kernel" and array.ndim == 4:
        return f"{layer}.weight", array.permute(2, 3, 0, 1).contiguous()
    return f"{layer}.{KERAS.get(part, part)}" if layer else name, array


_READERS: Mapping[str, Callable[[Path], Mapping[str, Tensor]]] = {
    ".safetensors": load_file,
    ".npz": _arrays,
    ".pth": _pickled,
    ".pt": _pickled,
}
"""Reader by suffix."""
