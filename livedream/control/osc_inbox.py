"""What has arrived by OSC since the last look: the newest message of each address, all buttons."""

from __future__ import annotations

from collections import deque

from livedream.control.osc_addresses import COMMAND, PRESET
from livedream.control.osc_reading import BUNDLE, MalformedError, OscMessage, OscReader, check_message

ONCE = (COMMAND.encode(), PRESET.encode())
"""Begin addresses whose messages are all heeded, in order."""

MOST_EACH = 64
"""So many buttons, and so many bundles, are kept between two looks; more within a frame is a stuck button."""

MOST_ADDRESSES = 4096

Sent = tuple[bytes, str]
"""A packet and the host that has sent it."""


class OscInbox:
    """Takes packets at little cost: of each address only the newest is read, when somebody looks.

    packets, malformed: how many there were.
    """

    def __init__(self) -> None:
        self._reader = OscReader()
        self._newest: dict[bytes, Sent] = {}
        self._buttons: deque[Sent] = deque(maxlen=MOST_EACH)
        self._bundles: deque[Sent] = deque(maxlen=MOST_EACH)
        self.packets = self.malformed = 0

    def put(self, packet: bytes, host: str) -> None:
        """Keep a packet in place of an older one to the same address; a malformed one replaces none."""
        self.packets += 1
        if packet.startswith(BUNDLE):
            self._bundles.append((packet, host))
            return
        try:
            address = check_message(packet)
        except MalformedError:
            self.malformed += 1
            return
        if address.startswith(ONCE):
            self._buttons.append((packet, host))
        elif address in self._newest or len(self._newest) < MOST_ADDRESSES:
            self._newest.pop(address, None)
            self._newest[address] = packet, host

    def take(self) -> list[tuple[OscMessage, str]]:
        """Return the messages that count, each with its host; bundles, then values, then buttons."""
        sent = [*self._bundles, *self._newest.values(), *self._buttons]
        self._newest = {}
        self._bundles.clear()
        self._buttons.clear()
        return [(message, host) for packet, host in sent for message in self._read(packet)]

    def _read(self, packet: bytes) -> list[OscMessage]:
        try:
            return self._reader.read(packet)
        except MalformedError:
            self.malformed += 1
            return []
