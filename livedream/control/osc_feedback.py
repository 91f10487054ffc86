"""OscFeedback: tells a client such as TouchOSC what stands, so that its faders show it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

from livedream.clock import Clock, SystemClock
from livedream.control.coalescer import Coalescer
from livedream.control.echo import Echo
from livedream.control.needed import needed
from livedream.control.osc_addresses import PARAMETER, parameter_address, position_address
from livedream.control.osc_writing import osc_packet
from livedream.control.udp import udp_address
from livedream.errors import InputError
from livedream.health import Health
from livedream.runtime.parameters import Parameters
from livedream.runtime.store import Change
from livedream.settings import by_word, describe
from livedream.settings.document import shown


class OscFeedback:
    """Sends settings and parameters that have changed to one client, each at most 30 times a second.

    Settings are what hand and preset make of them: a fader that went up and down with modulation would, once
    touched, set what modulation had made. What the client itself moves is sent back only if it ends up
    elsewhere, once the hand is off. Give this to `OscServer` as `hears`. tell: takes a sentence when sending
    fails, once.
    """

    def __init__(
        self,
        coalescer: Coalescer,
        address: tuple[str, int],
        parameters: Parameters | None = None,
        *,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        """Find the client. Raises InputError if its name is not known."""
        self._coalescer, self._tell = coalescer, tell
        self._parameters = Parameters() if parameters is None else parameters
        self._numbers: dict[str, float] = {}
        self._clock = SystemClock() if clock is None else clock
        needed("pythonosc", "OSC feedback")
        host, port = address
        self._host = host
        try:
            family, self._address = udp_address(host, port)
        except OSError as fault:
            raise InputError(f"OSC feedback to {host!r}, port {port!r}, is not possible: {fault}") from fault
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._echo: Echo[str, Any] = Echo()
        self._words = {
            address: info.word for info in describe() for address in (info.address, position_address(info))
        }
        self._failed = False
        self._preset = coalescer.store.standing().preset
        self._end = coalescer.store.observe(self._note)

    def heard(self, address: str, host: str) -> None:
        """Take note that a host has sent to an address; it counts if the host is the client's."""
        word = address if address.startswith(PARAMETER) else self._words.get(address)
        if word is not None and host == self._address[0]:
            self._echo.heard(word, self._clock.now_s())

    def send_all(self) -> None:
        """Send every setting at the next step: to a client that has just come."""
        self._echo.forget()
        self._echo.mark(by_word())
        self._numbers.clear()

    @property
    def health(self) -> Health:
        """Return where it sends to."""
        return Health("live", f"sends to {self._host}:{self._address[1]}")

    def step(self) -> int:
        """Send what is due; return how many settings and parameters that were."""
        self._look_at_parameters()
        preset = self._coalescer.store.standing().preset
        if preset is not self._preset:
            self._preset = preset
            self._echo.mark(by_word())
        due = self._echo.due(self._clock.now_s(), self._value_of)
        for key, value in due:
            for packet in self._packets(key, value):
                self._send(packet)
        return len(due)

    def close(self) -> None:
        """Stop observing the settings, and close the socket."""
        self._end()
        self._socket.close()

    def _note(self, news: Change) -> None:
        if news.layer == "hand":
            self._echo.mark(news.words)

    def _value_of(self, key: str) -> Any:
        is_parameter = key.startswith(PARAMETER)
        return self._numbers.get(key, 0.0) if is_parameter else self._coalescer.base(key)

    def _look_at_parameters(self) -> None:
        """Note which parameters have moved: by hand, or by themselves as a fader does."""
        now = {parameter_address(name): one.read() for name, one in self._parameters.items()}
        self._echo.mark(address for address, number in now.items() if number != self._numbers.get(address))
        self._numbers = now

    def _packets(self, key: str, value: Any) -> Iterator[bytes]:
        if key.startswith(PARAMETER):
            yield osc_packet(key, value)
            return
        info = by_word()[key]
        yield osc_packet(info.address, _plain(value))
        if info.is_number:
            yield osc_packet(position_address(info), info.position(value))

    def _send(self, packet: bytes) -> None:
        try:
            self._socket.sendto(packet, self._address)
        except OSError as fault:
            if not self._failed:
                self._tell(f"OSC feedback cannot be sent to {self._address[0]}: {fault.strerror or fault}")
            self._failed = True
        else:
            self._failed = False


def _plain(value: Any) -> Any:
    """Convert to a type that every client knows."""
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | float | str) else shown(value)
