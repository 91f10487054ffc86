"""ArtDmx: the packets in which lighting desks send the values of their channels."""

from __future__ import annotations

import struct
from typing import NamedTuple

PORT = 6454
"""Where Art-Net is sent to, as it is registered."""

MOST_CHANNELS = 512
"""Channels of a universe."""

MOST_UNIVERSE = 32_767

_HEAD = struct.Struct("<8sH")
_DMX = struct.Struct(">HBBBBH")  # version, sequence, physical port, universe's low and high part, length
_NAME, _OP_DMX, _LEAST_VERSION = b"Art-Net\0", 0x5000, 14


class ArtDmx(NamedTuple):
    """The channels of a universe, 0 to 255 each. sequence: 1 to 255; 0: packets are not numbered."""

    universe: int
    sequence: int
    levels: bytes


def read_art_dmx(packet: bytes) -> ArtDmx | None:
    """Read a packet; None for one of another kind, and for one that is malformed."""
    if len(packet) < _HEAD.size + _DMX.size:
        return None
    name, kind = _HEAD.unpack_from(packet)
    version, sequence, _, low, high, length = _DMX.unpack_from(packet, _HEAD.size)
    levels = packet[_HEAD.size + _DMX.size :]
    if name != _NAME or kind != _OP_DMX or version < _LEAST_VERSION or high > MOST_UNIVERSE >> 8:
        return None
    if not 1 <= length <= MOST_CHANNELS or len(levels) < length:
        return None
    return ArtDmx(high << 8 | low, sequence, levels[:length])
