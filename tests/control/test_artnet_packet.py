from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.control.artnet_packet import MOST_CHANNELS, MOST_UNIVERSE, ArtDmx, read_art_dmx
from tests.control.conftest import art_dmx

GOOD = art_dmx(0x1203, bytes(range(8)), 7)


def test_a_packet_as_a_desk_sends_it_is_read() -> None:
    packet = b"Art-Net\0" + bytes([0x00, 0x50, 0, 14, 7, 1, 0x03, 0x12, 0, 4, 9, 8, 255, 0])
    assert read_art_dmx(packet) == ArtDmx(0x1203, 7, bytes([9, 8, 255, 0]))


@given(st.integers(0, MOST_UNIVERSE), st.integers(0, 255), st.binary(min_size=1, max_size=MOST_CHANNELS))
def test_what_is_written_is_read(universe: int, sequence: int, levels: bytes) -> None:
    read = read_art_dmx(art_dmx(universe, levels, sequence))
    assert read == ArtDmx(universe, sequence, levels + b"\0" * (len(levels) % 2))


@given(
    st.one_of(
        st.binary(max_size=700), st.binary(max_size=600).map(lambda tail: b"Art-Net\0\0\x50\0\x0e" + tail)
    )
)
def test_any_bytes_are_read_or_dropped(packet: bytes) -> None:
    read = read_art_dmx(packet)
    if read is not None:
        assert 1 <= len(read.levels) <= MOST_CHANNELS
        assert read.levels == packet[18 : 18 + len(read.levels)]
        assert 0 <= read.universe <= MOST_UNIVERSE


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_packet_with_a_wrong_byte_is_read_or_dropped(place: int, byte: int) -> None:
    changed = bytearray(GOOD)
    changed[place] = byte
    read = read_art_dmx(bytes(changed))
    assert read is None or len(read.levels) <= MOST_CHANNELS


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        GOOD[:17],
        GOOD[:-1],  # cut off
        b"Art-Not\0" + GOOD[8:],
        GOOD[:8] + b"\0\x20" + GOOD[10:],  # a poll
        GOOD[:11] + b"\x0d" + GOOD[12:],  # an older version
        GOOD[:15] + b"\x80" + GOOD[16:],  # a universe that there is not
        GOOD[:16] + b"\0\0" + GOOD[18:],  # no channels
        GOOD[:16] + b"\x02\x02" + GOOD[18:] + bytes(600),  # more than 512
    ],
)
def test_what_is_malformed_or_another_kind_is_dropped(packet: bytes) -> None:
    assert read_art_dmx(packet) is None
