"""What a render kept is read back whole or not at all."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from livedream.offline.kept_arrays import read_arrays


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "state.npz"
    np.savez(file, dream=np.arange(6.0).reshape(2, 3), count=np.array(3))
    return file


def test_what_was_kept_is_read(kept: Path) -> None:
    arrays = read_arrays(kept)
    assert arrays is not None
    assert sorted(arrays) == ["count", "dream"]
    np.testing.assert_array_equal(arrays["dream"], np.arange(6.0).reshape(2, 3))


def test_what_is_not_there_and_every_truncation_is_absent(kept: Path) -> None:
    content = kept.read_bytes()
    for length in range(0, len(content), 7):
        kept.write_bytes(content[:length])
        assert read_arrays(kept) is None
    kept.unlink()
    assert read_arrays(kept) is None


def test_packed_in_a_way_that_is_not_known_is_absent(kept: Path) -> None:
    content = bytearray(kept.read_bytes())
    for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = content.index(mark) + at
        content[place : place + 2] = b"\x63\0"
    kept.write_bytes(content)
    assert read_arrays(kept) is None


def test_members_that_are_no_arrays_are_absent(kept: Path) -> None:
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("dream.npy", b"no array at all")
    assert read_arrays(kept) is None


def test_a_size_that_no_machine_has_is_absent(kept: Path) -> None:
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }".ljust(117) + "\n"
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("dream.npy", b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head.encode())
    assert read_arrays(kept) is None


def test_a_lone_array_is_absent(kept: Path) -> None:
    with kept.open("wb") as file:
        np.save(file, np.zeros(3))
    assert read_arrays(kept) is None


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("run by a pickle"),)


def test_no_object_is_unpickled(kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(kept, dream=np.array([Evil()], dtype=object))
    assert read_arrays(kept) is None
    kept.write_bytes(pickle.dumps(Evil()))
    assert read_arrays(kept) is None
    assert not Path("run by a pickle").exists()
