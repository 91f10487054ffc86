from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from rich.console import Console

from livedream.cli.live_command import _mirror, _source, run
from livedream.cli.show_options import Options
from livedream.control.control_plan import ControlPlan
from livedream.errors import InputError
from livedream.runtime.saved_show import ShowFiles
from livedream.runtime.saved_show_text import SavedShow
from livedream.sources import open_source

Run = Callable[..., subprocess.CompletedProcess[str]]


def frames_of(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.slow
def test_it_records_without_camera_and_display(livedream: Run, quick: list[str], tmp_path: Path) -> None:
    done = livedream(
        "--source", "clouds", *quick, "--seconds", "4", "--record", "film.mp4", "--sink", "file:copy.mkv"
    )
    assert done.returncode == 0, done.stderr
    assert "no window" in done.stdout
    for film in ("film.mp4", "copy.mkv"):
        assert film in done.stdout
        assert frames_of(tmp_path / film) > 20


@pytest.mark.slow
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


@pytest.mark.parametrize("sinks", [("in.mp4",), ("file:in.mp4",)])
def test_a_film_is_not_recorded_over_what_it_is_dreamed_from(
    sinks: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.mp4").write_bytes(b"dear")
    options = Options("in.mp4", "eyes", sinks=sinks, overwrite=True, seconds=0.1)
    with pytest.raises(InputError, match=r"in\.mp4 is the input; choose another name"):
        run(options, window=False, full_screen=False)
    assert (tmp_path / "in.mp4").read_bytes() == b"dear"


def test_nor_over_what_the_last_show_dreamed_which_the_next_start_goes_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, film = ShowFiles(tmp_path, lambda pid, started_s: False), tmp_path / "in.mp4"
    film.write_bytes(b"dear")
    saved = SavedShow("eyes", {}, (), "eyes", "fur", source=str(film))
    files.save(saved)
    monkeypatch.setattr("livedream.cli.live_command.ShowFiles", lambda: files)
    options = Options(None, "eyes", record=film, overwrite=True, seconds=0.1, resume=True)
    with pytest.raises(InputError, match=r"in\.mp4 is the input; choose another name"):
        run(options, window=False, full_screen=False)
    assert film.read_bytes() == b"dear"
    assert files.take_crashed() == saved


@pytest.mark.parametrize("other", ["film.mp4", "./film.mp4", "{}/film.mp4"])
def test_two_recordings_of_one_name_are_refused(
    other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sinks = ("film.mkv", other.format(tmp_path))
    options = Options("clouds", "eyes", sinks=sinks, record=Path("film.mp4"), seconds=0.1)
    with pytest.raises(InputError, match=r"film\.mp4 is recorded twice; give it once, or another name"):
        run(options, window=False, full_screen=False)


@pytest.mark.slow
def test_an_image_is_dreamed(livedream: Run, quick: list[str], tmp_path: Path) -> None:
    rough = np.random.default_rng(0).integers(0, 255, (90, 160), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "grey.png"), rough)
    done = livedream("--source", "grey.png", *quick, "--no-window", "--seconds", "4")
    assert done.returncode == 0, done.stderr
    assert "eager" in done.stdout


@pytest.mark.slow
def test_no_camera_is_said_and_the_clouds_are_dreamed(livedream: Run, quick: list[str]) -> None:
    from livedream.sources.cameras import list_cameras

    if list_cameras():
        pytest.skip("this machine has a camera")
    done = livedream(*quick, "--no-window", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert "no camera found" in done.stdout


@pytest.mark.slow
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


def test_the_source_of_the_last_show_is_opened_again_unless_one_is_named() -> None:
    options, console = Options(None, "eyes", size_wh=(128, 96)), Console(file=io.StringIO())
    saved = SavedShow("eyes", {}, (), "eyes", "fur", source="clouds:7")
    source, spec = _source(options, None, saved, console)
    with closing(source):
        assert (spec, source.info.name, source.info.size_wh) == ("clouds:7", "clouds", (128, 96))
        named = _source(Options("clouds:3", "eyes"), source, saved, console)
        assert named == (source, "clouds:3")


@pytest.mark.parametrize(
    "gone", ["camera:No such camera", "/no/such/film.mp4", "clouds:x", "~nobody7/film.mp4"]
)
def test_where_the_last_source_is_gone_the_show_starts_with_what_is_there_and_says_so(
    gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.sources.cameras.list_cameras", tuple)
    said = io.StringIO()
    options, console = Options(None, "eyes", size_wh=(128, 96)), Console(file=said, width=400)
    source, spec = _source(options, None, SavedShow("eyes", {}, (), "eyes", "fur", source=gone), console)
    with closing(source):
        assert (source.info.name, spec) == ("clouds", "")
    assert f"the last show's source, {gone}, cannot be opened: " in said.getvalue()
    assert "This one starts with what is there." in said.getvalue()


def test_the_window_is_mirrored_as_it_was_if_it_shows_the_same() -> None:
    with closing(open_source("clouds", size_wh=(64, 48))) as source:
        saved = SavedShow("eyes", {}, (), "eyes", "fur", source="clouds", view_mirrored=True)
        assert _mirror(source, "clouds", saved)
        assert not _mirror(source, "", saved)
        assert not _mirror(source, "clouds", None)


def test_what_cannot_begin_leaves_the_last_show_to_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ShowFiles(tmp_path, lambda pid, started_s: False)
    saved = SavedShow("eyes", {"look.depth": 0.7}, (), "eyes", "fur", source="clouds:7")
    files.save(saved)
    monkeypatch.setattr("livedream.cli.live_command.ShowFiles", lambda: files)
    (tmp_path / "wrong.toml").write_text("[[binding]]\ntarget = 3\n")
    plan = ControlPlan(midi=str(tmp_path / "wrong.toml"))
    with pytest.raises(InputError, match=r"wrong\.toml: binding 1"):
        run(Options(None, "eyes", control=plan, resume=True), window=False, full_screen=False)
    assert files.take_crashed() == saved
