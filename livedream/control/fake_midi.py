"""A system's MIDI without a device: controllers that a test or a benchmark plugs in and plays."""

from __future__ import annotations

from collections.abc import Callable


class FakePort:
    """An open port of a fake controller. sent: what it was sent. closed: how often it was closed."""

    def __init__(self, name: str, system: FakeMidi) -> None:
        self.name, self._system = name, system
        self.closed = 0
        self.sent: list[bytes] = []

    def send(self, message: bytes) -> None:
        """Take a message. Raises OSError if the controller is gone."""
        if self.name not in self._system.there:
            raise OSError("it is gone")
        self.sent.append(message)

    def close(self) -> None:
        """Close the port. Raises OSError if the controller is gone."""
        self.closed += 1
        if self.name not in self._system.there:
            raise OSError("it is gone")


class FakeMidi:
    """Controllers that come and go as one says.

    there: the names of those that are plugged in. busy: those that cannot be opened. broken: there is none.
    heard: what messages of an open controller are passed to, by name. ins, outs: the ports, by name.
    """

    def __init__(self, *there: str) -> None:
        self.there = list(there)
        self.busy: list[str] = []
        self.broken, self.looked = False, 0
        self.heard: dict[str, Callable[[bytes], None]] = {}
        self.ins: dict[str, FakePort] = {}
        self.outs: dict[str, FakePort] = {}

    def inputs(self) -> list[str]:
        """List the controllers. Raises OSError if there is no MIDI."""
        self.looked += 1
        if self.broken:
            raise OSError("no sequencer")
        return list(self.there)

    def outputs(self) -> list[str]:
        """List the controllers. Raises OSError if there is no MIDI."""
        return self.inputs()

    def open_input(self, name: str, heard: Callable[[bytes], None]) -> FakePort:
        """Open a controller; what is played on it is passed to `heard`. Raises OSError if it is busy."""
        self.heard[name] = heard
        return self._open(name, self.ins)

    def open_output(self, name: str) -> FakePort:
        """Open a controller. Raises OSError if it is busy."""
        return self._open(name, self.outs)

    def play(self, name: str, *message: int) -> None:
        """Send a message from a controller that is open."""
        self.heard[name](bytes(message))

    def _open(self, name: str, ports: dict[str, FakePort]) -> FakePort:
        if name in self.busy:
            raise OSError("busy")
        ports[name] = FakePort(name, self)
        return ports[name]
