"""The examples, run as whoever copies them would."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import pyvirtualcam
from pyvirtualcam.camera import BACKENDS

from livedream.clock import SystemClock
from livedream.runtime.session import LiveSession
from livedream.sources.camera import Camera
from livedream.sources.fake_camera import FakeDevice
from tests.offline.conftest import write_clip

FOLDER = Path(__file__).parents[2] / "examples"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run an example in an empty folder; all of them share a home, and so the engines."""
    home = tmp_path_factory.mktemp("home")

    def run(name: str, *words: str, folder: Path) -> str:
        environment = os.environ | {
            "XDG_CACHE_HOME": str(home),
            "HOME": str(home),
            "PYTHONPATH": str(FOLDER.parent),
        }
        done = subprocess.run(
            [sys.executable, str(FOLDER / name), *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_every_example_is_run_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{path.name}"' in here for path in FOLDER.glob("*.py"))


@pytest.mark.slow
def test_a_picture(run: Run, tmp_path: Path) -> None:
    rough = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    picture = cv2.resize(rough, (96, 72), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(tmp_path / "me.png"), picture)
    run("picture.py", "me.png", "dream.png", "subtle", folder=tmp_path)
    dream = cv2.imread(str(tmp_path / "dream.png"))
    assert dream is not None
    assert dream.shape == picture.shape
    assert 2 < np.abs(dream.astype(int) - picture).mean() < 60


@pytest.mark.slow
def test_frames(run: Run, tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", frames=3, sound=None)
    lines = run("frames.py", "clip.mp4", folder=tmp_path).splitlines()
    assert [line.partition(",")[0] for line in lines] == [f"frame {number}: 96x64" for number in range(3)]


@pytest.mark.slow
def test_knobs(run: Run, tmp_path: Path) -> None:
    said = run("knobs.py", "clouds", "1", folder=tmp_path)
    assert "modulation look.depth" in said
    if (tmp_path / "knobs.mp4").exists():  # it begins with the first dreamed frame
        with av.open(str(tmp_path / "knobs.mp4")) as film:
            assert film.streams.video[0].codec_context.width == 1280


@pytest.mark.slow
def test_a_sink_of_one_s_own(run: Run, tmp_path: Path) -> None:
    said = run("own_sink.py", "clouds", "1", folder=tmp_path)
    assert re.search(r"^ +0\.\d\d s: \d+$", said, re.MULTILINE)


class Seen:
    """A virtual camera that tells when it has got some frames."""

    enough = threading.Event()
    frames: list[Any]

    def __init__(self, width: int, height: int, **_: Any) -> None:
        self.frames = []
        self.size_wh = width, height

    def send(self, frame: Any) -> None:
        self.frames.append(frame)
        if len(self.frames) == 5:
            self.enough.set()

    def device(self) -> str:
        return "Dream Camera"

    def native_fourcc(self) -> None:
        return None

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def seen() -> Iterator[type[Seen]]:
    before = dict(BACKENDS)
    BACKENDS.clear()
    pyvirtualcam.register_backend("seen", Seen)
    Seen.enough.clear()
    yield Seen
    BACKENDS.clear()
    BACKENDS.update(before)


def test_eight_lines_for_a_webcam(seen: type[Seen], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    device, clock = FakeDevice(), SystemClock()
    opened = Camera(device.capture, fps=30.0, clock=clock)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("livedream.sources.source_spec._open_camera", lambda *_: opened)
    monkeypatch.setattr(LiveSession, "wait", lambda *_: seen.enough.wait(120))
    assert len((FOLDER / "webcam.py").read_text(encoding="utf-8").strip().splitlines()) == 8
    runpy.run_path(str(FOLDER / "webcam.py"))
    assert seen.enough.is_set()
    assert device.releases >= 1
