"""OscServer: takes OSC messages from the network, without a thread of its own and without a backlog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from livedream.clock import Clock, SystemClock
from livedream.control.coalescer import Coalescer
from livedream.control.osc_addresses import named_action, setting_actions
from livedream.control.osc_inbox import OscInbox
from livedream.control.osc_reading import MOST_BYTES, OscMessage
from livedream.control.show_commands import ShowCommands
from livedream.control.sparing import Sparing
from livedream.control.udp import is_this_machine, listening
from livedream.health import Health
from livedream.settings import describe

MOST_UNKNOWN = 100
"""Unknown addresses that are told of; more are only counted."""

MOST_AT_ONCE = 20_000
"""Packets that are read before what they say is passed on."""


class Hears(Protocol):
    """Wants to know what came in, and from which host: the feedback that must not send it back."""

    def heard(self, address: str, host: str) -> None:
        """Take note that a host has sent to an address."""
        ...


class OscServer:
    """Listens on a UDP port; at each step it passes on to a coalescer what has come since the last one.

    commands: what can be asked for by name. address: host and port; 0.0.0.0 lets other machines in, port 0 is
    any that is free. tell: takes sentences, on each unknown address once, on each wrong value at most once a
    second. hears: is told of every address and who has sent to it. unknown: how many messages were to unknown
    addresses. Raises InputError if the port cannot be had, LivedreamError without python-osc.
    """

    def __init__(
        self,
        coalescer: Coalescer,
        commands: ShowCommands,
        address: tuple[str, int],
        *,
        tell: Callable[[str], None] = lambda _: None,
        hears: Hears | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._coalescer, self._commands = coalescer, commands
        self.inbox, self.unknown = OscInbox(), 0
        self._settings = setting_actions(coalescer)
        self._only_here = {info.address for info in describe() if info.kind == "text"}
        self._tell, self._hears = tell, hears
        self._sparing = Sparing(tell, clock or SystemClock())
        self._strange: set[str] = set()
        self._socket = listening(address, "OSC")
        self.host, self.port = address[0], int(self._socket.getsockname()[1])

    @property
    def health(self) -> Health:
        """Return where it listens."""
        return Health("live", f"hears {self.host}:{self.port}")

    def step(self) -> None:
        """Pass on what has come."""
        self._receive()
        for message, host in self.inbox.take():
            self._act(message, host)

    def close(self) -> None:
        """Close the port."""
        self._socket.close()

    def _receive(self) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                packet, sender = self._socket.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:  # an answer to what was sent before, or on Windows a packet that is too long
                continue
            self.inbox.put(packet, sender[0])

    def _act(self, message: OscMessage, host: str) -> None:
        if self._hears is not None:
            self._hears.heard(message.address, host)
        found = self._settings.get(message.address)
        action = found or named_action(self._coalescer, self._commands, message.address)
        if action is None:
            self._note_unknown(message.address)
            return
        if message.address in self._only_here and not is_this_machine(host):
            wrong = f"{message.address} may name a file and is taken from this machine only, not from {host}"
        else:
            wrong = action(message.arguments)
        if wrong:
            self._sparing.say(message.address, wrong)

    def _note_unknown(self, address: str) -> None:
        self.unknown += 1
        if address not in self._strange and len(self._strange) < MOST_UNKNOWN:
            shown = address[:80]
            self._strange.add(address)
            self._tell(f"there is no OSC address {shown!r}; docs/osc.md lists them")
