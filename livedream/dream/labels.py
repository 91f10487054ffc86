"""The names of the classes that the networks' classifiers know, in the order of their channels.

ImageNet's 1000 classes (Russakovsky et al. 2015) and those of Places (Zhou et al. 2014, 2017), each by the
first of its names.
"""

from __future__ import annotations

from functools import cache

from livedream.dream.network_info import NetworkInfo, near_names
from livedream.errors import InputError
from livedream.resources import folder


def labels(network: NetworkInfo) -> tuple[str, ...]:
    """List the classes of a network's classifier (its layer `logits`); () where it has none, or no names."""
    return _read(network.labels) if network.labels else ()


def find_label(network: NetworkInfo, text: str) -> int:
    """Turn the name of a class into the channel of the classifier; letters' case does not count.

    Raises InputError that lists the near names.
    """
    known = labels(network)
    if not known:
        raise InputError(_without_labels(network, text))
    place = _places(network.labels).get(_plain(text))
    if place is not None:
        return place
    near = near_names(text, list(known)) or [name for name in known if _plain(text) in _plain(name)][:3]
    found = f"did you mean {', '.join(near)}?" if near else f"there are {len(known)}, such as {known[0]}"
    raise InputError(f"the network {network.name} has no class {text!r}; {found}")


def _without_labels(network: NetworkInfo, text: str) -> str:
    if not network.classes:
        return f"the network {network.name} has no classifier, so it has no label {text!r}"
    last = network.classes - 1
    return f"the classes of the network {network.name} have numbers only; give 0 to {last}, not {text!r}"


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").lower().split())


@cache
def _places(name: str) -> dict[str, int]:
    return {_plain(label): place for place, label in enumerate(_read(name))}


@cache
def _read(name: str) -> tuple[str, ...]:
    file = folder("assets") / "labels" / f"{name}.txt"
    try:
        return tuple(file.read_text(encoding="utf-8").splitlines())
    except OSError as fault:
        raise InputError(f"the labels {file} cannot be read ({fault}); install livedream again") from fault
