from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.control.artnet_server import ANEW_S, ArtNetPlan, ArtNetServer, parse_art_net, value_of
from livedream.errors import InputError
from livedream.settings import by_word, describe
from tests.control.conftest import art_dmx

WORDS = ("look.depth", "look.steer")


@pytest.fixture
def wanted() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server(wanted: list[tuple[str, Any]], clock: ManualClock) -> Iterator[ArtNetServer]:
    plan = ArtNetPlan(3, 11, WORDS, port=0)
    server = ArtNetServer(plan, lambda word, value: wanted.append((word, value)), clock)
    yield server
    server.close()


@pytest.fixture
def send(server: ArtNetServer) -> Iterator[Callable[..., None]]:
    """Send packets and step; on loopback they are there when they have been sent."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(*packets: bytes) -> None:
        for packet in packets:
            sender.sendto(packet, ("127.0.0.1", server.port))
        server.step()

    yield send
    sender.close()


def levels(depth: int, steer: int) -> bytes:
    return bytes(10) + bytes([depth, steer])


def test_channels_that_are_moved_turn_their_settings(
    send: Callable[..., None], wanted: list[tuple[str, Any]]
) -> None:
    send(art_dmx(3, levels(51, 0)))
    assert wanted == []  # what a desk sends when it begins moves nothing
    send(art_dmx(3, levels(51, 0)))
    assert wanted == []
    send(art_dmx(3, levels(102, 0)), art_dmx(3, levels(255, 200)))
    assert wanted == [("look.depth", 1.0), ("look.steer", True)]  # the newest, once
    send(art_dmx(4, levels(0, 0)))
    assert len(wanted) == 2


def test_channels_are_modulators(server: ArtNetServer, send: Callable[..., None]) -> None:
    send(art_dmx(3, levels(51, 255)))
    assert {name: one.at(0.0) for name, one in server.sources.items()} == {
        "channel 11": 0.2,
        "channel 12": 1.0,
    }


def test_a_packet_that_was_overtaken_does_not_count(server: ArtNetServer, send: Callable[..., None]) -> None:
    level = server.sources["channel 11"]
    send(art_dmx(3, levels(20, 0), 200), art_dmx(3, levels(10, 0), 199))
    assert level.at(0.0) == 20 / 255
    send(art_dmx(3, levels(30, 0), 255), art_dmx(3, levels(40, 0), 2))  # the number goes round
    assert level.at(0.0) == 40 / 255
    send(art_dmx(3, levels(50, 0), 0))  # not numbered
    assert level.at(0.0) == 50 / 255


def test_a_desk_that_is_started_anew_is_heard_after_a_second(
    server: ArtNetServer, send: Callable[..., None], clock: ManualClock
) -> None:
    level = server.sources["channel 11"]
    send(art_dmx(3, levels(20, 0), 100))
    clock.advance(ANEW_S / 2)
    send(art_dmx(3, levels(30, 0), 1))
    assert level.at(0.0) == 20 / 255
    clock.advance(ANEW_S / 2)
    send(art_dmx(3, levels(30, 0), 2), art_dmx(3, levels(40, 0), 1))
    assert level.at(0.0) == 30 / 255, "from then on those that are overtaken are late again"


def test_malformed_packets_are_counted_and_change_nothing(
    server: ArtNetServer, send: Callable[..., None], wanted: list[tuple[str, Any]]
) -> None:
    send(art_dmx(3, levels(1, 1)))
    send(b"", b"Art-Net\0", art_dmx(3, levels(9, 9))[:-1], b"\xff" * 2000)
    assert wanted == []
    assert server.dropped == 4


def test_a_port_that_is_taken_is_said(server: ArtNetServer) -> None:
    with pytest.raises(InputError, match=rf"Art-Net cannot listen on 127.0.0.1, port {server.port}"):
        ArtNetServer(ArtNetPlan(0, 1, (), port=server.port), lambda *_: None)


@given(st.integers(0, 255))
def test_any_level_is_a_possible_value_of_any_setting(level: int) -> None:
    for info in describe():
        if info.is_number:
            assert info.low is not None
            assert info.high is not None
            assert info.low <= value_of(info, level) <= info.high
        elif info.kind == "choice":
            assert value_of(info, level) in info.choices
            first, *_, last = info.choices
            assert (value_of(info, 0), value_of(info, 255)) == (first, last)


def test_the_option_names_universe_channel_and_words() -> None:
    assert parse_art_net("0/1=look.depth") == ArtNetPlan(0, 1, ("look.depth",))
    assert parse_art_net("32767/511=look.depth, look.steer", "0.0.0.0") == ArtNetPlan(
        32767, 511, ("look.depth", "look.steer"), "0.0.0.0"
    )
    assert parse_art_net("0/1=-,look.depth").words == ("-", "look.depth")
    text = next(info.word for info in by_word().values() if info.kind == "text")
    for wrong, said in {
        "look.depth": "write UNIVERSE/CHANNEL=WORD,WORD",
        "0/1=": "write UNIVERSE/CHANNEL=WORD,WORD",
        "32768/1=look.depth": "universe 32768 is not possible",
        "0/0=look.depth": "do not fit into 1 to 512",
        "0/512=look.depth,look.steer": "do not fit into 1 to 512",
        "0/1=look.deptj": "there is no setting 'look.deptj'; did you mean look.depth",
        f"0/1={text}": "which no fader can turn",
    }.items():
        with pytest.raises(InputError, match=said):
            parse_art_net(wrong)
