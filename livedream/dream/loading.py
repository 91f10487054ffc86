"""From a file of weights to a network."""

from __future__ import annotations

import pickle

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from livedream.dream.catalog import NetworkInfo
from livedream.dream.googlenet import googlenet
from livedream.dream.network import Network, embedded_network
from livedream.errors import InputError


def load_network(info: NetworkInfo) -> Network:
    """Load a network's weights (float32).

    Raises InputError if the file is missing, damaged or another network's.
    """
    info.check_file()
    if info.name == "googlenet":
        return googlenet(info, _pickled(info))
    try:
        return embedded_network(info, _safe(info))
    except KeyError as fault:
        raise InputError(f"{info.file} is not the network {info.name}: it lacks {fault}") from fault


def _safe(info: NetworkInfo) -> dict[str, Tensor]:
    """Read a safetensors file."""
    try:
        return {name: tensor.float() for name, tensor in load_file(info.file).items()}
    except (SafetensorError, OSError) as fault:
        raise _damaged(info, fault) from fault


def _pickled(info: NetworkInfo) -> dict[str, Tensor]:
    """Read a file that torch saved; code in it is refused, not run."""
    try:
        found = torch.load(info.file, map_location="cpu", weights_only=True)
        return {str(name): tensor.float() for name, tensor in dict(found).items()}
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, TypeError, LookupError,
            AttributeError) as fault:  # fmt: skip
        raise _damaged(info, fault) from fault


def _damaged(info: NetworkInfo, fault: Exception) -> InputError:
    reason = (str(fault).strip() or type(fault).__name__).splitlines()[0]
    return InputError(f"the network file {info.file} is damaged ({reason}); {info.way_out}")
