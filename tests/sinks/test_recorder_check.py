import errno
from pathlib import Path
from typing import Never

import numpy as np
import pytest

from livedream.errors import InputError, SinkError
from livedream.sinks import recorder
from livedream.sinks.recorder import Recorder, check_recording


@pytest.mark.parametrize("name", ["film.avi", "film", "film.mp4.gif", ".mp4"])
def test_an_unknown_suffix_is_refused_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.mp4, \.mov or \.mkv"):
        check_recording(tmp_path / name)


def test_a_good_place_passes_and_nothing_is_left_there(tmp_path: Path) -> None:
    check_recording(tmp_path / "film.MP4")
    check_recording(str(tmp_path / "film.mkv"), overwrite=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a folder; name a film in it"):
        check_recording(tmp_path)
    with pytest.raises(InputError, match=r"The folder .*gone does not exist"):
        check_recording(tmp_path / "gone" / "film.mp4")


def test_an_existing_file_is_refused_unless_it_is_to_be_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(InputError, match="already exists"):
        check_recording(path)
    with pytest.raises(SinkError, match="already exists"):
        Recorder(path).open((64, 48), 30)
    check_recording(path, overwrite=True)
    assert path.read_bytes() == b"precious"


def refuse(*args: object, **kwargs: object) -> Never:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_folder_that_cannot_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder.tempfile, "TemporaryFile", refuse)
    with pytest.raises(InputError, match=r"Cannot record to .*film\.mp4 \(Permission denied\)"):
        check_recording(tmp_path / "film.mp4")
    with pytest.raises(SinkError, match="Permission denied"):
        Recorder(tmp_path / "film.mp4").open((64, 48), 30)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"precious")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="Permission denied"):
        check_recording(path, overwrite=True)


def test_permission_lost_between_check_and_opening_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "open_raw", refuse)
    sink = Recorder(tmp_path / "film.mp4")
    sink.open((64, 48), 30)
    with pytest.raises(SinkError, match="writing is not permitted there; nothing is kept"):
        sink.write(np.zeros((48, 64, 3), np.uint8), 0.0)
    sink.close()
