"""What has arrived by OSC since the last look: the newest message of each address, all commands."""

from __future__ import annotations

from collections import deque
from typing import Any

from livedream.control.osc_address import COMMAND, PRESET
from livedream.control.osc_reading import MalformedError, OscReader

ONCE = (COMMAND.encode(), PRESET.encode())
"""Addresses whose messages are all heeded, in order."""

MOST_EACH, MOST_BUNDLES = 64, 64
"""So many of these are kept between two looks, and so many addresses in all times this."""

MOST_ADDRESSES = 4096

Message = tuple[str, list[Any]]


class OscInbox:
    """Takes datagrams at little cost: they are read only when somebody looks.

    malformed: how many could not be read.
    """

    def __init__(self) -> None:
        self._reader = OscReader()
        self._newest: dict[bytes, bytes] = {}
        self._all: deque[bytes] = deque(maxlen=MOST_EACH)
        self._bundles: deque[bytes] = deque(maxlen=MOST_BUNDLES)
        self.malformed = 0

    def put(self, datagram: bytes) -> None:
        """Keep a datagram in place of an older one to the same address."""
        address = datagram[: datagram.find(b"\0")] if b"\0" in datagram else b""
        if address.startswith(b"#bundle"):
            self._bundles.append(datagram)
        elif not address.startswith(b"/"):
            self.malformed += 1
        elif address.startswith(ONCE):
            self._all.append(datagram)
        elif address in self._newest or len(self._newest) < MOST_ADDRESSES:
            self._newest.pop(address, None)
            self._newest[address] = datagram

    def take(self) -> list[Message]:
        """Return the messages that count, the oldest first: address and arguments."""
        datagrams = [*self._bundles, *self._newest.values(), *self._all]
        self._newest = {}
        self._all.clear()
        self._bundles.clear()
        return [message for datagram in datagrams for message in self._read(datagram)]

    def _read(self, datagram: bytes) -> list[Message]:
        try:
            return [(message.address, list(message.arguments)) for message in self._reader.read(datagram)]
        except MalformedError:
            self.malformed += 1
            return []
