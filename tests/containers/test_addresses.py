"""Paths are no addresses."""

from pathlib import Path

import av
import numpy as np
import pytest

from livedream.containers.addresses import file_address


@pytest.mark.parametrize("name", ["2024-01-02T12:30.mp4", "http:x.mp4", "a%03d.mp4", "pipe:1.mp4", "é ü.mp4"])
def test_any_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with av.open(file_address(Path(name)), "w") as film:
        stream = film.add_stream("mpeg4", 25)
        stream.width = stream.height = 16
        film.mux(
            [*stream.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))), *stream.encode()]
        )
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with av.open(file_address(name)) as film:
        assert len(list(film.decode(video=0))) == 1
