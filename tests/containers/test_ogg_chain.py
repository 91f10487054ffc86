"""Several Ogg files in one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from livedream.containers.ogg_chain import OggLink, ogg_links


def page(flags: int, content: bytes = b"x" * 300) -> bytes:
    segments = [255] * (len(content) // 255) + [len(content) % 255]
    return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([len(segments)]) + bytes(segments) + content


ONE = page(2) + page(2) + page(0) + page(4)
"""Two streams side by side, as sound with pictures."""


def test_each_link_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(ONE + page(2) + page(0) + ONE)
    second = len(ONE) + len(page(2) + page(0))
    assert ogg_links(path) == [(0, len(ONE)), (len(ONE), second), (second, second + len(ONE))]


@pytest.mark.parametrize(
    "content", [ONE, b"", b"OggS", b"RIFF" + bytes(99), ONE[:-40], b"OggS" + b"\xff" * 99]
)
def test_what_is_no_chain_has_no_links(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(content)
    assert ogg_links(path) == []


def test_a_link_reads_as_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(bytes(range(100)))
    with OggLink(path, 10, 20) as link:
        assert (link.readable(), link.seekable()) == (True, True)
        assert link.read(4) == bytes(range(10, 14))
        assert link.tell() == 4
        assert link.read() == bytes(range(14, 20))
        assert link.read(1) == b""
        assert link.seek(-3, io.SEEK_END) == 7
        assert link.seek(1, io.SEEK_CUR) == 8
        assert link.read(99) == bytes([18, 19])
        assert link.seek(0) == 0
