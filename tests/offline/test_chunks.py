from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.offline import chunks
from livedream.offline.chunks import chunks_of, lead_frames
from livedream.offline.job import Job, job_of
from livedream.offline.render_request import RenderRequest


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
