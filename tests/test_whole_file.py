from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from livedream.whole_file import check_whole, write_text


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


@pytest.mark.skipif(sys.platform == "win32", reason="a file has no such permissions here")
def test_who_may_read_it_stays(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    file.write_text("older")
    file.chmod(0o600)
    write_text(file, "newer")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("newer", 0o600)


def test_whether_it_can_be_begun_is_known_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "figures.json"
    file.write_text("older")
    check_whole(file)
    check_whole(tmp_path / "other.json")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("figures.json", "older")]

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(PermissionError):
        check_whole(file)
