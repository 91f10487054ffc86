"""The settings that say what is dreamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from livedream.registry import Registry
from livedream.settings.section import Section, Weight, setting


@dataclass(frozen=True, slots=True)
class ObjectiveKind:
    """Where an objective's class is: its module, which is imported when it is dreamed, and its name there.

    It is a `livedream.dream.objective.Objective` that is made without arguments. Processes that build engines
    import the module, too, and an engine is built anew when its file changes.
    """

    module: str
    name: str

    def load(self) -> Any:
        """Return the class."""
        return getattr(import_module(self.module), self.name)


OBJECTIVES: Registry[ObjectiveKind] = Registry("an objective")
"""What `dream.objective` can be; whoever adds an objective here can dream it."""

OWN_MODULE = "livedream.dream.objective"

for _word, _name in (("even", "Even"), ("l2", "L2"), ("mean", "Mean"), ("absolute", "Absolute")):
    OBJECTIVES.add(_word, ObjectiveKind(OWN_MODULE, _name))

LayerWeights = Mapping[str, Weight]


class ObjectiveSettings(Section):
    """What is dreamed: layers, channels, a guide, a style."""

    group = "What is dreamed"

    layers: LayerWeights = setting(
        {},
        "Layers or moods whose activations are maximised, each with its weight; another set of layers "
        "needs another engine, their weights are read for each frame. Empty: the network's default layer, "
        "unless a sequence, a label, a guide or a style is dreamed.",
        lifetime="engine",
        basic=True,
    )
    objective: str = setting(
        "even",
        "What is maximised at these layers: l2, half the sum of squares; even, the sum of the logarithms of "
        "each place's squares, so that flat and busy places count alike; mean, the sum; absolute, the sum of "
        "absolute values.",
        lifetime="engine",
        choices=OBJECTIVES,
    )
    channels: Mapping[str, Mapping[int, Weight]] = setting(
        {},
        "For each layer, the weights of single channels; channels not named get none. As a whole, eyes and "
        "creatures are dreamed by the half of their channels that photographs excite most; the first one "
        "that is chosen needs another engine.",
    )
    without: Mapping[str, tuple[int, ...]] = setting(
        {},
        "For each layer, channels to leave out; all others of the layer are dreamed. An empty list leaves "
        "out none; the first layer that is named may need another engine.",
    )
    channel_groups: int = setting(
        1,
        "Number of groups of a layer's channels that are dreamed side by side, each in regions of its own, "
        "which drift and grow into each other; 1: all channels everywhere. Chosen channels are grouped in "
        "the order in which they are written, others at random.",
        lifetime="engine",
        ge=1,
        le=8,
        basic=True,
    )
    group_channels: int = setting(
        24,
        "Channels in each group, at most its share of those that are dreamed.",
        ge=1,
        le=4096,
        scale="logarithmic",
    )
    group_size: float = setting(
        0.35,
        "Size of a group's regions.",
        unit="of the picture's shorter side",
        ge=0.1,
        le=2.0,
        scale="logarithmic",
    )
    group_s: float = setting(
        12.0,
        "Time in which a place passes to another group; in four times that, a group replaces all its "
        "channels.",
        unit="s",
        ge=0.5,
        le=3600.0,
        scale="logarithmic",
    )
    labels: tuple[str, ...] = setting(
        (),
        "Classes that the picture is made to look like, by name or number, for networks with a classifier.",
        lifetime="engine",
    )
    rank: Literal["all", "strongest", "weakest", "average"] = setting(
        "all",
        "Which channels of each layer are dreamed: all, or the rank_count channels that the picture "
        "excites most, least, or closest to their mean.",
        lifetime="engine",
    )
    rank_count: int = setting(
        8, "Channels of each layer that rank keeps.", ge=1, le=4096, scale="logarithmic"
    )
    rank_by: Literal["frame", "first"] = setting(
        "frame", "The picture by which channels are ranked: each frame, or the first one of a show or scene."
    )
    sequence: tuple[str, ...] = setting(
        (),
        "Layers that take turns, one fading into the next, in addition to dream.layers.",
        lifetime="engine",
    )
    sequence_mode: Literal["loop", "ping-pong"] = setting(
        "loop", "After the last layer of a sequence: start over, or go back."
    )
    sequence_s: float = setting(
        8.0,
        "Time from one layer of a sequence to the next.",
        unit="s",
        ge=0.02,
        le=3600.0,
        scale="logarithmic",
    )
    sequence_fade: float = setting(0.5, "Share of that time in which a layer fades in.", ge=0.0, le=1.0)
    guide: str = setting(
        "",
        "A picture, a clip or another source whose features the dream brings out in the picture; itself: "
        "the frame being dreamed; empty: none.",
        lifetime="engine",
    )
    guide_layers: LayerWeights = setting(
        {},
        "Layers at which the guide is followed, with weights; empty: patterns, or the default layer.",
        lifetime="engine",
    )
    style: str = setting(
        "",
        "A picture, a clip or another source whose style the dream takes on; itself: the frame being "
        "dreamed; empty: none.",
        lifetime="engine",
    )
    style_layers: LayerWeights = setting(
        {},
        "Layers whose Gram matrices are the style, with weights; empty: four from the first to the default "
        "layer.",
        lifetime="engine",
    )
    style_scale: float = setting(1.0, "Size of the style's strokes.", ge=0.25, le=4.0, scale="logarithmic")
    content_layers: LayerWeights = setting(
        {}, "Layers whose activations stay close to the camera's picture, with weights.", lifetime="engine"
    )

    @field_validator("objective")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in OBJECTIVES:
            names = ", ".join(OBJECTIVES)
            raise PydanticCustomError("objective", "choose one of {names}", {"names": names})
        return value
