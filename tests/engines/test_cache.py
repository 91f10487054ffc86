import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.engines import cache as cache_module
from livedream.engines.cache import EngineCache

FACTS = {"check": {"cosine": 0.999, "run_ms": 1.5}}


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / "a" / "folder that is not there yet")


def files(cache: EngineCache) -> list[Path]:
    return sorted(cache.folder.iterdir())


@settings(max_examples=20)
@given(st.binary(max_size=200), st.text(max_size=30), st.dictionaries(st.text(), st.floats(0, 1), max_size=3))
def test_what_is_put_is_what_is_got(
    tmp_path_factory: pytest.TempPathFactory, blob: bytes, key: str, facts: dict[str, Any]
) -> None:
    cache = EngineCache(tmp_path_factory.mktemp("cache"))
    assert cache.get(key) is None
    cache.put(key, blob, {"facts": facts})
    entry = cache.get(key)
    assert entry is not None
    assert entry.blob == blob
    assert entry.facts["facts"] == facts


def test_another_key_is_another_entry_and_the_last_put_counts(cache: EngineCache) -> None:
    cache.put("one", b"1", FACTS)
    cache.put("two", b"2", FACTS)
    cache.put("one", b"new", FACTS)
    assert [entry.blob for key in ("one", "two") if (entry := cache.get(key))] == [b"new", b"2"]
    assert cache.get("three") is None
    assert len(files(cache)) == 2, "nothing half-written stays"


def test_a_key_may_be_anything_a_path_may_not(cache: EngineCache) -> None:
    key = "../..\\C: *?<>|\0" + "x" * 5000
    cache.put(key, b"blob", FACTS)
    assert cache.get(key) is not None
    assert files(cache)[0].parent == cache.folder


def test_every_truncation_is_treated_as_absent(cache: EngineCache) -> None:
    cache.put("key", b"some engine", FACTS)
    (file,) = files(cache)
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert cache.get("key") is None, length
    file.write_bytes(whole)
    assert cache.get("key") is not None


def test_every_flipped_byte_is_treated_as_absent_or_leaves_the_blob_alone(cache: EngineCache) -> None:
    cache.put("key", b"some engine", FACTS)
    (file,) = files(cache)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        entry = cache.get("key")
        assert entry is None or entry.blob == b"some engine", place


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00" * 64, bytes(range(256)), b"livedrm1", b"livedrm1" + b"\xff" * 8 + b"{}",
        b"livedrm1" + struct.pack("<Q", 2) + b"[]" + b"blob", b"livedrm1" + struct.pack("<Q", 4) + b"null",
        b"livedrm1" + struct.pack("<Q", 2) + b"{}", b"livedrm1" + struct.pack("<Q", 2) + b"\xff\xfe",
        b"PK\x03\x04 some other program's file",
    ],
)  # fmt: skip
def test_a_foreign_file_is_treated_as_absent(cache: EngineCache, content: bytes) -> None:
    cache.put("key", b"engine", FACTS)
    files(cache)[0].write_bytes(content)
    assert cache.get("key") is None
    cache.put("key", b"again", FACTS)
    assert cache.get("key") is not None


def test_an_entry_of_another_key_is_treated_as_absent(cache: EngineCache) -> None:
    cache.put("one", b"engine of one", FACTS)
    (one,) = files(cache)
    cache.put("two", b"engine of two", FACTS)
    (two,) = [file for file in files(cache) if file != one]
    two.write_bytes(one.read_bytes())
    assert cache.get("two") is None


def test_a_folder_in_its_place_is_treated_as_absent(cache: EngineCache) -> None:
    cache.put("key", b"engine", FACTS)
    (file,) = files(cache)
    file.unlink()
    file.mkdir()
    assert cache.get("key") is None


def test_that_the_time_of_use_cannot_be_noted_does_not_lose_the_entry(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(13, "read-only file system")

    cache.put("key", b"engine", FACTS)
    monkeypatch.setattr(Path, "touch", refuse)
    assert cache.get("key") is not None


def test_a_full_disk_leaves_nothing_behind_and_is_told(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "no space left on device")

    cache.folder.mkdir(parents=True)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="no space left"):
        cache.put("key", b"engine", FACTS)
    assert files(cache) == []
    assert cache.get("key") is None


def test_what_was_not_used_for_longest_goes_first(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        cache.put(f"key {number}", bytes(1000), FACTS)
    for file in files(cache):
        os.utime(file, (1e9, 1e9))
    assert cache.get("key 2") is not None, "using an entry makes it young again"
    monkeypatch.setattr(cache_module, "LARGEST_TOTAL_BYTES", 3000)
    cache.put("key 4", bytes(1000), FACTS)
    left = [number for number in range(5) if cache.get(f"key {number}") is not None]
    assert left == [2, 4]
    assert sum(file.stat().st_size for file in files(cache)) <= 3000


def test_an_entry_that_another_process_removes_meanwhile_does_no_harm(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("key", b"engine", FACTS)
    gone = cache.folder / ("0" * 40 + ".engine")
    real_glob = Path.glob
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [*real_glob(self, pattern), gone])
    cache.put("other", b"engine", FACTS)
    assert cache.get("other") is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not replace a file that is being read")
def test_readers_and_writers_at_once_see_whole_entries_only(cache: EngineCache) -> None:
    stop, torn = threading.Event(), []
    cache.put("key", bytes(20_000), FACTS)

    def read() -> None:
        while not stop.is_set():
            entry = cache.get("key")
            if entry is None or len(set(entry.blob)) != 1:
                torn.append(entry)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(40):
        cache.put("key", bytes([number]) * 20_000, FACTS)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []


def test_without_a_folder_it_is_the_user_s_cache() -> None:
    folder = EngineCache().folder
    assert folder.is_absolute()
    assert "livedream" in str(folder)
    assert folder.name == "engines"


def test_the_facts_are_readable_without_livedream(cache: EngineCache) -> None:
    cache.put("key", b"blob", FACTS)
    content = files(cache)[0].read_bytes()
    (length,) = struct.unpack("<Q", content[8:16])
    assert json.loads(content[16 : 16 + length])["check"] == FACTS["check"]


def test_the_cache_loads_neither_torch_nor_openvino() -> None:
    code = (
        "import sys, livedream.engines.cache, livedream.engines.builder, livedream.engines.openvino;"
        "assert not {'torch', 'openvino', 'cv2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
