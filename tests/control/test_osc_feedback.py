"""A client is shown what the settings are, and is never fought over a fader."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from livedream.control.osc_feedback import OscFeedback
from livedream.control.osc_reading import OscMessage, OscReader
from livedream.control.osc_server import OscServer
from livedream.control.osc_writing import osc_packet as packet
from livedream.control.show_commands import ShowCommands
from livedream.errors import InputError
from livedream.runtime.commands import Commands
from livedream.runtime.parameters import Parameter, Parameters
from livedream.settings import Settings, change, describe
from livedream.settings.show_numbers import FADER


class Client:
    """A screen with faders: a port that keeps what it is sent."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def read(self) -> list[OscMessage]:
        read: list[OscMessage] = []
        while True:
            try:
                read += OscReader().read(self.socket.recv(9000))
            except BlockingIOError:
                return read


@pytest.fixture
def serve(desk: Any) -> Iterator[Callable[..., OscServer]]:
    with ExitStack() as stack:

        def made(hears: OscFeedback | None = None) -> OscServer:
            asked = ShowCommands(Commands())
            server = OscServer(desk.coalescer, asked, ("127.0.0.1", 0), hears=hears, clock=desk.clock)
            stack.callback(server.close)
            return server

        yield made


def handle(server: OscServer, sent: bytes, host: str = "127.0.0.1") -> None:
    server.inbox.put(sent, host)
    server.step()


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.socket.close()


@pytest.fixture
def feedback(desk: Any, client: Client) -> Iterator[OscFeedback]:
    made = OscFeedback(desk.coalescer, ("127.0.0.1", client.port), tell=desk.told.append, clock=desk.clock)
    yield made
    made.close()


def test_a_change_is_sent_as_value_and_position(desk: Any, feedback: OscFeedback, client: Client) -> None:
    desk.store.change({"dream.style_scale": 4.0, "look.steer": False, "dream.rank_by": "first"}, "test")
    assert feedback.step() == 3
    assert sorted(client.read()) == [
        ("/dream/rank_by", ("first",)),
        ("/dream/style_scale", (4.0,)),
        ("/dream/style_scale/position", (1.0,)),
        ("/look/steer", (0,)),
    ]
    assert feedback.step() == 0


def test_lists_and_tables_are_sent_as_they_are_written(
    serve: Callable[..., OscServer], desk: Any, feedback: OscFeedback, client: Client
) -> None:
    desk.store.change({"dream.layers": {"lines": 0.5}, "dream.sequence": ["eyes"]}, "test")
    feedback.step()
    sent = client.read()
    assert sorted(sent) == [("/dream/layers", ("{lines = 0.5}",)), ("/dream/sequence", ('["eyes"]',))]
    server = serve()
    for message in sent:
        handle(server, packet(message.address, *message.arguments))
    desk.coalescer.apply()
    assert desk.told == []


def test_a_setting_that_changes_all_the_time_is_sent_thirty_times_a_second(
    desk: Any, feedback: OscFeedback, client: Client
) -> None:
    count = 0
    for number in range(1000):
        desk.store.change({"look.depth": number / 1000}, "test")
        count += feedback.step()
        client.read()
        desk.clock.advance(1 / 1000)
    assert 25 <= count <= 31
    desk.clock.advance(1)
    feedback.step()
    assert client.read()[0] == ("/look/depth", (pytest.approx(0.999),))


def test_what_the_client_moves_is_not_sent_back_while_it_is_moved(
    serve: Callable[..., OscServer], desk: Any, feedback: OscFeedback, client: Client
) -> None:
    server = serve(feedback)
    for number in range(30):
        handle(server, packet("/look/depth/position", number / 100), "127.0.0.1")
        desk.coalescer.apply()
        assert feedback.step() == 0
        desk.clock.advance(1 / 60)
    desk.clock.advance(1)
    assert feedback.step() == 1
    assert client.read()[0] == ("/look/depth", (pytest.approx(0.29),))


def test_a_fader_stays_where_the_hand_has_put_it_while_modulation_plays(
    desk: Any, feedback: OscFeedback, client: Client
) -> None:
    desk.store.change({"look.depth": 0.5}, "test")
    desk.store.change({"look.depth": 0.9}, "lfo", "modulation")
    assert feedback.step() == 1
    assert client.read()[0] == ("/look/depth", (0.5,))
    desk.store.load(change(Settings(), {"look.depth": 0.25}))
    desk.clock.advance(1)
    feedback.step()
    assert ("/look/depth", (0.25,)) in client.read()


def test_what_another_host_moves_is_sent(
    serve: Callable[..., OscServer], desk: Any, feedback: OscFeedback
) -> None:
    server = serve(feedback)
    handle(server, packet("/look/depth", 0.9), "192.0.2.7")
    desk.coalescer.apply()
    assert feedback.step() == 1


def test_a_client_that_comes_is_sent_everything(feedback: OscFeedback, client: Client) -> None:
    feedback.send_all()
    assert feedback.step() == len(describe())
    assert client.read()


def test_when_it_is_closed_it_hears_of_nothing(desk: Any, feedback: OscFeedback) -> None:
    feedback.close()
    desk.store.change({"look.depth": 0.9}, "test")
    assert feedback.step() == 0


def test_a_client_that_cannot_be_reached_is_told_once(desk: Any, feedback: OscFeedback) -> None:
    feedback._socket.close()
    for depth in (0.1, 0.2):
        desk.store.change({"look.depth": depth}, "test")
        desk.clock.advance(1)
        feedback.step()
    assert len(desk.told) == 1
    assert "OSC feedback cannot be sent to 127.0.0.1" in desk.told[0]


@pytest.mark.parametrize(("host", "port"), [("x" * 70, 9001), ("127.0.0.1", "x y")])
def test_a_client_with_no_address_is_an_error(desk: Any, host: str, port: Any) -> None:
    with pytest.raises(InputError, match="OSC feedback to"):
        OscFeedback(desk.coalescer, (host, port))


def test_a_parameter_is_sent_when_it_moves_by_whoever_moves_it(desk: Any, client: Client) -> None:
    parameters, stands = Parameters(), [0.25]
    write = partial(stands.__setitem__, 0)
    parameters.join(Parameter(FADER, lambda: stands[0], write))
    feedback = OscFeedback(desk.coalescer, ("127.0.0.1", client.port), parameters, clock=desk.clock)
    try:
        for moved, seen in ((None, [0.25]), (None, []), (0.5, [0.5])):
            if moved is not None:
                write(moved)
            desk.clock.advance(0.1)
            feedback.step()
            assert [m.arguments[0] for m in client.read() if m.address == "/parameter/fader"] == seen
    finally:
        feedback.close()
