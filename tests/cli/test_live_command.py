from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livedream.cli.live_command import run
from livedream.cli.show_options import Options
from livedream.errors import InputError

Run = Callable[..., subprocess.CompletedProcess[str]]


def frames_of(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_it_records_without_camera_and_display(livedream: Run, quick: list[str], tmp_path: Path) -> None:
    done = livedream(
        "--source", "clouds", *quick, "--seconds", "4", "--record", "film.mp4", "--sink", "file:copy.mkv"
    )
    assert done.returncode == 0, done.stderr
    assert "no window" in done.stdout
    for film in ("film.mp4", "copy.mkv"):
        assert film in done.stdout
        assert frames_of(tmp_path / film) > 20


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to a child here")
def test_control_c_finishes_the_recording(
    environment: dict[str, str], quick: list[str], tmp_path: Path
) -> None:
    film = tmp_path / "film.mkv"
    arguments = ["--source", "clouds", *quick, "--no-window", "--record", str(film)]
    command = [sys.executable, "-m", "livedream", *arguments]
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as show:
        try:
            while (not film.exists() or film.stat().st_size < 5000) and show.poll() is None:
                time.sleep(0.05)
            show.send_signal(signal.SIGINT)
            assert show.wait() == 0
        finally:
            show.kill()
    assert frames_of(film) > 5


def test_a_sink_that_is_none_is_refused_before_anything_starts() -> None:
    with pytest.raises(InputError, match="there is no sink 'vrtual-camera'; did you mean virtual-camera"):
        run(Options("clouds", "eyes", sinks=("vrtual-camera",)), window=False, full_screen=False)
    with pytest.raises(InputError, match=r"a film's name ends in \.mp4"):
        run(Options("clouds", "eyes", sinks=("film.avi",)), window=False, full_screen=False)


def test_an_image_is_dreamed(livedream: Run, quick: list[str], tmp_path: Path) -> None:
    rough = np.random.default_rng(0).integers(0, 255, (90, 160), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "grey.png"), rough)
    done = livedream("--source", "grey.png", *quick, "--no-window", "--seconds", "4")
    assert done.returncode == 0, done.stderr
    assert "eager" in done.stdout


def test_no_camera_is_said_and_the_clouds_are_dreamed(livedream: Run, quick: list[str]) -> None:
    from livedream.sources.cameras import list_cameras

    if list_cameras():
        pytest.skip("this machine has a camera")
    done = livedream(*quick, "--no-window", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert "no camera found" in done.stdout


def test_no_virtual_camera_is_said_and_the_show_goes_on(
    livedream: Run, quick: list[str], tmp_path: Path
) -> None:
    from livedream.sinks.virtual_camera import VirtualCamera

    if VirtualCamera().probe().ok:
        pytest.skip("this machine has a virtual camera")
    done = livedream("--source", "clouds", *quick, "--no-window", "--virtual-camera", "--seconds", "2")
    assert done.returncode == 0, done.stderr
    assert "virtual camera" in done.stdout
    assert "Traceback" not in done.stderr
