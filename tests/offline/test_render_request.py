from __future__ import annotations

from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.offline.render_request import FILE_WORDS, RenderRequest, with_files


def test_all_files_that_are_named_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    named = RenderRequest("in", "out", **{word: Path(f"~/{word}") for word in FILE_WORDS})  # type: ignore[arg-type]
    assert [getattr(with_files(named), word) for word in FILE_WORDS] == [
        tmp_path / word for word in FILE_WORDS
    ]
    beside = RenderRequest("in", "out", audio=Path("song.mp3"))
    assert with_files(beside) == beside
    assert with_files(beside, absolute=True).audio == Path.cwd() / "song.mp3"
    with pytest.raises(InputError, match="~nosuch12"):
        with_files(RenderRequest("in", "out", audio=Path("~nosuch12/a.wav")))
