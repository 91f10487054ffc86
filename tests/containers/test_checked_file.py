"""A source is a file that can be read more than once."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from livedream.containers.checked_file import check_regular, is_there
from livedream.errors import InputError
from livedream.sinks.sound_choice import check_sound, music_begin_s
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.sources.source_spec import open_source
from livedream.sources.still_image import read_image

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes have no paths here")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "p.mp4")
    return tmp_path / "p.mp4"


def test_nothing_waits_for_a_pipe_that_nobody_writes(pipe: Path) -> None:
    for read in (read_image, check_sound, music_begin_s):
        with pytest.raises(InputError, match=r"p\.mp4 is a pipe, which cannot be read here"):
            read(pipe)
    with pytest.raises(InputError, match="is a pipe"):
        open_source(str(pipe))
    with pytest.raises(InputError, match="is a pipe"):
        open_footage(str(pipe), FootageRequest())


def test_devices_and_sockets_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    with socket.socket(socket.AF_UNIX) as own:
        own.bind("s.mp4")
        with pytest.raises(InputError, match="is a socket"):
            check_regular(Path("s.mp4"))
    with pytest.raises(InputError, match=r"is a device.*camera:NAME"):
        check_regular(Path("/dev/null"))


def test_files_folders_and_what_is_not_there_pass(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")
    for path in (tmp_path, tmp_path / "a.mp4", tmp_path / "none.mp4", Path("x" * 5000)):
        check_regular(path)


@pytest.mark.parametrize("name", ["gone", "x" * 5000, "a/" * 3000, "a\0b"])
def test_what_no_file_can_be_called_is_not_there(tmp_path: Path, name: str) -> None:
    assert not is_there(tmp_path / name)
    assert not is_there(tmp_path)
    (tmp_path / "a").touch()
    assert is_there(tmp_path / "a")
