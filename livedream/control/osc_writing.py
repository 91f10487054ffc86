"""Writes OSC packets."""

from __future__ import annotations

from typing import Any

from livedream.control.needed import needed


def osc_packet(address: str, *arguments: Any) -> bytes:
    """Return the packet that sends values to an address. Raises LivedreamError without python-osc."""
    message = needed("pythonosc.osc_message_builder", "OSC").OscMessageBuilder(address)
    for argument in arguments:
        message.add_arg(argument)
    packet: bytes = message.build().dgram
    return packet
