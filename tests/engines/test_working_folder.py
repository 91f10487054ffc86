import os
import sys
from pathlib import Path

import pytest

from livedream.engines.working_folder import leave_deleted_folder


def test_a_folder_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    leave_deleted_folder()
    assert Path.cwd() == tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use is not deleted here")
def test_a_deleted_one_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    leave_deleted_folder()
    assert Path.cwd() == Path(os.sep)
