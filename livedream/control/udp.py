"""UDP addresses."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


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
