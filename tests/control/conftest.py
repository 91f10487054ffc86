from __future__ import annotations

import struct

import pytest

from livedream.clock import ManualClock
from livedream.control.coalescer import Coalescer
from livedream.control.lane import DirectLane
from livedream.runtime.parameters import Parameters
from livedream.runtime.store import Change, SettingsStore
from livedream.settings import Settings


def art_dmx(universe: int, levels: bytes, sequence: int = 0) -> bytes:
    """Write the packet in which a lighting desk sends levels, filled up to an even number."""
    even = levels + b"\0" * (len(levels) % 2)
    order = struct.pack("<H", universe)
    return b"Art-Net\0\x00\x50\0\x0e" + bytes([sequence, 0]) + order + struct.pack(">H", len(even)) + even


class Desk:
    """A store with a coalescer, what they told, and each change that the store has seen."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = SettingsStore(Settings())
        self.told: list[str] = []
        self.done: list[str] = []
        self.immediate: set[str] = set()
        self.changes: list[Change] = []
        self.parameters = Parameters()
        self.coalescer = Coalescer(
            self.store,
            self,
            parameters=self.parameters,
            tell=self.told.append,
            clock=self.clock,
            lane=DirectLane,
        )
        self.store.observe(self.changes.append)

    def do(self, name: str) -> str:
        self.done.append(name)
        return f"did {name}"

    def is_immediate(self, name: str) -> bool:
        return name in self.immediate


@pytest.fixture
def desk() -> Desk:
    return Desk()
