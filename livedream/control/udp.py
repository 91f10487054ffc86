"""UDP addresses."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import Any

from livedream.errors import InputError

BUFFER_BYTES = 1 << 20
"""What the system keeps between two looks, if it lets us."""


def udp_address(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    """Find a host's address, IPv4 if it has one: that is where such programs listen. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    except (UnicodeError, OverflowError, ValueError) as fault:
        raise OSError(f"{host!r}, port {port!r}, is no address") from fault
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, address


def is_this_machine(host: str) -> bool:
    """Return whether a sender's address is of this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listening(address: tuple[str, int], purpose: str) -> socket.socket:
    """Return a socket that listens and never waits.

    purpose: such as "OSC". Raises InputError if the port cannot be had.
    """
    host, port = address
    taken = None
    try:
        family, found = udp_address(host, port)
        taken = socket.socket(family, socket.SOCK_DGRAM)
        taken.setblocking(False)
        with suppress(OSError):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        taken.bind(found)
    except (OSError, OverflowError) as fault:
        if taken is not None:
            taken.close()
        reason = (fault.strerror if isinstance(fault, OSError) else None) or str(fault)
        raise InputError(
            f"{purpose} cannot listen on {host}, port {port}: {reason}; choose another port"
        ) from fault
    return taken
