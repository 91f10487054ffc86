from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from livedream.engines.build_process import own_group
from livedream.errors import EngineError, LivedreamError
from livedream.frame import Rgb
from livedream.references import References
from livedream.runtime.thumbnail_process import COMMAND, PICTURE_WH, ThumbnailProcess, answer_all, painted
from livedream.settings import Settings, change

PLAIN = np.full((36, 64, 3), 120, np.uint8)


@pytest.fixture
def small(small_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("livedream.runtime.thumbnail_process.WORKING_PX", 1600)
    monkeypatch.setattr("livedream.runtime.thumbnail_process.FRAMES", 2)
    return small_settings


def rough() -> Rgb:
    return np.random.default_rng(4).integers(0, 255, (36, 64, 3), np.uint8)


def test_a_picture_is_dreamed_as_the_mood_looks(small: Settings) -> None:
    references, picture = References(), rough()
    full = painted(small, picture, references)
    dark = painted(change(small, {"colour.saturation": 0.0}), picture, references)
    assert full.shape == picture.shape
    assert np.abs(full.astype(int) - picture).mean() > 2
    assert np.ptp(dark.astype(int), axis=2).max() < np.ptp(full.astype(int), axis=2).max()
    references.close()


def test_what_cannot_be_painted_is_answered_with_the_reason_and_the_next_is_painted(small: Settings) -> None:
    asked, answers = io.BytesIO(), io.BytesIO()
    for modules in (["no_such_module"], []):
        pickle.dump((modules, small, rough()), asked)
    asked.seek(0)
    answer_all(asked, answers)
    answers.seek(0)
    assert "no_such_module" in pickle.load(answers)
    assert pickle.load(answers).shape == (36, 64, 3)


CHILD = """
import pickle, sys
while True:
    modules, settings, rgb = pickle.load(sys.stdin.buffer)
    answer = "there is no such layer" if settings == "unknown" else 255 - rgb
    pickle.dump(answer, sys.stdout.buffer)
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def process() -> Iterator[ThumbnailProcess]:
    process = ThumbnailProcess([sys.executable, "-c", CHILD])
    yield process
    process.close()


def test_another_process_paints_a_small_picture(process: ThumbnailProcess) -> None:
    answer = process.paint(Settings(), np.full((720, 1280, 3), 55, np.uint8))
    assert answer.shape == (PICTURE_WH[1], PICTURE_WH[0], 3)
    assert (answer == 200).all()


def test_its_reason_is_raised_and_it_goes_on(process: ThumbnailProcess) -> None:
    with pytest.raises(LivedreamError, match="no such layer") as raised:
        process.paint("unknown", PLAIN)  # type: ignore[arg-type]
    assert not isinstance(raised.value, EngineError)
    assert (process.paint(Settings(), PLAIN) == 135).all()


def test_once_it_is_gone_or_closed_that_is_told(process: ThumbnailProcess) -> None:
    process.paint(Settings(), PLAIN)
    assert process._process is not None
    process._process.kill()
    with pytest.raises(EngineError, match="has ended"):
        process.paint(Settings(), PLAIN)
    process.close()
    with pytest.raises(EngineError, match="no more"):
        process.paint(Settings(), PLAIN)


def test_a_ctrl_c_in_the_terminal_does_not_reach_it(process: ThumbnailProcess) -> None:
    process.paint(Settings(), PLAIN)
    assert process._process is not None
    if sys.platform == "win32":
        assert own_group()["creationflags"] & subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        assert os.getpgid(process._process.pid) != os.getpgrp(), "the terminal sends it to a whole group"


def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no pictures of the moods"):
        ThumbnailProcess([str(tmp_path / "nothing")]).paint(Settings(), PLAIN)


def test_it_starts_this_module() -> None:
    assert find_spec(COMMAND[-1]) is not None


def test_the_show_that_starts_the_process_loads_no_torch() -> None:
    code = "import sys, livedream.runtime.thumbnail_process; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
