import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from livedream.errors import InputError, LivedreamError, SinkError
from livedream.offline.checkpoint import JOB, Checkpoint

THIS = {"seed": 1, "dream": {"steps": 2, "octaves": 3}}


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[Checkpoint]:
    place = Checkpoint(tmp_path / "film.mp4.part")
    place.prepare(THIS, overwrite=False)
    yield place
    place.close()


def test_what_was_kept_last_comes_back(prepared: Checkpoint) -> None:
    place = prepared
    assert place.resume() == (0, {})
    for done in (30, 60, 90):
        place.keep(done, {"residual": np.full((4, 6, 3), done, np.float32)})
    done, state = Checkpoint(place.folder).resume()
    assert done == 90
    np.testing.assert_array_equal(state["residual"], np.full((4, 6, 3), 90, np.float32))


def test_a_damaged_state_gives_way_to_the_one_before(prepared: Checkpoint) -> None:
    place = prepared
    for done in (30, 60):
        place.keep(done, {"dreamed": np.array(done)})
    newest = place.folder / "state-000000060.npz"
    for damage in (b"", b"PK\x03\x04", newest.read_bytes()[:40]):
        newest.write_bytes(damage)
        assert place.resume()[0] == 30


def test_the_same_job_goes_on(prepared: Checkpoint) -> None:
    prepared.keep(30, {})
    prepared.close()
    for overwrite in (False, True):
        with closing(Checkpoint(prepared.folder)) as place:
            place.prepare(THIS, overwrite=overwrite)
            assert place.resume()[0] == 30


def test_another_job_is_told_what_differs_and_starts_over_if_asked_to(prepared: Checkpoint) -> None:
    place = prepared
    place.keep(30, {})
    other = THIS | {"dream": {"steps": 4, "octaves": 3}}
    with pytest.raises(InputError, match=r"differs in dream\.steps;.*--overwrite"):
        place.prepare(other, overwrite=False)
    assert place.resume()[0] == 30
    place.prepare(other, overwrite=True)
    assert place.resume()[0] == 0


def test_a_folder_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "film.mp4.part"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(InputError, match="no render left it there"):
            Checkpoint(folder).prepare(THIS, overwrite=overwrite)
    assert (folder / "mine.txt").read_text() == "mine"


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises((InputError, SinkError), match="file"):
        Checkpoint(tmp_path / "file" / "film.mp4.part").prepare(THIS, overwrite=False)


def test_a_job_that_was_cut_off_while_it_was_noted_begins_anew(tmp_path: Path) -> None:
    folder = tmp_path / "film.mp4.part"
    (folder / "frames").mkdir(parents=True)
    (folder / f".{JOB}.unfinished").write_bytes(b"se")
    with closing(Checkpoint(folder)) as place:
        place.prepare(THIS, overwrite=False)
        assert place.resume() == (0, {})


def test_a_run_of_the_same_job_takes_up_what_the_one_before_has_noted(prepared: Checkpoint) -> None:
    prepared.note("chunk-0000", prepared.run, "30\ndamaged at caf\udce9")
    prepared.check_run(prepared.run)
    prepared.close()
    with closing(Checkpoint(prepared.folder)) as place:
        place.prepare(THIS, overwrite=False)
        assert place.noted("chunk-0000") == "30\ndamaged at caf\udce9"
        place.check_run(place.run)
        with pytest.raises(LivedreamError, match="by another livedream now"):
            place.check_run(prepared.run)
        assert place.noted("chunk-0001") is None


def test_what_a_killed_run_had_open_goes(prepared: Checkpoint) -> None:
    (prepared.frames / ".part-000001.mkv.0a1b2c3d.unfinished").write_bytes(b"half")
    (prepared.frames / "part-000000.mkv").write_bytes(b"whole")
    prepared.close()
    with closing(Checkpoint(prepared.folder)) as place:
        place.prepare(THIS, overwrite=False)
        assert [file.name for file in place.frames.iterdir()] == ["part-000000.mkv"]


def test_what_is_noted_for_another_job_counts_as_absent(prepared: Checkpoint) -> None:
    before = prepared.run
    prepared.prepare(THIS | {"seed": 2}, overwrite=True)
    prepared.note("chunk-0000", before, "30\n")
    assert prepared.noted("chunk-0000") is None
    prepared.note("chunk-0000", "", "30\n")
    assert prepared.noted("chunk-0000") is None


def test_what_is_removed_in_part_is_taken_for_nothing_finished(
    prepared: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared.keep(30, {"dreamed": np.array(30)})
    prepared.note("chunk-0000", prepared.run, "30\n")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            prepared.remove()
    prepared.prepare(THIS, overwrite=False)
    assert prepared.resume() == (0, {})
    assert prepared.noted("chunk-0000") is None
