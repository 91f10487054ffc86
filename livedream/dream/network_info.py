"""A network on paper."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from livedream.dream.zoo.plan import Plan
from livedream.errors import InputError

IMAGE = "image"
"""Names what goes into the first layer, as if it were a layer: a style has colours, too."""

BEFORE = "before_"
"""With a layer's name after it, names what goes into that layer."""

CLASSIFIER = "logits"
"""The layer whose channels are classes."""


@dataclass(frozen=True)
class NetworkInfo:
    """What is known of a network without loading it.

    layers: technical name -> channels of its output, first layer first.
    moods: the names that a person understands -> technical name.
    address: where its weights can be had; "" for those that come with livedream.
    aliases: the names of its literature -> technical name. plan: what it is made of.
    default_layer: a layer, or a mood, that dreams well. sha256: of the published file, all of it or its
    first digits. megabytes: what the published file has. parameters: of the published network, the
    classifiers at its side left out. licence: of the weights, and whose they are.
    labels: whose classes its classifier knows: "imagenet", "places205", "places365" or "".
    heads: layers at the side, which nothing goes on from -> the layer that each sits on.
    salient: heads -> the channels that a dream of the whole head is made of: those that photographs excite
    most. Without the others it costs less and is clearer.
    """

    name: str
    file: Path
    layers: Mapping[str, int]
    moods: Mapping[str, str]
    address: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    plan: Plan = field(default_factory=lambda: Plan({}))
    default_layer: str = ""
    sha256: str = ""
    megabytes: int = 0
    parameters: int = 0
    licence: str = ""
    labels: str = ""
    heads: Mapping[str, str] = field(default_factory=dict)
    salient: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def own_place(self) -> Path:
        """Return the path for the user's own weights, which replace the published ones."""
        return self.file.parent / f"{self.name}.safetensors"

    @property
    def own(self) -> bool:
        """Return whether the user's own weights are used."""
        return bool(self.plan.layers) and self.file == self.own_place

    @property
    def way_out(self) -> str:
        """Return what to do about a weights file that is missing or damaged."""
        if not self.plan.layers:
            return "install livedream again"
        if self.own or not self.address:
            return f"install its weights: livedream networks get {self.name} --file FILE"
        return f"run livedream networks get {self.name}, or download {self.address} and save it there"

    @property
    def classes(self) -> int:
        """Count the classes of its classifier; 0 without one."""
        return self.layers.get(self.aliases.get(CLASSIFIER, CLASSIFIER), 0)

    def check_file(self) -> None:
        """Raise InputError if the file of weights is missing."""
        if not is_there(self.file):
            raise InputError(f"the network file {self.file} is missing; {self.way_out}")

    def find(self, layer: str) -> str:
        """Turn a mood, an alias or a technical name into the technical name.

        With `before_` in front it is the layer whose output goes into that one, or into that convolution.
        Raises InputError that lists the near names, or all of them, the one to begin with first; and where
        what goes into it is no layer.
        """
        if layer.startswith(BEFORE):
            return self._before(layer.removeprefix(BEFORE))
        technical = self._technical(layer)
        if technical:
            return technical
        known = [name for name in dict.fromkeys([self.default_layer, *self.moods, *self.layers]) if name]
        near = near_names(layer, [*known, *self.aliases]) or known
        raise InputError(f"the network {self.name} has no layer {layer!r}; choose one of: {', '.join(near)}")

    def _technical(self, layer: str) -> str:
        technical = self.moods.get(layer, self.aliases.get(layer, layer))
        return technical if technical in self.layers or technical == IMAGE else ""

    def _before(self, layer: str) -> str:
        technical = self._technical(layer) or self._around(layer) or self.find(layer)
        if technical in self.heads:
            return self.heads[technical]
        order = [IMAGE, *(name for name in self.layers if name not in self.heads)]
        place = order.index(technical)
        if place > 1:
            return order[place - 1]
        what = f"{layer}, the first layer of {self.name}," if place else "it"
        raise InputError(f"{BEFORE}{layer}: the input of {what} is the picture itself; use {IMAGE!r}")

    def _around(self, convolution: str) -> str:
        """Name the layer that begins with a convolution, "" if there is no such convolution."""
        inner = {_plain(name): inside for name, inside in self.plan.inner().items()}
        layer, sees_input = inner.get(_plain(convolution), ("", True))
        if sees_input:
            return layer
        before = self._before(layer)
        raise InputError(
            f"{BEFORE}{convolution}: the input of {convolution} lies inside {layer} and is not a layer of "
            f"{self.name}; the nearest are: {before}, {layer}"
        )

    def depth(self, layer: str) -> int:
        """Count the layers before `layer`; the image is the first."""
        return [IMAGE, *self.layers].index(self.find(layer))

    def channels(self, layer: str) -> int:
        """Count a layer's channels."""
        technical = self.find(layer)
        return 3 if technical == IMAGE else self.layers[technical]


def is_there(file: Path) -> bool:
    """Return whether a file of weights is there; one that cannot be reached any more is not."""
    with suppress(OSError):  # of a disk that was pulled out, or a network that has gone
        return file.is_file()
    return False


def _plain(convolution: str) -> str:
    """Return the name of a convolution's weights, which papers may write with / instead of _."""
    return convolution.replace("/", "_").removesuffix(".conv")


def near_names(name: str, known: list[str]) -> list[str]:
    """Find up to three names that look like `name`, the nearest first; letters' case does not count."""
    small = {each.lower(): each for each in reversed(known)}
    return [small[each] for each in difflib.get_close_matches(name.lower(), small, n=3, cutoff=0.5)]
