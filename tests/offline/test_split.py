"""A film in chunks: by threads and by the processes of Dask."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from livedream.errors import InputError, LivedreamError
from livedream.offline import chunks
from livedream.offline.job import job_of
from livedream.offline.render import Rendered, render
from livedream.offline.render_request import RenderRequest
from livedream.offline.split import absolute, render_split, workers
from livedream.settings.modulation_row import parse_move
from livedream.sinks.render_recipe import recipe_of

Make = Callable[..., Path]
Fakes = Callable[..., Any]

# What is remembered of the scene may be older than a pre-roll.
SMALL = ("dream.working_px=4096", "motion.persistence=0.5", "motion.recall=0", "look.steer=false")


@pytest.fixture(autouse=True)
def _short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_S", 1.0)
    monkeypatch.setattr(chunks, "FADE_S", 0.4)


def split(source: Path, out: Path, engines: Any, threads: int = 2, **words: Any) -> Rendered:
    @contextlib.contextmanager
    def opened(request: RenderRequest) -> Iterator[Any]:
        yield engines

    request = RenderRequest(str(source), str(out), assignments=SMALL, **words)
    with ThreadPoolExecutor(threads) as executor:
        return render_split(request, engines, executor, lambda _done, _of: None, opened)  # type: ignore[arg-type]


def frames_of(out: Path) -> np.ndarray:  # type: ignore[type-arg]
    if out.is_dir():
        from livedream.sources.still_image import read_image

        return np.stack([read_image(file) for file in sorted(out.glob("*.png"))])
    with av.open(str(out)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def test_a_split_film_is_as_long_and_sounds_as_the_undivided_one(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes
) -> None:
    done = split(make_clip(frames=47), tmp_path / "out.mp4", fake_engines())
    assert done.frames == 47
    assert len(frames_of(done.path)) == 47
    assert not (tmp_path / "out.mp4.part").exists()
    with av.open(str(done.path)) as film:
        assert film.streams.audio
    assert recipe_of(done.path).made["engine"] == "drifter"


def test_it_shows_what_the_undivided_film_shows(make_clip: Make, tmp_path: Path, fake_engines: Fakes) -> None:
    """The pre-roll is long enough for a dream that does not choose: nothing is left of its beginning."""
    clip = make_clip(frames=47, sound=None)
    request = RenderRequest(str(clip), str(tmp_path / "whole"), assignments=SMALL)
    render(job_of(request), fake_engines(), lambda _done, _of: None)
    split(clip, tmp_path / "split", fake_engines())
    apart = np.abs(frames_of(tmp_path / "whole").astype(int) - frames_of(tmp_path / "split"))
    assert apart.max() <= 3
    assert apart[:10].max() == 0


def test_however_many_workers_the_film_is_the_same(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes
) -> None:
    clip = make_clip(frames=35, sound=None)
    for threads in (1, 3):
        split(clip, tmp_path / f"by {threads}", fake_engines(), threads)
    np.testing.assert_array_equal(frames_of(tmp_path / "by 1"), frames_of(tmp_path / "by 3"))


def test_finished_chunks_are_not_dreamed_again(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, power_cut: type[BaseException]
) -> None:
    clip = make_clip(frames=47, sound=None)
    whole = fake_engines()
    split(clip, tmp_path / "whole.mp4", whole, 1)
    with pytest.raises(power_cut):
        split(clip, tmp_path / "out.mp4", fake_engines(breaks_at=60), 1)
    again = fake_engines()
    split(clip, tmp_path / "out.mp4", again, 1)
    assert 0 < again.dreamed < whole.dreamed - 20
    np.testing.assert_array_equal(frames_of(tmp_path / "out.mp4"), frames_of(tmp_path / "whole.mp4"))


def test_a_film_that_is_cut_short_is_told_in_chunks_too(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it is the join alone that is left to do, and nothing is read any more."""
    monkeypatch.setattr(chunks, "CHUNK_S", 20.0)
    clip = make_clip("clip.mkv", frames=60, sound=None)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    done = split(clip, tmp_path / "at once.mp4", fake_engines())
    assert 5 < done.frames < 60
    assert "clip.mkv is damaged or cut short" in " ".join(done.notes)
    with monkeypatch.context() as patch:
        patch.setattr("livedream.offline.render.mux_film", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            split(clip, tmp_path / "later.mp4", fake_engines())
    again = fake_engines()
    assert split(clip, tmp_path / "later.mp4", again).notes == done.notes
    assert again.dreamed == 0


@pytest.mark.parametrize("name", ["out.mp4", "out.gif", "out"])
def test_a_film_that_ends_before_what_is_to_be_rendered_is_told(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, name: str
) -> None:
    """It declares to be longer; and what an earlier render has left in the folder stays."""
    clip, before = make_clip("clip.mkv", frames=60, sound=None), tmp_path / "out" / "frame_00001.png"
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    before.parent.mkdir()
    before.write_bytes(b"before")
    with pytest.raises(InputError, match=r"clip\.mkv has no picture between --start and --end"):
        split(clip, tmp_path / name, fake_engines(), start="5.5", overwrite=True)
    assert before.read_bytes() == b"before"


def test_what_was_begun_undivided_is_not_gone_on_with_in_chunks(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, power_cut: type[BaseException]
) -> None:
    clip = make_clip(frames=35, sound=None)
    with pytest.raises(power_cut):
        render(
            job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), assignments=SMALL)),
            fake_engines(breaks_at=15),
            lambda _done, _of: None,
        )
    with pytest.raises(InputError, match="chunks"):
        split(clip, tmp_path / "out.mp4", fake_engines())


