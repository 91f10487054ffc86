"""What is known of the networks without loading one: files, layers, channels, moods."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

from livedream.dream.network_info import NetworkInfo, is_there, near_names
from livedream.dream.zoo import googlenet, inception, mobilenet, nin, resnet, squeezenet, vgg
from livedream.dream.zoo.plan import Plan
from livedream.errors import InputError
from livedream.resources import folder

__all__ = ["NetworkInfo", "known_network", "network_info", "network_names", "networks_folder"]

EMBEDDED_STRIDES = (1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1)
"""Stride of each block of the embedded network; its stem has 4."""

EMBEDDED_HEADS = {"head.4": "block.2", "head.6": "block.5", "head.8": "block.7", "head.11": "block.10"}
"""Heads of the embedded network, named after the layers of the teacher that they learned: the block below."""

METADATA, SALIENT = "__metadata__", "salient."
"""Where notes lie in the header of a safetensors file, and what the name of a head's salient channels begins
with."""

TORCHVISION = "https://download.pytorch.org/models/"
"""Where torchvision publishes; names carry the first digits of the SHA-256."""

CONVERTED = "https://github.com/ProGamerGov/"
"""Where Caffe's networks lie, converted for torch."""

BSD = "BSD-3-Clause, torchvision; learned on ImageNet"


def network_info(name: str) -> NetworkInfo:
    """Return a network by name; its weights are not looked for until they are loaded.

    Weights of one's own (NAME.safetensors among the networks) come before the published ones.
    Raises InputError that lists the near names.
    """
    info = known_network(name)
    return replace(info, file=info.own_place) if info.plan.layers and is_there(info.own_place) else info


def known_network(name: str) -> NetworkInfo:
    """Return a network by name as `network_info` does, as if there were no weights of one's own.

    It looks at no file: what is dreamed goes on where its weights have gone. Raises InputError likewise.
    """
    if name == "embedded":
        return _embedded()
    if name not in _MAKERS:
        near = near_names(name, list(network_names())) or network_names()
        raise InputError(f"there is no network {name!r}; choose one of: {', '.join(near)}")
    return _published(name, networks_folder())


def network_names() -> tuple[str, ...]:
    """List the networks that there are."""
    return ("embedded", *_MAKERS)


def networks_folder() -> Path:
    """Return the folder that the weights of further networks are put into."""
    return platformdirs.user_data_path("livedream", appauthor=False) / "networks"


@cache
def _published(name: str, among: Path) -> NetworkInfo:
    info = _MAKERS[name](name)
    return replace(info, file=among / info.file)


def _planned(
    name: str, plan: Plan, address: str, aliases: Mapping[str, str], moods: Mapping[str, str]
) -> NetworkInfo:
    file = Path(address.rpartition("/")[2])
    heads = {head: below for head, (below, _) in plan.heads.items()}
    return NetworkInfo(
        name, file, plan.channels(), moods, address, aliases, plan, labels="imagenet", heads=heads
    )


def _googlenet(name: str) -> NetworkInfo:
    info = _planned(
        name, googlenet.googlenet(), f"{TORCHVISION}googlenet-1378be20.pth", googlenet.googlenet_aliases(),
        {"patterns": "inception3b", "creatures": "inception4c"},
    )  # fmt: skip
    return replace(
        info, default_layer="inception4c", megabytes=52, parameters=6_624_904, licence=BSD,
        sha256="1378be20a8e875cf1568b8a71654e704449655e34711a959a38b04fb34905cef",
    )  # fmt: skip


def _caffe_googlenet(name: str) -> NetworkInfo:
    address, names, pictures, classes, megabytes, parameters, whose = _CAFFE[name]
    info = _planned(
        name, googlenet.caffe_googlenet(pictures, classes, names), f"{CONVERTED}{address}.pth",
        googlenet.caffe_googlenet_aliases(names),
        {"patterns": "inception_3b/output", "creatures": "inception_4c/output"},
    )  # fmt: skip
    return replace(
        info, default_layer="inception_4c/output", megabytes=megabytes, parameters=parameters,
        labels="" if names is googlenet.CARS else pictures, licence=f"{whose}; converted by ProGamerGov",
    )  # fmt: skip


_CAFFE = {
    "bvlc_googlenet": (
        "pytorch-old-caffemodels/raw/master/bvlc_googlenet", googlenet.BVLC,
        "imagenet", 1000, 49, 6_998_552, "BVLC, unrestricted",
    ),
    "googlenet_places205": (
        "pytorch-places/raw/master/googlenet_places205", googlenet.BVLC,
        "places205", 205, 43, 6_183_677, "MIT CSAIL Places, CC BY",
    ),
    "googlenet_places365": (
        "pytorch-places/raw/master/googlenet_places365", googlenet.BVLC,
        "places365", 365, 44, 6_347_677, "MIT CSAIL Places, CC BY",
    ),
    "googlenet_cars": (
        "pytorch-old-caffemodels/raw/master/googlenet_finetune_web_cars", googlenet.CARS,
        "imagenet", 431, 45, 6_415_327, "CUHK CompCars, for non-commercial use",
    ),
}  # fmt: skip
"""Address, names of layers, whose pictures' means, classes, megabytes, parameters, and whose they are."""


def _nin(name: str) -> NetworkInfo:
    address = f"{CONVERTED}pytorch-nin/raw/master/nin_imagenet.pth"
    info = _planned(name, nin.nin(), address, nin.nin_aliases(), {})
    return replace(
        info, default_layer="relu9", megabytes=30, parameters=7_595_176,
        licence="BSD, Lin et al.; learned on ImageNet; converted by ProGamerGov",
    )  # fmt: skip


