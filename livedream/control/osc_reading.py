"""Reads OSC packets from anybody: what is malformed is refused, however it is malformed.

Bundles are taken apart here: python-osc follows sizes that point backwards without end, warns of each type
that it does not know, and reads 0 where a number is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from livedream.control.needed import needed

MOST_BYTES = 8192
"""Longest packet that is read; a bundle of all settings is half of that."""

DEEPEST = 8
"""How deep bundles may lie in bundles."""

BUNDLE, BUNDLE_HEAD = b"#bundle\0", 16
SIZES = {"i": 4, "f": 4, "h": 8, "d": 8, "s": 4, "T": 0, "F": 0, "N": 0, "[": 0, "]": 0}
"""The types that are read, each with the bytes that it takes at least."""


class MalformedError(ValueError):
    """A packet that is no OSC."""


class OscMessage(NamedTuple):
    """An address and what was sent to it."""

    address: str
    arguments: tuple[Any, ...]


class OscReader:
    """Reads packets with python-osc. Raises LivedreamError when it is made and that is not installed."""

    def __init__(self) -> None:
        self._message = needed("pythonosc.osc_message", "OSC").OscMessage

    def read(self, packet: bytes) -> list[OscMessage]:
        """Return the messages of a packet, those of bundles in their order. Raises MalformedError.

        Bundles take effect at once, whatever time they name: a live show does not play what is late.
        """
        if len(packet) > MOST_BYTES:
            raise MalformedError(f"a packet of {len(packet)} bytes is longer than {MOST_BYTES}")
        return [self._read(single) for single in _singles(packet, DEEPEST)]

    def _read(self, packet: bytes) -> OscMessage:
        check_message(packet)
        try:
            message = self._message(packet)
            return OscMessage(message.address, tuple(message.params))
        except Exception as fault:  # a library's many ways to say that bytes are no OSC
            raise MalformedError(f"{type(fault).__name__}: {fault}") from fault


def _singles(packet: bytes, depth: int) -> Iterator[bytes]:
    """Take bundles apart into messages."""
    if not packet.startswith(BUNDLE):
        yield packet
        return
    if depth == 0:
        raise MalformedError("bundles in bundles in bundles")
    if len(packet) < BUNDLE_HEAD:
        raise MalformedError("a bundle without a time")
    at = BUNDLE_HEAD
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big", signed=True)
        at += 4
        if size <= 0 or at + size > len(packet):
            raise MalformedError("a bundle whose parts do not fit into it")
        yield from _singles(packet[at : at + size], depth - 1)
        at += size


def check_message(packet: bytes) -> bytes:
    """Return the address of a message.

    Raises MalformedError for one that is none, of types that are not read here, or too short for those that
    it names.
    """
    if not packet.startswith(b"/") or len(packet) % 4 or len(packet) > MOST_BYTES:
        raise MalformedError("neither a message nor a bundle")
    address, zero, _ = packet.partition(b"\0")
    begin = (len(address) // 4 + 1) * 4
    if zero and begin == len(packet):
        return address
    end = packet.find(b"\0", begin)
    if not zero or packet[begin : begin + 1] != b"," or end < 0:
        raise MalformedError("a message without types")
    if (end // 4 + 1) * 4 + _least_bytes(packet[begin + 1 : end]) > len(packet):
        raise MalformedError("a message that is cut off, or of a type that is not read here")
    return address


@lru_cache(maxsize=256)
def _least_bytes(types: bytes) -> int:
    """Return how many bytes arguments of these types take at least; an unknown type more than there are."""
    return sum(SIZES.get(kind, MOST_BYTES) for kind in types.decode("latin-1"))
