from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from livedream.control.osc_inbox import MOST_ADDRESSES, OscInbox


def test_of_an_address_the_newest_counts_and_of_commands_all(message: Callable[..., bytes]) -> None:
    inbox = OscInbox()
    for number in range(1000):
        inbox.put(message("/look/depth", float(number)))
        inbox.put(message("/look/light", float(-number)))
    for name in ("freeze", "bypass", "freeze"):
        inbox.put(message(f"/command/{name}"))
    assert inbox.take() == [
        ("/look/depth", [999.0]),
        ("/look/light", [-999.0]),
        ("/command/freeze", []),
        ("/command/bypass", []),
        ("/command/freeze", []),
    ]
    assert inbox.take() == []


def test_bundles_are_opened() -> None:
    bundle = OscBundleBuilder(IMMEDIATELY)
    for number in range(2):
        builder = OscMessageBuilder(f"/a/{number}")
        builder.add_arg(number)
        bundle.add_content(builder.build())  # type: ignore[arg-type]
    inbox = OscInbox()
    inbox.put(bytes(bundle.build().dgram))
    assert inbox.take() == [("/a/0", [0]), ("/a/1", [1])]


@given(st.lists(st.binary(max_size=64) | st.binary(max_size=40).map(lambda rest: b"/look/depth\0" + rest)))
def test_whatever_comes_is_read_or_counted(datagrams: list[bytes]) -> None:
    inbox = OscInbox()
    for datagram in datagrams:
        inbox.put(datagram)
    read = inbox.take()
    assert len(read) + inbox.malformed <= len(datagrams)


def test_no_flood_of_addresses_fills_the_memory(message: Callable[..., bytes]) -> None:
    inbox = OscInbox()
    for number in range(3 * MOST_ADDRESSES):
        inbox.put(message(f"/x/{number}", 1))
        inbox.put(message("/command/freeze"))
    assert len(inbox.take()) <= MOST_ADDRESSES + 64
