"""The settings of the dream itself."""

from __future__ import annotations

from typing import Literal

from livedream.settings.objectives import ObjectiveSettings
from livedream.settings.octaves import OctaveSettings
from livedream.settings.section import Section, setting
from livedream.settings.steps import StepSettings


class NetworkSettings(Section):
    """Which network dreams."""

    group = "Network"

    network: Literal[
        "embedded",
        "googlenet",
        "bvlc_googlenet",
        "googlenet_places205",
        "googlenet_places365",
        "googlenet_cars",
        "nin",
        "vgg16",
        "vgg19",
        "squeezenet1_1",
        "inception_v3",
        "resnet50",
        "mobilenet_v1",
    ] = setting("embedded", "The network that dreams; its layers have names of their own.", lifetime="engine")
    pooling: Literal["max", "average"] = setting(
        "max",
        "How the network pools: as it was trained, or by the mean, which is smoother.",
        lifetime="engine",
    )


class DreamSettings(StepSettings, OctaveSettings, ObjectiveSettings, NetworkSettings):
    """What is dreamed, and how hard."""
