from pathlib import Path

import pytest

from livedream.cli.workers import Crew
from livedream.errors import InputError
from livedream.offline.job import Wish


def test_nobody_is_asked_for_by_default() -> None:
    assert Crew(None, None).is_none
    assert not Crew(2, None).is_none
    Crew(None, None).check_none(Path("films.toml"))


def test_a_batch_takes_no_workers() -> None:
    with pytest.raises(InputError, match="one after the other"):
        Crew(2, None).check_none(Path("films.toml"))


def test_a_cluster_has_workers_of_its_own() -> None:
    with pytest.raises(InputError, match="leave one of the two out"):
        Crew(2, "tcp://somewhere:8786").run(Wish("clouds", "out.mp4"))
