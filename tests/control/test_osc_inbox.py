from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from livedream.control.osc_inbox import MOST_ADDRESSES, MOST_EACH, OscInbox
from livedream.control.osc_reading import MOST_BYTES
from livedream.control.osc_writing import osc_packet

HERE = "127.0.0.1"
TOO_LONG = osc_packet("/look/depth", "x" * MOST_BYTES)


def taken(inbox: OscInbox) -> list[tuple[str, tuple[object, ...]]]:
    return [tuple(message) for message, _ in inbox.take()]


def test_of_an_address_the_newest_counts_and_of_buttons_all() -> None:
    inbox = OscInbox()
    for number in range(1000):
        inbox.put(osc_packet("/look/depth", float(number)), HERE)
        inbox.put(osc_packet("/look/light", float(-number)), HERE)
    for name in ("freeze", "bypass", "freeze"):
        inbox.put(osc_packet(f"/command/{name}"), HERE)
    assert taken(inbox) == [
        ("/look/depth", (999.0,)),
        ("/look/light", (-999.0,)),
        ("/command/freeze", ()),
        ("/command/bypass", ()),
        ("/command/freeze", ()),
    ]
    assert inbox.take() == []
    assert inbox.packets == 2003


def test_what_came_last_is_taken_last() -> None:
    inbox = OscInbox()
    for address, value in (("/look/depth", 0.1), ("/look/depth/position", 0.2), ("/look/depth", 0.5)):
        inbox.put(osc_packet(address, value), HERE)
    assert [address for address, _ in taken(inbox)] == ["/look/depth/position", "/look/depth"]


def test_a_malformed_packet_replaces_none() -> None:
    inbox = OscInbox()
    inbox.put(osc_packet("/look/depth", 0.5), HERE)
    for bad in (b"/look/depth\0,f\0\0?", b"/look/depth\0,q\0\0", b"/look/depth", b"\0", b"", TOO_LONG):
        inbox.put(bad, HERE)
    assert taken(inbox) == [("/look/depth", (0.5,))]
    assert inbox.malformed == 6


def test_bundles_are_opened_and_each_message_knows_its_host() -> None:
    bundle = OscBundleBuilder(IMMEDIATELY)
    for number in range(2):
        builder = OscMessageBuilder(f"/a/{number}")
        builder.add_arg(number)
        bundle.add_content(builder.build())  # type: ignore[arg-type]
    inbox = OscInbox()
    inbox.put(bytes(bundle.build().dgram), "192.0.2.7")
    assert [(message.address, host) for message, host in inbox.take()] == [
        ("/a/0", "192.0.2.7"),
        ("/a/1", "192.0.2.7"),
    ]


@given(st.lists(st.binary(max_size=64) | st.binary(max_size=40).map(lambda rest: b"/look/depth\0" + rest)))
def test_whatever_comes_is_read_or_counted(packets: list[bytes]) -> None:
    inbox = OscInbox()
    for packet in packets:
        inbox.put(packet, HERE)
    read = inbox.take()
    assert len(read) + inbox.malformed <= len(packets)


def test_no_flood_of_addresses_fills_the_memory() -> None:
    inbox = OscInbox()
    for number in range(3 * MOST_ADDRESSES):
        inbox.put(osc_packet(f"/x/{number}", 1), HERE)
        inbox.put(osc_packet("/command/freeze"), HERE)
    assert len(inbox.take()) <= MOST_ADDRESSES + MOST_EACH
