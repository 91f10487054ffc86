from __future__ import annotations

import os
from pathlib import Path

import pytest

from livedream.whole_file import write_text


def test_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    for text in ("a long text", "short ä"):
        write_text(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_older_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.toml"
    write_text(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    """As where somebody keeps settings elsewhere and links to them."""
    kept, link = tmp_path / "kept" / "mine.toml", tmp_path / "mine.toml"
    kept.parent.mkdir()
    kept.write_text("older")
    link.symlink_to(kept)
    write_text(link, "newer")
    assert link.is_symlink()
    assert kept.read_text() == "newer"
    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "told")
        assert os.read(reader, 16) == b"told"
    finally:
        os.close(reader)
    assert not pipe.is_file()


def test_links_in_a_circle_are_replaced(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    write_text(one, "text")
    assert one.read_text() == "text"
