"""Going through the layers of a network and their channels, one at a time."""

from __future__ import annotations

from typing import Any

from livedream.dream.catalog import NetworkInfo, network_info
from livedream.dream.taps import taps_of
from livedream.settings import DreamSettings, Settings, change

NOTHING: dict[str, Any] = {
    "channels": {},
    "without": {},
    "channel_groups": 1,
    "rank": "all",
    "labels": (),
    "sequence": (),
    "guide": "",
    "guide_layers": {},
    "style": "",
    "style_layers": {},
    "content_layers": {},
}
"""What is dreamed besides layers: none of it."""


def layers_of(info: NetworkInfo) -> list[str]:
    """List a network's layers, the first one first, each by its mood if it has one.

    Of the embedded network these are its moods alone: the heads that were taught to dream.
    """
    moods = {layer: mood for mood, layer in info.moods.items()}
    return [moods.get(layer, layer) for layer in info.layers if layer in moods or info.plan.layers]


def leading_layer(dream: DreamSettings, info: NetworkInfo) -> str | None:
    """Return the layer with the greatest weight, as it was named; None if something else is dreamed."""
    if dream.layers:
        return max(dream.layers, key=lambda name: dream.layers[name])
    others = dream.sequence or dream.labels or dream.guide or dream.style
    return None if others else info.default_layer


def alone(settings: Settings, layer: str, channel: int | None = None) -> Settings:
    """Return the settings with one layer dreamed, or one of its channels, and nothing else."""
    wished = NOTHING | {"layers": {layer: 1.0}}
    if channel is not None:
        wished["channels"] = {layer: {channel: 1.0}}
    return change(settings, {f"dream.{name}": value for name, value in wished.items()})


def next_layer(settings: Settings, by: int) -> Settings:
    """Dream the next layer (by > 0) or the one before, all its channels; round and round."""
    info = network_info(settings.dream.network)
    names, leading = layers_of(info), leading_layer(settings.dream, info)
    here = -1 if leading is None else info.depth(leading)
    if by > 0:
        return alone(settings, next((name for name in names if info.depth(name) > here), names[0]))
    return alone(settings, next((name for name in names[::-1] if info.depth(name) < here), names[-1]))


def next_channel(settings: Settings, by: int) -> Settings:
    """Dream the next channel of the layer alone (by > 0) or the one before; between last and first: all."""
    layer, channel, count = where(settings)
    following = ((-1 if channel is None else channel) + 1 + by) % (count + 1) - 1
    return alone(settings, layer, None if following < 0 else following)


def picked(settings: Settings) -> list[Settings]:
    """List what needs the engine of single channels, if a whole layer is dreamed that has another one.

    Raises InputError.
    """
    taps = taps_of(settings.dream, network_info(settings.dream.network))
    return [alone(settings, taps[0].layer, 0)] if [tap.salient for tap in taps] == [True] else []


def all_channels(settings: Settings) -> Settings:
    """Dream the layer with all its channels."""
    return alone(settings, where(settings)[0])


def where(settings: Settings) -> tuple[str, int | None, int]:
    """Return (layer, its one channel or None for several, the number of its channels)."""
    dream = settings.dream
    info = network_info(dream.network)
    layer = leading_layer(dream, info) or info.default_layer
    chosen = [list(of) for name, of in dream.channels.items() if info.find(name) == info.find(layer)]
    channel = chosen[0][0] if chosen and len(chosen[0]) == 1 else None
    moods = {technical: mood for mood, technical in info.moods.items()}
    return moods.get(info.find(layer), layer), channel, info.channels(layer)