def test_a_fade_has_no_jump(make_clip: Make, tmp_path: Path, monkeypatch: Any) -> None:
    """Where one dream becomes another, each frame takes a part of the difference."""
    old, new = np.zeros((64, 96, 3), np.uint8), np.full((64, 96, 3), 200, np.uint8)
    chunk = chunks.Chunk(1, 0, 10, None, 10, 0)
    place = chunks.Checkpoint(tmp_path)
    for kind, rgb in (("old", old), ("new", new)):
        segments = chunks._seam(place, 1, kind)
        chunks._keep(segments, [rgb] * 10)
    levels = [0.0, *(float(rgb.mean()) for rgb in chunks._faded(place, chunk, (96, 64))), 200.0]
    assert min(np.diff(levels)) > 0
    assert max(np.diff(levels)) < 200 * 0.2


def test_files_are_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clip.mp4").touch()
    named = absolute(RenderRequest("clip.mp4", "out.mp4", timeline=Path("t.toml")))
    assert (named.source, named.output) == (str(tmp_path / "clip.mp4"), str(tmp_path / "out.mp4"))
    assert named.timeline == tmp_path / "t.toml"
    looking = absolute(
        RenderRequest(
            "clip.mp4", "o", assignments=("dream.guide=a.png", 'dream.style = "b c.png"', "dream.steps=2")
        )
    )
    assert looking.assignments == (
        f"dream.guide={tmp_path / 'a.png'}",
        f"dream.style={tmp_path / 'b c.png'}",
        "dream.steps=2",
    )
    assert absolute(RenderRequest("clouds", "o", assignments=("dream.guide=itself",))).assignments == (
        "dream.guide=itself",
    )
    assert absolute(RenderRequest("clouds", "out.mp4")).source == "clouds"


def apart(program: str) -> str:
    """Run a program in a process of its own; give what it printed.

    Dask leaves threads behind, and Python may tidy up in them what belongs to this one's thread.
    """
    pytest.importorskip("distributed")
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_scheduler_that_does_not_answer_is_told() -> None:
    told = apart(
        "from livedream.errors import InputError\n"
        "from livedream.offline import split\n"
        "split.CONNECT_S = 0.5\n"
        "try:\n"
        "    with split.workers(1, 'tcp://127.0.0.1:9'): pass\n"
        "except InputError as fault: print(fault)\n"
    )
    assert "no Dask scheduler answers" in told


