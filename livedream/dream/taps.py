"""From settings to taps: which objective is at which layer, and with which weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from livedream.dream.labels import find_label
from livedream.dream.network_info import CLASSIFIER, IMAGE, NetworkInfo
from livedream.errors import InputError
from livedream.frame import Image
from livedream.settings import DreamSettings

OTHER_WORDS = ("label", "guide", "style", "content")
"""What is dreamed besides `dream.objective`."""

GUIDE_MOOD = "patterns"
"""Where a guide is followed: deeper down, what is most like it at each place does not go together."""

STYLE_LAYERS = 4
"""How many layers a style is taken from where none are named."""

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tap:
    """Where a network is tapped, and what for: the word of an objective and the technical name of its layer.

    groups: of channels, each with weights of its own; 1: all channels everywhere. salient: only the salient
    channels of the layer are there, which is a dream of the whole layer.
    """

    objective: str
    layer: str
    groups: int = 1
    salient: bool = False

    def channels(self, info: NetworkInfo) -> int:
        """Count the channels that are tapped."""
        return len(info.salient[self.layer]) if self.salient else info.channels(self.layer)


def taps_at(*layers: str, objective: str = "even", groups: int = 1) -> tuple[Tap, ...]:
    """Return taps for one objective at layers, technical names."""
    return tuple(Tap(objective, layer, groups) for layer in layers)


def taps_of(dream: DreamSettings, info: NetworkInfo) -> list[Tap]:
    """List the taps that the settings ask for: those of `dream.objective`, then others, first layer first.

    Raises InputError for an unknown layer.
    """
    if dream.labels:
        label_weights(dream, info)
    wanted = {(objective, info.find(name)) for objective, name, _ in weighted_layers(dream, info, 0.0)}
    groups = {dream.objective: dream.channel_groups}
    whole = _whole(dream, info, wanted)
    return [
        Tap(objective, layer, groups.get(objective, 1), salient=layer in whole)
        for objective in (dream.objective, *OTHER_WORDS)
        for layer in sorted((layer for word, layer in wanted if word == objective), key=info.depth)
    ]


def _whole(dream: DreamSettings, info: NetworkInfo, wanted: Iterable[tuple[str, str]]) -> set[str]:
    """Return the layers that have salient channels and are dreamed as a whole, none of them picked."""
    if dream.channel_groups > 1 or dream.rank != "all":
        return set()
    others = {layer for objective, layer in wanted if objective != dream.objective}
    return set(info.salient) - others - set(channel_weights(dream, info))


def weighted_layers(
    dream: DreamSettings, info: NetworkInfo, time_s: float
) -> Iterator[tuple[str, str, float]]:
    """List what is dreamed at a time of the show: (objective, layer as it was named, weight)."""
    others = bool(dream.sequence or dream.labels or dream.guide or dream.style)
    default = {info.default_layer: 1.0}
    layers = dream.layers or ({} if others else default)
    yield from ((dream.objective, *named) for named in layers.items())
    yield from ((dream.objective, *named) for named in sequence_weights(dream, time_s).items())
    if dream.labels:
        yield "label", CLASSIFIER, 1.0
    if dream.guide:
        guides = dream.guide_layers or ({GUIDE_MOOD: 1.0} if GUIDE_MOOD in info.moods else default)
        yield from (("guide", *named) for named in guides.items())
    if dream.style:
        styles = dream.style_layers or dict.fromkeys(_spread(info), 1.0)
        yield from (("style", *named) for named in styles.items())
    yield from (("content", *named) for named in dream.content_layers.items())


def label_weights(dream: DreamSettings, info: NetworkInfo) -> Image:
    """Return 1xCx1x1 with 1 for each class that is asked for. Raises InputError."""
    numbers = [int(label) if label.isdecimal() else find_label(info, label) for label in dream.labels]
    weights = np.zeros((1, info.channels(CLASSIFIER), 1, 1), np.float32)
    _check_channels("labels", CLASSIFIER, numbers, weights.shape[1])
    weights[0, numbers] = 1.0
    return weights


def _spread(info: NetworkInfo) -> list[str]:
    """Choose the image and layers down to the default one, evenly."""
    names = [IMAGE, *info.layers][: info.depth(info.default_layer) + 1]
    places = np.linspace(0, len(names) - 1, min(STYLE_LAYERS, len(names))).round().astype(int)
    return [names[place] for place in places]


def sequence_weights(dream: DreamSettings, time_s: float) -> dict[str, float]:
    """Return the weights of the sequence's layers at a time; they add up to 1.

    From one layer to the next `sequence_s` go by; for a share `sequence_fade` of that it fades in, the one
    before it out. Ping-pong goes back without repeating the ends.
    """
    order = list(dream.sequence)
    if dream.sequence_mode == "ping-pong":
        order += order[-2:0:-1]
    weights = dict.fromkeys(order, 0.0)
    if order:
        turn, past = divmod(time_s / dream.sequence_s, 1.0)
        shown = 1.0 if turn < 1 or past >= dream.sequence_fade else past / dream.sequence_fade
        weights[order[int(turn) % len(order)]] += shown
        weights[order[int(turn - 1) % len(order)]] += 1.0 - shown
    return weights


def channel_weights(dream: DreamSettings, info: NetworkInfo) -> dict[str, Image]:
    """Return 1xCx1x1 for each layer some of whose channels are chosen or left out. Raises InputError."""
    weights: dict[str, Image] = {}
    for name, chosen in dream.channels.items():
        layer = info.find(name)
        _check_channels("channels", name, chosen, info.channels(layer))
        if chosen:
            weights[layer] = np.zeros((1, info.channels(layer), 1, 1), np.float32)
            weights[layer][0, list(chosen), 0, 0] = list(chosen.values())
    for name, left_out in dream.without.items():
        layer = info.find(name)
        _check_channels("without", name, left_out, info.channels(layer))
        weights.setdefault(layer, np.ones((1, info.channels(layer), 1, 1), np.float32))
        weights[layer][0, list(left_out), 0, 0] = 0.0
    return weights


def _check_channels(word: str, name: str, channels: Iterable[int], count: int) -> None:
    outside = [channel for channel in channels if not 0 <= channel < count]
    if outside:
        raise InputError(
            f"dream.{word}: {name} has no channel {outside[0]}; its {count} channels are numbered from 0"
        )
