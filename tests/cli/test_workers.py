from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import av
import pytest

from livedream.cli.workers import Crew
from livedream.errors import InputError
from livedream.offline.render_request import RenderRequest


def test_nobody_is_asked_for_by_default() -> None:
    assert Crew(None, None).is_none
    assert not Crew(2, None).is_none
    Crew(None, None).check_none(Path("films.toml"))


def test_a_batch_takes_no_workers() -> None:
    with pytest.raises(InputError, match="one after the other"):
        Crew(2, None).check_none(Path("films.toml"))


def test_a_cluster_has_workers_of_its_own() -> None:
    with pytest.raises(InputError, match="leave out one of the two"):
        Crew(2, "tcp://somewhere:8786").run(RenderRequest("clouds", "out.mp4"))


@pytest.mark.slow
def test_processes_render_a_film(
    livedream: Callable[..., CompletedProcess[str]], quick: list[str], tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    ran = livedream("render", "clouds", "out.mp4", "--seconds", "1", "--fps", "10", "--workers", "1", *quick)
    assert ran.returncode == 0, ran.stderr
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 10