def test_what_is_to_be_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'livedream\[workers\]'"), workers(2, None):
        raise AssertionError


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not tell its cores")
def test_workers_share_the_cores() -> None:
    told = apart(
        "import os\n"
        "from livedream.offline.split import workers\n"
        "if __name__ == '__main__':\n"
        "    with workers(2, None) as executor:\n"
        "        for _ in range(4): print(*executor.submit(os.sched_getaffinity, 0).result())\n"
    )
    here = os.sched_getaffinity(0)
    theirs = [{int(core) for core in line.split()} for line in told.splitlines()]
    assert len(theirs) == 4
    assert all(cores and cores <= here and len(cores) <= (len(here) + 1) // 2 for cores in theirs)


def test_chunks_move_as_the_undivided_film_does(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, drums: Any
) -> None:
    clip, song = make_clip(frames=27, sound=None), drums.save(drums.track(120, 5), tmp_path / "song.wav")
    moved: dict[str, Any] = {
        "moves": tuple(map(parse_move, ("onset=look.strength:0.8", "random 1 beat=look.gamma:0.4"))),
        "audio": song,
    }
    request = RenderRequest(str(clip), str(tmp_path / "whole"), assignments=SMALL, **moved)
    render(job_of(request), fake_engines(), lambda _done, _of: None)
    split(clip, tmp_path / "split", fake_engines(), **moved)
    split(clip, tmp_path / "still", fake_engines())
    whole, parts, still = (frames_of(tmp_path / name).astype(int) for name in ("whole", "split", "still"))
    assert np.abs(whole - parts).max() <= 3
    assert np.abs(whole - still).max() > 10


def test_all_is_on_the_disk_before_chunks_are_removed(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, unsynced: list[str]
) -> None:
    split(make_clip(frames=35, sound=None), tmp_path / "out.mp4", fake_engines())
    assert not (tmp_path / "out.mp4.part").exists()
    assert not unsynced


@pytest.mark.parametrize("note", [b"", b"another run\n10\n"], ids=["lost in a power cut", "of another job"])
def test_a_chunk_of_which_nothing_is_noted_is_dreamed_again(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes, monkeypatch: pytest.MonkeyPatch, note: bytes
) -> None:
    clip, out = make_clip(frames=35, sound=None), tmp_path / "out.mp4"
    whole = fake_engines()
    with monkeypatch.context() as patch:
        patch.setattr("livedream.offline.render.mux_film", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            split(clip, out, whole)
    for name in ("chunk-0000", "chunk-0001"):
        assert (tmp_path / "out.mp4.part" / name).is_file()
        (tmp_path / "out.mp4.part" / name).write_bytes(note)
    again = fake_engines()
    split(clip, out, again)
    assert 0 < again.dreamed < whole.dreamed
    assert len(frames_of(out)) == 35


def test_a_worker_that_is_lost_is_told_and_what_is_finished_is_kept(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes
) -> None:
    killed = type("KilledWorker", (Exception,), {})  # as Dask calls it
    clip, out, whole, opened = make_clip(frames=47, sound=None), tmp_path / "out.mp4", fake_engines(), []

    def lose(fault: Exception) -> Any:
        @contextlib.contextmanager
        def opening(request: RenderRequest) -> Iterator[Any]:
            opened.append(request)
            if len(opened) > 1:
                raise fault
            yield whole

        return opening

    request = RenderRequest(str(clip), str(out), assignments=SMALL)
    for fault, told in (
        (killed("key"), r"ended it each time.*what is finished is kept: .* with fewer --workers"),
        (MemoryError(), r"a worker was lost \(MemoryError\)"),
    ):
        with pytest.raises(LivedreamError, match=told), ThreadPoolExecutor(1) as executor:
            render_split(request, whole, executor, lambda _done, _of: None, lose(fault))
    fresh, again = fake_engines(), fake_engines()
    split(clip, tmp_path / "fresh.mp4", fresh, 1)
    split(clip, out, again, 1)
    assert again.dreamed < fresh.dreamed
    assert len(frames_of(out)) == 47


def test_a_cluster_without_workers_is_told() -> None:
    told = apart(
        "import distributed\n"
        "from livedream.errors import InputError\n"
        "from livedream.offline import split\n"
        "split.WORKERS_S = 0.5\n"
        "if __name__ == '__main__':\n"
        "    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:\n"
        "        try:\n"
        "            with split.workers(1, cluster.scheduler_address): pass\n"
        "        except InputError as fault: print(fault)\n"
    )
    assert "it has no workers; start one (dask worker tcp://" in told


def test_workers_take_the_kind_of_engine_that_was_chosen_here(
    make_clip: Make, tmp_path: Path, fake_engines: Fakes
) -> None:
    """Each would choose by its own machine, and one film would be of several engines."""
    engines, taken = fake_engines(), set[str]()

    @contextlib.contextmanager
    def opened(request: RenderRequest) -> Iterator[Any]:
        taken.add(request.engine)
        yield engines

    request = RenderRequest(str(make_clip(frames=35)), str(tmp_path / "out.mp4"), assignments=SMALL)
    assert request.engine == "auto"
    with ThreadPoolExecutor(1) as executor:
        render_split(request, engines, executor, lambda _done, _of: None, opened)  # type: ignore[arg-type]
    assert taken == {"drifter"}
