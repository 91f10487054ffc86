"""OSC in: one thread that reads what is new and turns the show by it, once a frame."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from livedream.clock import Clock, SystemClock
from livedream.control.osc_address import COMMAND, PRESET, addressed, value_of
from livedream.control.osc_inbox import OscInbox
from livedream.errors import InputError, LivedreamError
from livedream.runtime.commands import Commands
from livedream.runtime.playlist import Playlist

PERIOD_S = 1 / 60
LOOK_UP_S = 0.25
LARGEST_BYTES = 65536
BUFFER_BYTES = 1 << 20
MOST_AT_ONCE = 20_000
"""Datagrams that are read in a row before what they say is done."""

MOST_TOLD = 64


class OscServer:
    """Turns a playlist's settings, shows its presets and does commands as messages say.

    address: host and port; port 0: any that is free. tell: takes sentences for people. Raises InputError if
    the address cannot be listened on.
    """

    def __init__(
        self,
        address: tuple[str, int],
        playlist: Playlist,
        commands: Commands,
        tell: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._playlist, self._commands, self._tell = playlist, commands, tell
        self._clock, self._known = clock or SystemClock(), addressed()
        self._told: set[str] = set()
        self._stop = threading.Event()
        self.inbox = OscInbox()
        self._socket = _listening(address)
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._work, name="osc", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2 * LOOK_UP_S + 1)
        self._socket.close()

    def _work(self) -> None:
        while not self._stop.is_set():
            if self._receive():
                self.apply(self.inbox.take())
                self._clock.wait(self._stop, PERIOD_S)

    def _receive(self) -> bool:
        """Wait for a datagram, then read all that are there; False if none came."""
        self._socket.settimeout(LOOK_UP_S)
        try:
            self.inbox.put(self._socket.recv(LARGEST_BYTES))
            self._socket.settimeout(0.0)
            for _ in range(MOST_AT_ONCE):
                self.inbox.put(self._socket.recv(LARGEST_BYTES))
        except TimeoutError:
            return False
        except BlockingIOError:
            return True
        except OSError:  # an answer to nobody, as Windows reports it; the next one may be good
            return False
        return True

    def apply(self, messages: list[tuple[str, list[Any]]]) -> None:
        """Do what messages say: all settings in one change."""
        values: dict[str, Any] = {}
        for address, arguments in messages:
            if address in self._known:
                info, is_position = self._known[address]
                try:
                    values[info.word] = value_of(info, arguments[0], is_position=is_position)
                except (ValueError, TypeError, IndexError, OverflowError):
                    self.inbox.malformed += 1
            else:
                self._do(address, arguments)
        self._turn(values)

    def _turn(self, values: dict[str, Any]) -> None:
        """Write values into the hand's layer; of those that are refused the others stay."""
        store = self._playlist.store
        try:
            if values:
                store.change(values, "OSC")
        except LivedreamError as fault:
            if len(values) == 1:
                self._say(str(fault))
                return
            for word, value in values.items():
                self._turn({word: value})

    def _do(self, address: str, arguments: list[Any]) -> None:
        try:
            if address.startswith(COMMAND):
                if not arguments or arguments[0]:  # a button that is let go sends 0
                    self._tell(self._commands.do(address.removeprefix(COMMAND).replace("_", " ")))
            elif address == PRESET and arguments:
                self._show(arguments[0])
            else:
                self._say(f"OSC: there is nothing at {address[:80]}; docs/osc.md lists all addresses")
        except LivedreamError as fault:
            self._say(f"OSC: {fault}")

    def _show(self, preset: Any) -> None:
        names = [one.name for one in self._playlist.presets]
        if isinstance(preset, str) and preset not in names:
            raise InputError(f"there is no preset {preset[:80]!r}")
        with suppress(ValueError, TypeError, OverflowError):
            place = names.index(preset) if isinstance(preset, str) else int(preset) - 1
            if not 0 <= place < len(names):
                raise InputError(f"there is no preset {place + 1}; there are {len(names)}")
            self._tell(f"preset: {self._playlist.show(place)}")

    def _say(self, sentence: str) -> None:
        """Tell a sentence once."""
        if sentence not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(sentence)
            self._tell(sentence)


def parse_osc(text: str) -> tuple[str, int]:
    """Read "9000" or "HOST:9000" as an address; this computer alone is the default. Raises InputError."""
    host, _, port = text.strip().rpartition(":")
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise InputError(f"--osc {text}: write PORT or HOST:PORT, for example 9000 or 0.0.0.0:9000")
    return host or "127.0.0.1", int(port)


def _listening(address: tuple[str, int]) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        with suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        found.bind(address)
    except (OSError, OverflowError) as fault:
        found.close()
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise InputError(
            f"--osc {address[0]}:{address[1]} cannot be listened on ({reason}); choose another port"
        ) from fault
    return found
