"""What is known of the networks without loading one: files, layers, channels, moods."""

from __future__ import annotations

import difflib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

from livedream.dream.googlenet_layers import googlenet_layers
from livedream.errors import InputError
from livedream.resources import folder

EMBEDDED_STRIDES = (1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1)
"""Stride of each block of the embedded network; its stem has 4."""

EMBEDDED_HEADS = {"head.4": "block.2", "head.6": "block.5", "head.8": "block.7", "head.11": "block.10"}
"""Heads of the embedded network, named after the layers of the teacher that they learned: the block below."""


@dataclass(frozen=True)
class NetworkInfo:
    """A network on paper.

    layers: technical name -> channels of its output, first layer first.
    moods: the names that a person understands -> technical name.
    address: where its weights can be had; "" for those that come with livedream.
    """

    name: str
    file: Path
    layers: Mapping[str, int]
    moods: Mapping[str, str]
    address: str = ""

    @property
    def way_out(self) -> str:
        """Say what mends a file of weights that is missing or damaged."""
        return f"get {self.address} and put it there" if self.address else "install livedream again"

    def check_file(self) -> None:
        """Raise InputError if the file of weights is missing."""
        if not self.file.is_file():
            raise InputError(f"the network file {self.file} is missing; {self.way_out}")

    def find(self, layer: str) -> str:
        """Turn a mood or a technical name into the technical name.

        Raises InputError that lists the near names.
        """
        technical = self.moods.get(layer, layer)
        if technical in self.layers:
            return technical
        known = [*self.moods, *self.layers]
        near = difflib.get_close_matches(layer, known, n=3, cutoff=0.5) or known
        raise InputError(f"the network {self.name} has no layer {layer!r}; take one of: {', '.join(near)}")

    def depth(self, layer: str) -> int:
        """Count the layers before `layer`."""
        return list(self.layers).index(self.find(layer))


GOOGLENET_ADDRESS = "https://download.pytorch.org/models/googlenet-1378be20.pth"
"""Where torchvision publishes it; the name carries the first digits of its SHA-256."""


def network_info(name: str) -> NetworkInfo:
    """Look a network up by name; whether its weights are here is seen when they are loaded."""
    if name == "embedded":
        return _embedded()
    if name == "googlenet":
        file = networks_folder() / GOOGLENET_ADDRESS.rpartition("/")[2]
        return NetworkInfo(name, file, googlenet_layers(), {}, GOOGLENET_ADDRESS)
    raise InputError(f"there is no network {name!r}; there are: embedded, googlenet")


def networks_folder() -> Path:
    """Give the folder that the weights of further networks are put into."""
    return platformdirs.user_data_path("livedream", appauthor=False) / "networks"


@cache
def _embedded() -> NetworkInfo:
    file = folder("assets") / "embedded_v1.safetensors"
    shapes = _shapes(file)
    weights = {"stem": "stem.weight"}
    for block in (f"block.{number}" for number in range(len(EMBEDDED_STRIDES))):
        weights[block] = f"{block}.project.weight"
        weights |= {head: f"{head}.weight" for head, below in EMBEDDED_HEADS.items() if below == block}
    try:
        layers = {name: shapes[weight][0] for name, weight in weights.items()}
    except (KeyError, IndexError, TypeError) as fault:
        raise InputError(f"{file} is not the network embedded: {fault}; install livedream again") from fault
    moods = {"lines": "head.4", "patterns": "head.6", "eyes": "head.8", "creatures": "head.11"}
    return NetworkInfo("embedded", file, layers, moods)


def _shapes(file: Path) -> dict[str, list[int]]:
    """Read tensor shapes from a safetensors header: 8 bytes of length, then JSON."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            header = dict(json.loads(stream.read(length)))
    except (OSError, struct.error, ValueError, MemoryError, OverflowError) as fault:
        raise InputError(
            f"the network file {file} cannot be read ({fault}); install livedream again"
        ) from fault
    entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    return {
        name: entry["shape"]
        for name, entry in entries.items()
        if isinstance(entry, dict) and "shape" in entry
    }
