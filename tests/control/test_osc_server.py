from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.control.osc_address import addressed, value_of
from livedream.control.osc_server import OscServer, parse_osc
from livedream.errors import InputError
from livedream.presets import load
from livedream.runtime.commands import Command, Commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import Change


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def playlist() -> Playlist:
    return Playlist([load("eyes"), load("weave")])


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def server(playlist: Playlist, told: list[str], done: list[str]) -> Iterator[OscServer]:
    commands = Commands()
    for name in ("freeze", "reset dream"):
        commands.add(name, Command("Do.", lambda name=name: done.append(name) or name))  # type: ignore[misc]
    server = OscServer(("127.0.0.1", 0), playlist, commands, told.append)
    yield server
    server.close()


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    end_s = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end_s, "it takes too long"
        time.sleep(0.005)


def test_messages_turn_settings_show_presets_and_do_commands(
    server: OscServer, playlist: Playlist, done: list[str], told: list[str], message: Callable[..., bytes]
) -> None:
    server.start()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for datagram in (
        message("/preset", "weave"),
        message("/look/depth", 7.0),
        message("/look/light/position", 0.5),
        message("/look/steer", 0),
        message("/command/reset_dream", 1),
        message("/command/freeze", 0),
        message("/command/freeze"),
        message("/look/deeper", 1),
        message("/preset", 9),
    ):
        sender.sendto(datagram, ("127.0.0.1", server.port))
    sender.close()
    until(lambda: done == ["reset dream", "freeze"] and any("no preset 9" in one for one in told))
    until(lambda: playlist.store.snapshot().look.depth == 1.0)
    now = playlist.store.snapshot()
    assert (now.look.light, now.look.steer, playlist.name) == (0.5, False, "weave")
    assert any("nothing at /look/deeper" in one for one in told)


def test_one_change_for_all_values_and_what_is_refused_leaves_the_others(
    server: OscServer, playlist: Playlist, told: list[str]
) -> None:
    news: list[Change] = []
    playlist.store.observe(news.append)
    server.apply([("/look/depth", [0.9]), ("/look/light", [0.1])])
    assert [change.words for change in news] == [{"look.depth", "look.light"}]
    server.apply([("/look/depth", [0.2]), ("/dream/network", ["no such network"])])
    assert playlist.store.snapshot().look.depth == 0.2
    assert len(told) == 1
    assert "dream.network" in told[0]


def test_what_means_nothing_is_counted_and_changes_nothing(server: OscServer, playlist: Playlist) -> None:
    before = playlist.store.snapshot()
    server.apply([("/look/depth", [bad]) for bad in ("deep", None, math.nan, b"\0")])
    server.apply([("/look/depth", []), ("/look/depth/position", [math.nan]), ("/look/steer", [math.nan])])
    assert playlist.store.snapshot() == before
    assert server.inbox.malformed == 7


def test_a_flood_leaves_no_backlog(
    server: OscServer, playlist: Playlist, message: Callable[..., bytes]
) -> None:
    """As many messages as come in ten seconds at 10,000 a second, a third of them malformed."""
    news: list[Change] = []
    playlist.store.observe(news.append)
    threads = threading.active_count()
    server.start()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    good, bad = [message("/look/depth", level / 1000) for level in range(1000)], b"/look/depth\0,f\0\0?"
    began_s = time.monotonic()
    for number in range(100_000):
        sender.sendto(bad if number % 3 == 0 else good[number % 1000], ("127.0.0.1", server.port))
    took_s = time.monotonic() - began_s
    last = message("/look/depth", 0.123)

    def is_last() -> bool:
        sender.sendto(last, ("127.0.0.1", server.port))
        return abs(playlist.store.snapshot().look.depth - 0.123) < 1e-6

    until(is_last)
    sender.close()
    assert len(news) < 80 * (took_s + 2)
    assert threading.active_count() == threads + 1


@given(
    st.one_of(
        st.floats(), st.integers(), st.booleans(), st.text(max_size=9), st.none(), st.binary(max_size=9)
    )
)
def test_a_value_is_within_its_range_or_refused(argument: object) -> None:
    for info, is_position in addressed().values():
        try:
            value = value_of(info, argument, is_position=is_position)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if info.is_number:
            assert info.low is not None
            assert info.high is not None
            assert info.low <= value <= info.high


def test_a_port_that_is_taken_or_none_is_refused(server: OscServer, playlist: Playlist) -> None:
    with pytest.raises(InputError, match="cannot be listened on"):
        OscServer(("127.0.0.1", server.port), playlist, Commands(), print)
    assert parse_osc("9000") == ("127.0.0.1", 9000)
    assert parse_osc("0.0.0.0:57120") == ("0.0.0.0", 57120)
    for bad in ("", "osc", "0", "70000", "localhost:", "9000:localhost"):
        with pytest.raises(InputError, match="HOST:PORT"):
            parse_osc(bad)
