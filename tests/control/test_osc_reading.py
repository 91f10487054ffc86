"""What is OSC is read, and nothing else does any harm."""

from __future__ import annotations

import random
import struct

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from livedream.control.osc_reading import MOST_BYTES, MalformedError, OscReader
from livedream.control.osc_writing import osc_packet as packet


def bundle(*parts: bytes) -> bytes:
    return b"#bundle\0" + bytes(7) + b"\1" + b"".join(struct.pack(">i", len(part)) + part for part in parts)


@pytest.fixture
def reader() -> OscReader:
    return OscReader()


def test_a_message_is_read(reader: OscReader) -> None:
    assert reader.read(packet("/look/depth", 0.5, 3, "x", True)) == [("/look/depth", (0.5, 3, "x", True))]


def test_a_message_without_values_or_types_is_read(reader: OscReader) -> None:
    assert reader.read(b"/abc\0\0\0\0") == [("/abc", ())]
    assert reader.read(packet("/abc")) == [("/abc", ())]


def test_bundles_in_bundles_are_read_in_order(reader: OscReader) -> None:
    inner = bundle(packet("/b", 1), packet("/c", 2))
    assert [message.address for message in reader.read(bundle(packet("/a"), inner, packet("/d")))] == [
        "/a",
        "/b",
        "/c",
        "/d",
    ]


def test_a_bundle_as_python_osc_builds_it_is_read(reader: OscReader) -> None:
    builder = OscBundleBuilder(IMMEDIATELY)
    message = OscMessageBuilder("/a")
    message.add_arg(1.5)
    builder.add_content(message.build())
    assert reader.read(builder.build().dgram) == [("/a", (1.5,))]


def _deep(depth: int) -> bytes:
    made = packet("/a")
    for _ in range(depth):
        made = bundle(made)
    return made


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"/",
        b"\0\0\0\0",
        b"hello world\0",
        b"/abc",
        b"/abc\0\0\0\0,f\0\0",
        b"/abc\0\0\0\0,z\0\0",
        b"/abc\0\0\0\0,[[\0",
        b"/abc\0\0\0\0xf\0\0\0\0\0\0",
        b"/\xff\xfe\0,\0\0\0",
        b"#bundle\0",
        bundle(b"")[:16] + struct.pack(">i", -4),
        bundle(b"")[:16] + struct.pack(">i", 1000) + packet("/a"),
        bundle(bundle(b"x" * 4)),
        b"/abc\0\0\0\0,b\0\0" + struct.pack(">i", -4),
        b"/abc\0\0\0\0,b\0\0" + struct.pack(">i", 2**31 - 1),
        packet("/a", "x" * MOST_BYTES),
        _deep(50),
    ],
)
def test_what_is_malformed_is_refused(reader: OscReader, malformed: bytes) -> None:
    with pytest.raises(MalformedError):
        reader.read(malformed)


def test_random_bytes_are_read_or_refused(reader: OscReader) -> None:
    draws = random.Random(5)
    seeds = [packet("/look/depth", 0.5), bundle(packet("/a", 1, "x"), bundle(packet("/b", 2.0))), b""]
    read = 0
    for number in range(6000):
        noise = bytearray(seeds[number % 3] or draws.randbytes(draws.randrange(200)))
        for _ in range(draws.randrange(4)):
            if noise:
                noise[draws.randrange(len(noise))] = draws.randrange(256)
        if number % 7 == 0:
            del noise[draws.randrange(len(noise) + 1) :]
        try:
            reader.read(bytes(noise))
            read += 1
        except MalformedError:
            continue
    assert 100 < read < 6000
