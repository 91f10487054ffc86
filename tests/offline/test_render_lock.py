"""Two renders of one output lock each other out."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from livedream.errors import InputError
from livedream.offline.checkpoint import Checkpoint
from livedream.offline.job import job_of
from livedream.offline.render import render
from livedream.offline.render_lock import LOCK, RenderLock, lock_beside
from livedream.offline.render_request import RenderRequest

HOLD = """
import sys
from pathlib import Path
from livedream.offline.render_lock import RenderLock
lock = RenderLock(Path(sys.argv[1]), Path("o.mp4"))
print("held", flush=True)
sys.stdin.read()
"""


def test_only_one_has_it(tmp_path: Path) -> None:
    file = tmp_path / "o.mp4.part" / LOCK
    first = RenderLock(file, tmp_path / "o.mp4")
    with pytest.raises(InputError, match=r"o\.mp4 is being rendered by another livedream; wait for it"):
        RenderLock(file, tmp_path / "o.mp4")
    first.release()
    assert not file.exists()
    second = RenderLock(file, tmp_path / "o.mp4")
    first.release()  # a second time, which is not to remove the other's
    assert file.exists()
    second.release()


def test_a_lock_beside_a_picture_bears_its_name(tmp_path: Path) -> None:
    assert lock_beside(tmp_path / "a.png") == tmp_path / ".a.png.lock"


def test_a_process_that_is_killed_keeps_nobody_out(tmp_path: Path) -> None:
    file = tmp_path / "o.mp4.part" / LOCK  # held as by a render that works
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(InputError, match="another livedream"):
            RenderLock(file, tmp_path / "o.mp4")
        other.kill()
        other.wait()
        RenderLock(file, tmp_path / "o.mp4").release()


def test_a_second_render_changes_nothing_of_the_first(
    make_clip: Callable[..., Path], fake_engines: Callable[..., Any], tmp_path: Path
) -> None:
    job = job_of(RenderRequest(str(make_clip(frames=12)), str(tmp_path / "out.mp4")))
    first = Checkpoint(job.output.unfinished)
    first.prepare({"made": "by the first"}, overwrite=False)
    before = sorted(file.name for file in first.folder.iterdir())
    for overwrite in (False, True):
        with pytest.raises(InputError, match="another livedream"):
            render(job, fake_engines(), lambda *_: None, overwrite=overwrite)
    assert sorted(file.name for file in first.folder.iterdir()) == before
    first.close()
    assert render(job, fake_engines(), lambda *_: None, overwrite=True).frames == 12
    assert not first.folder.exists()


def test_a_folder_of_somebody_else_gets_no_lock(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    with pytest.raises(InputError, match="no render left it there"):
        Checkpoint(tmp_path / "letters").prepare({}, overwrite=True)
    assert not (tmp_path / "letters" / LOCK).exists()


def test_what_another_has_made_meanwhile_is_not_written_over(
    make_clip: Callable[..., Path], fake_engines: Callable[..., Any], tmp_path: Path
) -> None:
    request = RenderRequest(str(make_clip(frames=12)), str(tmp_path / "out.mp4"))
    late = job_of(request)
    render(job_of(request), fake_engines(), lambda *_: None)
    made = (tmp_path / "out.mp4").read_bytes()
    with pytest.raises(InputError, match=r"out\.mp4 already exists; choose another name, or use --overwrite"):
        render(late, fake_engines(), lambda *_: None)
    assert (tmp_path / "out.mp4").read_bytes() == made
    assert not late.output.unfinished.exists(), "or the next one would take it for its own"
    assert render(late, fake_engines(), lambda *_: None, overwrite=True).frames == 12


class StoppedError(Exception):
    """Stands for whatever ends a render."""


@pytest.mark.parametrize("name", ["out.mp4", "out"])
def test_what_another_makes_while_a_render_is_interrupted_is_not_written_over(
    make_clip: Callable[..., Path], fake_engines: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    def stop(done: int, total: int | None) -> None:
        if done == 6:
            raise StoppedError

    request = RenderRequest(str(make_clip(frames=12)), str(tmp_path / name))
    output = tmp_path / name
    with pytest.raises(StoppedError):
        render(job_of(request), fake_engines(), stop)
    theirs = output / "theirs.png" if name == "out" else output
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("theirs")
    for _ in range(2):
        with pytest.raises(InputError, match=r"made by something else since .* move it away .* --overwrite"):
            render(job_of(request), fake_engines(), lambda *_: None)
    assert theirs.read_text() == "theirs"
    theirs.unlink()
    assert render(job_of(request), fake_engines(), lambda *_: None).frames == 12


def test_what_another_makes_during_a_render_is_not_written_over(
    make_clip: Callable[..., Path], fake_engines: Callable[..., Any], tmp_path: Path
) -> None:
    request = RenderRequest(str(make_clip(frames=12)), str(tmp_path / "out.mp4"))
    output = tmp_path / "out.mp4"
    with pytest.raises(InputError, match="made by something else since"):
        render(job_of(request), fake_engines(), lambda *_: output.write_text("theirs"))
    assert output.read_text() == "theirs"
    assert render(job_of(request), fake_engines(), lambda *_: None, overwrite=True).resumed == 12
    assert output.read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("name", "join"), [("out.mp4", "mux.mux_film"), ("out.gif", "animation.write_animation")]
)
def test_what_another_makes_once_frames_are_joined_is_not_written_over(
    make_clip: Callable[..., Path],
    fake_engines: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    join: str,
) -> None:
    """Neither after that has failed nor while it is done."""
    output, (module, function) = tmp_path / name, join.split(".")
    request = RenderRequest(str(make_clip(frames=12, rate=Fraction(10))), str(output))
    with monkeypatch.context() as patch:
        patch.setattr(f"livedream.offline.render.{function}", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            render(job_of(request), fake_engines(), lambda *_: None)
    output.write_text("theirs")
    with pytest.raises(InputError, match="made by something else since"):
        render(job_of(request), fake_engines(), lambda *_: None)
    output.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(f"livedream.sinks.{module}.to_disk", lambda _: output.write_text("theirs"))
        with pytest.raises(InputError, match="made by something else since"):
            render(job_of(request), fake_engines(), lambda *_: None)
    assert output.read_text() == "theirs"
    output.unlink()
    assert render(job_of(request), fake_engines(), lambda *_: None).frames == 12


def test_what_was_to_be_replaced_is_replaced_after_an_interruption_too(
    make_clip: Callable[..., Path], fake_engines: Callable[..., Any], tmp_path: Path
) -> None:
    def stop(*_: object) -> None:
        raise StoppedError

    (tmp_path / "out.mp4").write_text("old")
    request = RenderRequest(str(make_clip(frames=12)), str(tmp_path / "out.mp4"), overwrite=True)
    with pytest.raises(StoppedError):
        render(job_of(request), fake_engines(), stop, overwrite=True)
    again = job_of(RenderRequest(request.source, request.output))
    assert render(again, fake_engines(), lambda *_: None).frames == 12


def test_a_link_to_a_folder_and_the_folder_lock_each_other_out(
    make_clip: Callable[..., Path], fake_engines: Callable[..., Any], tmp_path: Path
) -> None:
    clip, there = str(make_clip(frames=2)), tmp_path / "disk" / "frames"
    there.mkdir(parents=True)
    (tmp_path / "link").symlink_to(there, target_is_directory=True)
    first = Checkpoint(job_of(RenderRequest(clip, str(there))).output.unfinished)
    first.prepare({"made": "by the first"}, overwrite=False)
    with pytest.raises(InputError, match="another livedream"):
        render(job_of(RenderRequest(clip, str(tmp_path / "link"))), fake_engines(), lambda *_: None)
    first.close()


@pytest.mark.skipif(sys.platform == "win32", reason="this system has locks of another kind")
def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    place = Checkpoint(tmp_path / "out.mp4.part")
    with pytest.raises(InputError, match=r"without locks \(No locks available\).*render to another disk"):
        place.prepare({}, overwrite=False)
    place.close()
    assert not list(tmp_path.iterdir())
