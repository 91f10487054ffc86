"""What a kernel is fed for a frame besides the image: scalars, views, a control for each tap, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from livedream.dream.catalog import known_network
from livedream.dream.network_info import NetworkInfo
from livedream.dream.regions import grid_of, in_groups, region_map
from livedream.dream.spec import KernelSpec, Picture
from livedream.dream.taps import Tap, channel_weights, label_weights, weighted_layers
from livedream.dream.views import views
from livedream.frame import Image
from livedream.settings import DreamSettings

PICTURE_PX = 192
"""Side of the square pictures that a guide, a style and what channels are ranked by are looked at."""

Scalar = Literal["step_size", "roughness", "step_growth", "total_variation", "decay", "rank_count", "detail"]
"""A setting that goes into a kernel as a number."""

SCALARS: tuple[Scalar, ...] = get_args(Scalar)
"""All of them, in the order in which they lie in the kernel's input."""


def frame_inputs(
    spec: KernelSpec,
    dream: DreamSettings,
    seed: int,
    pictures: Mapping[Picture, Image] = MappingProxyType({}),
    time_s: float = 0.0,
    number: float = 0,
) -> list[NDArray[Any]]:
    """Return what the kernel takes besides the image: scalars, views, a control for each tap, pictures.

    pictures: those that `spec.pictures` lists, 1x3x192x192, but for the frame, which the canvas adds.
    time_s: of the show, for what changes with time. seed: the same for each frame; number: of the frame.
    """
    weights = controls(spec.taps, dream, known_network(spec.network), time_s)
    if "regions" in spec.pictures:
        pictures = {**pictures, "regions": regions(spec, dream, seed, time_s)}
    given = [pictures[name] for name in spec.pictures if name != "frame"]
    return [scalars(dream), views(spec, dream, seed, time_s, number), *weights, *given]


def scalars(dream: DreamSettings) -> NDArray[np.float32]:
    """Return the numbers that `SCALARS` names, float32."""
    return np.array([getattr(dream, name) for name in SCALARS], np.float32)


def controls(taps: Iterable[Tap], dream: DreamSettings, info: NetworkInfo, time_s: float) -> list[Image]:
    """Return each tap's weights, GxCx1x1 with G groups, at a time of the show.

    They are zeros for a tap that is asked for no more. Raises InputError for a layer or channel that the
    network does not have.
    """
    taps = list(taps)
    weights = {
        (tap.objective, tap.layer): np.zeros((1, tap.channels(info), 1, 1), np.float32) for tap in taps
    }
    salient = {tap.layer: list(info.salient[tap.layer]) for tap in taps if tap.salient}
    chosen = channel_weights(dream, info)
    for objective, name, weight in weighted_layers(dream, info, time_s):
        layer = info.find(name)
        tap = objective, layer
        if tap in weights and objective == "label":
            weights[tap] += label_weights(dream, info)
        elif tap in weights:
            of_channels = chosen.get(layer) if objective == dream.objective else None
            if of_channels is not None and layer in salient:  # of a dream whose engine is still to come
                of_channels = of_channels[:, salient[layer]]
            weights[tap] += weight if of_channels is None else weight * of_channels
    written = {info.find(name): tuple(of) for name, of in dream.channels.items()}
    return [
        in_groups(weights[tap.objective, tap.layer], tap.groups, dream, time_s, written.get(tap.layer, ()))
        for tap in taps
    ]


def regions(spec: KernelSpec, dream: DreamSettings, seed: int, time_s: float) -> Image:
    """Return the map of a spec's groups, 1xGxhxw, at a time of the show."""
    return region_map(spec.groups, grid_of(spec.size_hw), dream, seed, time_s)