def _vgg(name: str) -> NetworkInfo:
    sha256, megabytes, parameters, default_layer = _VGG[name]
    address = f"{TORCHVISION}{name}-{sha256[:8]}.pth"
    info = _planned(name, vgg.vgg(name), address, vgg.vgg_aliases(name), {})
    return replace(
        info, default_layer=default_layer, megabytes=megabytes, parameters=parameters, sha256=sha256,
        licence=f"{BSD}; architecture and training as Visual Geometry Group, Oxford",
    )  # fmt: skip


_VGG = {
    "vgg16": (
        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        553,
        138_357_544,
        "relu4_3",
    ),
    "vgg19": (
        "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        575,
        143_667_240,
        "relu4_4",
    ),
}
"""SHA-256, megabytes, parameters, default layer."""


def _squeezenet(name: str) -> NetworkInfo:
    address = f"{TORCHVISION}squeezenet1_1-b8a52dc0.pth"
    info = _planned(name, squeezenet.squeezenet(), address, squeezenet.squeezenet_aliases(), {})
    return replace(
        info, default_layer="fire8", megabytes=5, parameters=1_235_496, licence=BSD,
        sha256="b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
    )  # fmt: skip


def _inception_v3(name: str) -> NetworkInfo:
    address = f"{TORCHVISION}inception_v3_google-0cc3c7bd.pth"
    info = _planned(name, inception.inception_v3(), address, inception.inception_v3_aliases(), {})
    return replace(
        info, default_layer="Mixed_6c", sha256="0cc3c7bd", megabytes=109, parameters=23_834_568,
        licence=f"{BSD} by Google",
    )  # fmt: skip


def _resnet50(name: str) -> NetworkInfo:
    address = f"{TORCHVISION}resnet50-0676ba61.pth"
    info = _planned(name, resnet.resnet50(), address, resnet.resnet50_aliases(), {})
    return replace(
        info, default_layer="layer3.4", megabytes=103, parameters=25_557_032, licence=BSD,
        sha256="0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    )  # fmt: skip


def _mobilenet_v1(name: str) -> NetworkInfo:
    moods = {
        "lines": "conv_pw_4", "patterns": "conv_pw_6", "eyes": "conv_pw_8", "creatures": "conv_pw_11",
    }  # fmt: skip
    info = _planned(name, mobilenet.mobilenet(), "", {}, moods)
    return replace(
        info, file=Path("mobilenet_v1_1.0_224_imagenet.npz"), default_layer="conv_pw_8", megabytes=8,
        parameters=4_231_976, licence="Apache-2.0, Google; learned on ImageNet", labels="",
    )  # fmt: skip


_MAKERS: Mapping[str, Callable[[str], NetworkInfo]] = {
    "googlenet": _googlenet,
    **dict.fromkeys(_CAFFE, _caffe_googlenet),
    "nin": _nin,
    **dict.fromkeys(_VGG, _vgg),
    "squeezenet1_1": _squeezenet,
    "inception_v3": _inception_v3,
    "resnet50": _resnet50,
    "mobilenet_v1": _mobilenet_v1,
}
"""The published networks by name."""


@cache
def _embedded() -> NetworkInfo:
    return embedded_info(folder("assets") / "embedded_v1.safetensors")


def embedded_info(file: Path, way_out: str = "install livedream again") -> NetworkInfo:
    """Return what the header of a file tells of a network of the embedded one's kind.

    Raises InputError if it is none.
    """
    header = _header(file, way_out)
    shapes = _shapes(header)
    weights = {"stem": "stem.weight"}
    for block in (f"block.{number}" for number in range(len(EMBEDDED_STRIDES))):
        weights[block] = f"{block}.project.weight"
        weights |= {head: f"{head}.weight" for head, below in EMBEDDED_HEADS.items() if below == block}
    try:
        layers = {name: shapes[weight][0] for name, weight in weights.items()}
        salient = _salient(header, layers)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as fault:
        raise InputError(f"{file} is not the network embedded: {fault}; {way_out}") from fault
    moods = {"lines": "head.4", "patterns": "head.6", "eyes": "head.8", "creatures": "head.11"}
    return NetworkInfo(
        "embedded",
        file,
        layers,
        moods,
        heads=EMBEDDED_HEADS,
        default_layer="eyes",
        licence="MIT, livedream",
        salient=salient,
    )


def _header(file: Path, way_out: str) -> dict[str, Any]:
    """Read a safetensors header: 8 bytes of length, then JSON."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            return dict(json.loads(stream.read(length)))
    except (OSError, struct.error, TypeError, ValueError, MemoryError, OverflowError) as fault:
        raise InputError(f"the network file {file} cannot be read ({fault}); {way_out}") from fault


def _shapes(header: Mapping[str, Any]) -> dict[str, list[int]]:
    return {
        name: entry["shape"]
        for name, entry in header.items()
        if name != METADATA and isinstance(entry, dict) and "shape" in entry
    }


def _salient(header: Mapping[str, Any], layers: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Return the salient channels that are noted, by head. Raises ValueError for what is no channel."""
    noted = header.get(METADATA, {})
    salient = {
        head: tuple(int(number) for number in noted[SALIENT + head].split())
        for head in EMBEDDED_HEADS
        if SALIENT + head in noted
    }
    for head, numbers in salient.items():
        if not numbers or sorted(set(numbers) & set(range(layers[head]))) != list(numbers):
            raise ValueError(f"the salient channels of {head} are no ascending numbers of its channels")
    return salient
