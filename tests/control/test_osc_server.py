"""OSC turns knobs and presses buttons, and no packet does harm."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from livedream.control.osc_server import MOST_UNKNOWN, OscServer
from livedream.control.osc_writing import osc_packet as packet
from livedream.control.show_commands import ShowCommands
from livedream.errors import InputError
from livedream.presets import load
from livedream.runtime.commands import Command, Commands
from livedream.runtime.parameters import Parameter
from livedream.runtime.playlist import Playlist
from livedream.settings.show_numbers import FADER

HERE = ("127.0.0.1", 0)


def bundle(*parts: bytes) -> bytes:
    return b"#bundle\0" + bytes(7) + b"\1" + b"".join(struct.pack(">i", len(part)) + part for part in parts)


@pytest.fixture
def asked(desk: Any) -> ShowCommands:
    registry = Commands()
    for name in ("blackout", "next preset"):
        registry.add(name, Command("Do.", lambda: ""))
    presets = [load("eyes"), replace(load("weave"), name="my own")]
    return ShowCommands(registry, Playlist(presets), desk.parameters)


@pytest.fixture
def server(desk: Any, asked: ShowCommands) -> Iterator[OscServer]:
    server = OscServer(desk.coalescer, asked, HERE, tell=desk.told.append, clock=desk.clock)
    yield server
    server.close()


@pytest.fixture
def client(server: OscServer) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", server.port))
        yield sender


def handle(server: OscServer, packet: bytes, host: str = "127.0.0.1") -> None:
    server.inbox.put(packet, host)
    server.step()


def receive(server: OscServer, count: int) -> None:
    """Step until so many packets have come: also on this machine they take a moment."""
    limit = time.monotonic() + 60
    while server.inbox.packets < count and time.monotonic() < limit:
        server.step()


@pytest.mark.parametrize(
    ("sent", "word", "becomes"),
    [
        (packet("/look/depth", 0.25), "look.depth", 0.25),
        (packet("/look/depth", 7), "look.depth", 1.0),
        (packet("/look/depth/position", 0.5), "look.depth", 0.5),
        (packet("/dream/style_scale/position", 1), "dream.style_scale", 4.0),
        (packet("/look/steer", 0), "look.steer", False),
        (packet("/look/steer", False), "look.steer", False),
        (packet("/dream/rank_by", "first"), "dream.rank_by", "first"),
        (packet("/dream/sequence", "lines", "eyes"), "dream.sequence", ("lines", "eyes")),
        (packet("/dream/layers", "{lines = 0.5}"), "dream.layers", {"lines": 0.5}),
        (bundle(packet("/look/light", 0.1), packet("/look/depth", 0.75)), "look.depth", 0.75),
    ],
)
def test_an_address_turns_its_setting(
    desk: Any, server: OscServer, sent: bytes, word: str, becomes: object
) -> None:
    handle(server, sent)
    desk.coalescer.apply()
    assert desk.coalescer.base(word) == becomes or tuple(desk.coalescer.base(word)) == becomes
    assert desk.told == []


@pytest.mark.parametrize(
    ("sent", "done"),
    [
        (packet("/command/blackout"), ["blackout"]),
        (packet("/command/next_preset", 1.0), ["next preset"]),
        (packet("/command/next_preset", 0.0), []),
        (packet("/command/blackout", False), []),
        (packet("/preset/eyes", 1), ["preset eyes"]),
        (packet("/preset/my_own"), ["preset my own"]),
        (packet("/preset", "fur"), ["preset fur"]),
        (packet("/preset", 3), ["preset 3"]),
        (bundle(*[packet("/command/next_preset")] * 3), ["next preset"] * 3),
    ],
)
def test_buttons_act_once_each_time(desk: Any, server: OscServer, sent: bytes, done: list[str]) -> None:
    handle(server, sent)
    desk.coalescer.apply()
    assert desk.done == done


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (packet("/look/depth"), "/look/depth takes one value, not 0"),
        (packet("/look/depth", 1.0, 2.0), "/look/depth takes one value, not 2"),
        (packet("/look/depth/position", "x"), "/look/depth/position takes a number from 0 to 1"),
        (packet("/look/depth/position", float("nan")), "/look/depth/position takes a number from 0 to 1"),
        (packet("/look/depth", "deep"), "look.depth cannot be 'deep': it needs a number from 0.0 to 1.0"),
        (packet("/preset"), "/preset takes a preset's name, or its number from 1 on"),
        (packet("/preset", -1), "/preset takes a preset's name, or its number from 1 on"),
        (packet("/look/deepth", 1.0), "there is no OSC address '/look/deepth'; docs/osc.md lists them"),
    ],
)
def test_what_is_wrong_is_told_once(desk: Any, server: OscServer, sent: bytes, told: str) -> None:
    for _ in range(3):
        handle(server, sent)
        desk.coalescer.apply()
    assert desk.told == [told]
    assert desk.changes == []


def test_what_may_name_a_file_is_taken_from_this_machine_only(desk: Any, server: OscServer) -> None:
    handle(server, packet("/dream/guide", "itself"), "192.0.2.7")
    handle(server, packet("/look/depth", 1.0), "192.0.2.7")
    desk.coalescer.apply()
    assert desk.told == [
        "/dream/guide may name a file and is taken from this machine only, not from 192.0.2.7"
    ]
    assert desk.store.layer("hand") == {"look.depth": 1.0}
    handle(server, packet("/dream/guide", "itself"))
    desk.coalescer.apply()
    assert desk.store.snapshot().dream.guide == "itself"


def test_unknown_addresses_are_told_within_bounds(desk: Any, server: OscServer) -> None:
    for number in range(5000):
        handle(server, packet(f"/no/{number}"))
    assert len(desk.told) == MOST_UNKNOWN
    assert server.unknown == 5000


def test_malformed_packets_are_counted_and_nothing_else_happens(desk: Any, server: OscServer) -> None:
    draws = random.Random(3)
    for _ in range(2500):
        handle(server, draws.randbytes(draws.randrange(300)))
    assert server.inbox.packets == 2500
    assert server.inbox.malformed > 2000
    desk.coalescer.apply()
    assert desk.changes == []


def test_of_several_values_in_the_socket_the_last_one_counts(
    desk: Any, server: OscServer, client: socket.socket
) -> None:
    for number in range(50):
        client.send(packet("/look/depth", number / 100))
    client.send(b"nonsense")
    receive(server, 51)
    desk.coalescer.apply()
    assert server.inbox.packets == 51
    assert desk.store.snapshot().look.depth == pytest.approx(0.49)
    assert len(desk.changes) == 1


def test_a_value_and_a_position_count_in_the_order_in_which_they_came(
    desk: Any, server: OscServer, client: socket.socket
) -> None:
    for sent in (("/look/depth", 0.1), ("/look/depth/position", 0.2), ("/look/depth", 0.3)):
        client.send(packet(*sent))
    receive(server, 3)
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == pytest.approx(0.3)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 0), ("x" * 70, 9000), ("", 70000)])
def test_a_port_that_cannot_be_had_is_an_error_of_one_sentence(
    desk: Any, server: OscServer, asked: ShowCommands, host: str, port: int
) -> None:
    with pytest.raises(InputError, match=r"OSC cannot listen on .*; choose another port"):
        OscServer(desk.coalescer, asked, (host, port or server.port))


def test_a_flood_through_the_network_neither_piles_up_nor_plays_later(
    desk: Any, server: OscServer, client: socket.socket
) -> None:
    """10,000 packets a second of the show's time, a third of them malformed."""
    draws, threads = random.Random(1), set(threading.enumerate())
    addresses = ("/look/depth", "/look/light", "/feedback/zoom", "/motion/persistence/position")
    good = [packet(draws.choice(addresses), draws.random()) for _ in range(200)]
    bad = [draws.randbytes(draws.randrange(1, 60)) for _ in range(100)]
    tracemalloc.start()
    start = tracemalloc.get_traced_memory()[0]
    changes = 0
    for _ in range(240):
        for number in range(167):
            client.send(draws.choice(bad if number % 3 == 0 else good))
        server.step()
        desk.coalescer.apply()
        desk.clock.advance(1 / 60)
        changes += len(desk.changes)
        desk.changes.clear()
    limit = time.monotonic() + 60
    while desk.coalescer.base("look.depth") != 0.125 and time.monotonic() < limit:
        client.send(packet("/look/depth", 0.125))  # what did not fit into the socket is lost, not late
        server.step()
        desk.coalescer.apply()
    grown = tracemalloc.get_traced_memory()[0] - start
    tracemalloc.stop()
    assert not set(threading.enumerate()) - threads
    assert server.inbox.malformed > 1000
    assert 10 < changes <= 240
    assert grown < 1_000_000
    server.step()
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == 0.125


def test_a_parameter_is_moved_and_kept_in_its_range(
    server: OscServer, asked: ShowCommands, desk: Any
) -> None:
    stands = [0.0]
    asked.parameters.join(Parameter(FADER, lambda: stands[0], partial(stands.__setitem__, 0)))
    for value, becomes in ((0.5, 0.5), (7, 1.0), (-1, 0.0)):
        handle(server, packet("/parameter/fader", value))
        desk.coalescer.apply()
        assert stands == [becomes]
    handle(server, packet("/parameter/fader", "up"))
    assert stands == [0.0]
    assert desk.told == ["/parameter/fader takes a number"]
