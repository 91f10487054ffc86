from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.errors import LivedreamError
from livedream.offline import chunks
from livedream.offline.checkpoint import FRAMES, JOB, RUNS, Checkpoint
from livedream.offline.chunks import chunks_of, dream_chunk, join_chunk, lead_frames
from livedream.offline.job import Job, job_of
from livedream.offline.render import segments_for
from livedream.offline.render_lock import LOCK
from livedream.offline.render_request import RenderRequest
from livedream.sinks.segments import FilmSegments


@pytest.fixture
def job(make_clip: Callable[..., Path], tmp_path: Path) -> Callable[..., Job]:
    clip = make_clip(sound=None)

    def make(*assignments: str) -> Job:
        return job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), assignments=assignments))

    return make


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Job:
    out = tmp_path_factory.mktemp("clouds") / "out.mp4"
    return job_of(RenderRequest("clouds", str(out), fps=Fraction(10)))


@settings(deadline=None, max_examples=40)
@given(total=st.integers(1, 5000), part_frames=st.sampled_from([1, 10, 30]))
def test_chunks_meet_and_fade_into_each_other(clouds: Job, total: int, part_frames: int) -> None:
    found = chunks_of(clouds, total, part_frames)
    assert (found[0].first, found[0].lead, found[0].fade) == (0, 0, 0)
    assert (found[-1].last, found[-1].tail) == (None, 0)
    for before, after in pairwise(found):
        assert before.last == after.first
        assert before.tail == after.fade
        assert after.lead <= after.first < total
        assert after.first % part_frames == after.fade % part_frames == 0


def test_a_short_film_is_one_chunk(job: Callable[..., Job]) -> None:
    assert len(chunks_of(job(), 25, 10)) == 1


def test_a_lasting_dream_is_begun_earlier(job: Callable[..., Job]) -> None:
    leads = [lead_frames(job(f"motion.persistence={value}")) for value in (0.0, 0.5, 0.9, 0.975, 1.0)]
    assert leads == sorted(leads)
    assert leads[0] == 1
    assert 0.9 ** leads[2] <= chunks.SHARE_LEFT < 0.9 ** (leads[2] - 1)
    assert leads[-1] == chunks.LONGEST_LEAD_S * 10


def test_a_chunk_does_not_begin_before_the_film(clouds: Job, monkeypatch: Any) -> None:
    monkeypatch.setattr(chunks, "CHUNK_S", 2.0)
    assert [chunk.lead for chunk in chunks_of(clouds, 100, 10)][:3] == [0, 0, 0]


def test_what_an_earlier_run_left_to_do_stops_where_another_has_begun(
    job: Callable[..., Job], fake_engines: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task goes on at a cluster after who began it was interrupted."""
    monkeypatch.setattr(chunks, "CHUNK_S", 1.0)
    monkeypatch.setattr(chunks, "FADE_S", 0.4)
    film, engines = job("dream.working_px=4096", "look.steer=false"), fake_engines()
    before, later = Checkpoint(film.output.unfinished), Checkpoint(film.output.unfinished)
    before.prepare({"made": "before"}, overwrite=False)
    before.close()
    chunk, count = chunks_of(film, 35, 10)[0], engines.count

    def counted() -> None:
        count()
        if engines.dreamed == 15:
            later.prepare({"made": "later"}, overwrite=True)

    monkeypatch.setattr(engines, "count", counted)
    with pytest.raises(LivedreamError, match="by another livedream now"):
        dream_chunk(film, chunk, engines, before.run)
    assert engines.dreamed == 15
    assert {file.name for file in later.folder.iterdir()} == {JOB, FRAMES, RUNS, LOCK}
    assert not list(later.frames.iterdir())
    for work in (lambda: dream_chunk(film, chunk, engines, before.run), lambda: join_chunk(film, chunk, "")):
        with pytest.raises(LivedreamError, match="by another livedream now"):
            work()
    assert engines.dreamed == 15
    later.close()


def test_a_join_that_was_given_up_does_not_cut_short_what_the_next_one_has_made(
    job: Callable[..., Job], fake_engines: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that stands still is begun anew elsewhere, and may go on after that."""
    monkeypatch.setattr(chunks, "CHUNK_S", 1.0)
    monkeypatch.setattr(chunks, "FADE_S", 0.4)
    film, engines = job("dream.working_px=4096", "look.steer=false"), fake_engines()
    with closing(Checkpoint(film.output.unfinished)) as place:
        place.prepare({}, overwrite=False)
        first, second, *_ = chunks_of(film, 35, 10)
        for chunk in (first, second):
            dream_chunk(film, chunk, engines, place.run)
        dissolve, stands_still = chunks.dissolve, [False, True]

        def slowly(*pictures: Any) -> Any:
            if stands_still and stands_still.pop(0):
                join_chunk(film, second, place.run)
            return dissolve(*pictures)

        monkeypatch.setattr(chunks, "dissolve", slowly)
        with pytest.raises(LivedreamError, match="another task has joined"):
            join_chunk(film, second, place.run)
        segments = segments_for(film, place)
        assert isinstance(segments, FilmSegments)
        part = segments.parts(20)[1]
        with av.open(str(part)) as joined:
            assert len(list(joined.decode(video=0))) == 10
