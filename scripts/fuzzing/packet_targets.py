"""Targets that come by wire: OSC, MIDI, Art-Net."""

from __future__ import annotations

import socket
import struct
import weakref
from pathlib import Path

from fuzzing.target import Read, Sample, Target

from livedream.clock import ManualClock
from livedream.control.artnet_server import ArtNetPlan, ArtNetServer
from livedream.control.coalescer import Coalescer
from livedream.control.lane import Lane, Work
from livedream.control.midi_binding import Binding, MidiSource
from livedream.control.midi_map import MidiMap
from livedream.control.midi_wire import to_message
from livedream.control.osc_server import OscServer
from livedream.control.osc_writing import osc_packet
from livedream.control.show_commands import ShowCommands
from livedream.presets import load
from livedream.runtime.commands import Command, Commands
from livedream.runtime.parameters import Parameters
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, describe

HERE = ("127.0.0.1", 0)


class Here(Lane):
    """A lane in the very thread that uses it: what it does is done."""

    def put(self, work: Work) -> None:
        """Do it."""
        work()


class Done:
    """Takes commands, and does nothing."""

    def do(self, name: str) -> str:
        """Return words on what was done."""
        return f"did {name}"

    def is_immediate(self, _: str) -> bool:
        """Return whether a command does not wait for a frame."""
        return False


def _coalescer() -> Coalescer:
    return Coalescer(
        SettingsStore(Settings()),
        Done(),
        parameters=Parameters(),
        tell=lambda _: None,
        clock=ManualClock(),
        lane=Here,
    )


def _bundle(*parts: bytes) -> bytes:
    return b"#bundle\0" + bytes(7) + b"\1" + b"".join(struct.pack(">i", len(part)) + part for part in parts)


def _osc_packets(_: Path) -> list[Sample]:
    single = [
        osc_packet(info.address, info.default)
        for info in describe()
        if isinstance(info.default, str | int | float)
    ]
    odd = [
        osc_packet("/look/depth", 0.5, 3, "x", True),
        osc_packet("/command/blackout", 1),
        osc_packet("/preset/eyes"),
        osc_packet("/dream/guide", "a.png"),
        b"/look/depth\0,f\0\0\x7f\xc0\0\0",
    ]
    packets = [*single, *odd, _bundle(*odd), _bundle(_bundle(odd[0]), odd[1])]
    return [("packet.osc", packet) for packet in packets]


def _osc(_: Path) -> Read:
    coalescer, commands = _coalescer(), Commands()
    for name in ("blackout", "next preset"):
        commands.add(name, Command("Do.", lambda: ""))
    asked = ShowCommands(commands, Playlist([load("eyes")]), Parameters())
    server = OscServer(coalescer, asked, HERE, clock=ManualClock())

    def read(_: str, content: bytes) -> None:
        server.inbox.put(content, "127.0.0.1")
        server.step()
        coalescer.apply()

    weakref.finalize(read, server.close)
    return read


def _midi_messages(_: Path) -> list[Sample]:
    messages: tuple[tuple[int, ...], ...] = (
        (0x90, 36, 100),
        (0x80, 36, 0),
        (0xB0, 21, 64),
        (0xB0, 1, 3),
        (0xB0, 33, 9),
        (0xC1, 5),
        (0xF8,),
    )
    messages += ((0xF0, 1, 2, 3, 0xF7), (0xE0, 1, 2), (0xA0, 36, 3))
    return [("message.midi", bytes(one)) for one in messages]


def _midi(_: Path) -> Read:
    coalescer = _coalescer()
    bindings = (
        Binding(MidiSource(1, "cc", 21), "look.depth"),
        Binding(MidiSource(1, "cc14", 1), "look.light", pickup=False),
        Binding(MidiSource(1, "note", 36), "blackout"),
        Binding(MidiSource(2, "program", 5), "next preset"),
    )
    midi = MidiMap(coalescer, ("blackout", "next preset"), bindings)

    def read(_: str, content: bytes) -> None:
        message = to_message(content)
        if message is not None:
            midi.feed(message)
            coalescer.apply()
        midi.may_wait(content[:2])
        if content[-1:] == b"\x07":
            midi.learn("look.depth")

    return read


def _art_net_packets(_: Path) -> list[Sample]:
    levels = (bytes(range(16)), b"\xff" * 512, b"\0\0")
    head = b"Art-Net\0\x00\x50\0\x0e"
    packets = [
        head + bytes([number, 0]) + b"\0\0" + struct.pack(">H", len(one)) + one
        for number, one in enumerate(levels)
    ]
    return [("packet.dmx", packet) for packet in [*packets, b"Art-Net\0\x00\x20\0\x0e\0\0"]]


def _art_net(_: Path) -> Read:
    coalescer = _coalescer()
    server = ArtNetServer(
        ArtNetPlan(0, 1, ("look.depth", "-", "dream.steps", "look.light"), port=0),
        coalescer.want,
    )
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def read(_: str, content: bytes) -> None:
        sender.sendto(content[:60_000], ("127.0.0.1", server.port))
        server.step()
        coalescer.apply()

    weakref.finalize(read, server.close)
    weakref.finalize(read, sender.close)
    return read


PACKET_TARGETS = (
    Target("osc", _osc_packets, _osc, refuses=()),
    Target("midi", _midi_messages, _midi, refuses=()),
    Target("art-net", _art_net_packets, _art_net, refuses=()),
)
