import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.engines import cache as cache_module
from livedream.engines.cache import ROOM_BYTES, EngineCache, facts_of
from livedream.engines.engine import Check, Program
from livedream.errors import EngineError

FACTS = {"check": {"cosine": 0.999, "run_ms": 1.5}}


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / "a" / "folder that is not there yet")


def files(cache: EngineCache) -> list[Path]:
    return sorted(cache.folder.iterdir())


@settings(max_examples=20, deadline=None)
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
        b"",
        b"\x00" * 64,
        bytes(range(256)),
        b"livedrm1",
        b"livedrm1" + b"\xff" * 8 + b"{}",
        b"livedrm1" + struct.pack("<Q", 2) + b"[]" + b"blob",
        b"livedrm1" + struct.pack("<Q", 4) + b"null",
        b"livedrm1" + struct.pack("<Q", 2) + b"{}",
        b"livedrm1" + struct.pack("<Q", 2) + b"\xff\xfe",
        b"PK\x03\x04 some other program's file",
    ],
)
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


def test_the_facts_say_what_an_engine_is_and_when_it_was_built(program: Program, cache: EngineCache) -> None:
    cache.put("key", b"blob", facts_of("openvino", "bfloat16", program, Check(0.97, 0.2, 9.3), 8.214))
    (entry,) = cache.entries()
    assert entry.facts["engine"] == "openvino"
    assert entry.facts["number_format"] == "bfloat16"
    assert entry.facts["program"] == program.describe()
    assert entry.facts["check"] == {"cosine": 0.97, "relative_error": 0.2, "run_ms": 9.3}
    assert entry.facts["took_s"] == 8.21
    built = datetime.fromisoformat(entry.facts["built"])
    assert built.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - built) < timedelta(minutes=1)


def test_how_long_the_last_build_took_is_known_for_each_engine(cache: EngineCache) -> None:
    assert cache.took_s("openvino") is None
    for number, (engine, facts) in enumerate(
        {"old": {"took_s": 3.0}, "new": {"took_s": 9.5}, "silent": {}, "other": {"took_s": 80}}.items()
    ):
        name = "compiled" if engine == "other" else "openvino"
        cache.put(engine, b"", FACTS | {"engine": name} | facts)
        os.utime(cache._path(engine), (1e9 + number, 1e9 + number))
    assert cache.took_s("openvino") == 9.5
    assert cache.took_s("compiled") == 80
    assert cache.took_s("tensorrt") is None


@pytest.mark.parametrize("odd", ["3", [], None, {}, float("nan"), float("inf"), -1.0, 10**400])
def test_what_is_no_time_is_not_taken_for_how_long_a_build_took(cache: EngineCache, odd: object) -> None:
    cache.put("a", b"", FACTS | {"engine": "openvino", "took_s": odd})
    assert cache.took_s("openvino") is None


def test_entries_are_listed_with_size_and_use_the_one_used_last_first(cache: EngineCache) -> None:
    assert cache.entries() == []
    for number, key in enumerate(("old", "new", "middle")):
        cache.put(key, bytes(100 * number), FACTS | {"name": key})
        used_s = {"old": 1e9, "middle": 1.2e9, "new": 1.4e9}[key]
        os.utime(cache._path(key), (used_s, used_s))
    listed = cache.entries()
    assert [entry.facts["name"] for entry in listed] == ["new", "middle", "old"]
    assert [entry.used_s for entry in listed] == [1.4e9, 1.2e9, 1e9]
    assert [entry.size_bytes for entry in listed] == [
        (cache.folder / entry.name).stat().st_size for entry in listed
    ]
    assert all(entry.fault == "" for entry in listed)


def test_listing_reads_no_blob_and_is_no_use(cache: EngineCache) -> None:
    cache.put("key", b"", FACTS)
    (file,) = files(cache)
    with file.open("r+b") as stream:
        stream.truncate(1 << 33)  # a hole: it takes no room, but reading it would
    os.utime(file, (1e9, 1e9))
    (entry,) = cache.entries()
    assert entry.fault == ""
    assert entry.size_bytes == 1 << 33
    assert file.stat().st_mtime == 1e9


def test_every_truncation_is_listed_as_damaged(cache: EngineCache) -> None:
    cache.put("key", b"some engine", FACTS)
    (file,) = files(cache)
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        (entry,) = cache.entries()
        assert entry.fault == "damaged or foreign", length
        assert entry.size_bytes == length
        assert entry.facts == {}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.builds(lambda tail: b"livedrm1" + tail, st.binary(max_size=200)))
def test_no_foreign_file_stops_the_list(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    cache = EngineCache(tmp_path_factory.mktemp("cache"))
    cache.put("key", b"engine", FACTS)
    (cache.folder / "foreign.engine").write_bytes(content)
    assert sorted(entry.fault for entry in cache.entries()) == ["", "damaged or foreign"]


def framed(facts: bytes) -> bytes:
    return b"livedrm1" + struct.pack("<Q", len(facts)) + facts + b"blob"


@pytest.mark.parametrize(
    "content",
    [
        framed(b"[" * 100_000),
        framed(b'{"key": {}}'),
        framed(b'{"key": "x", "blob_bytes": "many"}'),
        framed(b'{"key": "' + b"9" * 40 + b'", "blob_bytes": 5}'),
        framed(b'"text"'),
        framed(b"9" * 10_000),
        framed(b" " * (2 << 20) + b"{}"),
        b"livedrm1" + b"\xff" * 8 + b"{}",
    ],
)
def test_facts_that_are_none_are_damaged_for_list_and_get(cache: EngineCache, content: bytes) -> None:
    cache.put("key", b"engine", FACTS)
    (file,) = files(cache)
    file.write_bytes(content)
    assert [entry.fault for entry in cache.entries()] == ["damaged or foreign"]
    assert cache.get("key") is None


def test_what_is_not_a_file_is_listed_as_such_and_nobody_waits_for_it(cache: EngineCache) -> None:
    cache.folder.mkdir(parents=True)
    (cache.folder / "folder.engine").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(cache.folder / "pipe.engine")
    assert {entry.fault for entry in cache.entries()} == {"not a file"}


def test_an_entry_that_is_removed_while_it_is_listed_is_left_out(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("key", b"engine", FACTS)
    real_glob, gone = Path.glob, cache.folder / "gone.engine"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [*real_glob(self, pattern), gone])
    assert len(cache.entries()) == 1


def test_a_file_that_cannot_be_read_is_listed_with_the_reason(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    cache.put("key", b"engine", FACTS)
    monkeypatch.setattr(Path, "open", refuse)
    assert [entry.fault for entry in cache.entries()] == ["Permission denied"]


def test_clearing_removes_engines_and_what_unfinished_builds_left(cache: EngineCache) -> None:
    cache.put("one", bytes(1000), FACTS)
    cache.put("two", bytes(2000), FACTS)
    (cache.folder / "damaged.engine").write_bytes(b"")
    (cache.folder / "left.part").write_bytes(bytes(500))
    (cache.folder / "being written.part").write_bytes(bytes(700))
    (cache.folder / "of the user.txt").write_text("keep me")
    os.utime(cache.folder / "left.part", (time.time() - 3600,) * 2)
    size = sum(file.stat().st_size for file in cache.folder.glob("*.engine")) + 500
    cleared = cache.clear()
    assert (cleared.files, cleared.size_bytes, cleared.kept) == (4, size, ())
    assert [file.name for file in files(cache)] == ["being written.part", "of the user.txt"]


def test_clearing_what_is_not_there_removes_nothing_and_makes_nothing(cache: EngineCache) -> None:
    cleared = cache.clear()
    assert (cleared.files, cleared.size_bytes, cleared.kept) == (0, 0, ())
    assert not cache.folder.exists()


def test_what_cannot_be_removed_is_told_and_the_rest_goes(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("one", bytes(1000), FACTS)
    cache.put("two", bytes(2000), FACTS)
    held, real_unlink = files(cache)[0], Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self == held:
            raise PermissionError(13, "used by another process")
        real_unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    cleared = cache.clear()
    assert cleared.files == 1
    assert cleared.kept == (f"{held}: used by another process",)
    assert files(cache) == [held]


@pytest.fixture
def blocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EngineCache:
    """Give a cache with a file in the place of its folder's parent; temporary folders can be counted."""
    (tmp_path / "file").write_bytes(b"in the way")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return EngineCache(tmp_path / "file" / "engines")


def test_a_folder_that_can_be_made_is_made_and_nothing_is_told(cache: EngineCache) -> None:
    told: list[str] = []
    folder = cache.folder
    assert cache.refusal() == ""
    assert not folder.parent.exists(), "to look makes nothing"
    cache.prepare(told.append)
    assert cache.folder == folder
    assert list(folder.iterdir()) == []
    assert told == []


def test_a_full_disk_is_like_a_folder_that_refuses(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    full, told, usage = cache.folder, list[str](), shutil.disk_usage(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=ROOM_BYTES - 1))
    assert cache.refusal() == os.strerror(errno.ENOSPC)
    cache.prepare(told.append)
    assert cache.folder.parent == tmp_path / "temporary" != full.parent
    assert f"engines cannot be stored in {full} ({os.strerror(errno.ENOSPC)})" in told[0]
    del cache


def test_where_the_folder_refuses_engines_are_kept_for_a_while_and_that_is_told_once(
    blocked: EngineCache, tmp_path: Path
) -> None:
    refused, told = blocked.folder, list[str]()
    assert blocked.refusal()
    for _ in range(2):
        blocked.prepare(told.append)
    (sentence,) = told
    assert sentence.startswith(f"engines cannot be stored in {refused} (")
    assert "rebuilt at each start; make it writable" in sentence
    assert blocked.folder.parent == tmp_path / "temporary"
    EngineCache(blocked.folder).put("key", b"by another process", FACTS)
    entry = blocked.get("key")
    assert entry is not None
    assert entry.blob == b"by another process"
    del blocked


def test_the_temporary_folder_goes_with_the_process(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code = (
        "import sys; from pathlib import Path; from livedream.engines.cache import EngineCache;"
        "cache = EngineCache(Path(sys.argv[1])); cache.prepare(print);"
        "cache.put('key', b'engine', {}); print(cache.folder, cache.folder.is_dir())"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "file")],
        check=True,
        capture_output=True,
        text=True,
    )
    folder, _, was_there = done.stdout.splitlines()[-1].rpartition(" ")
    assert was_there == "True"
    assert not Path(folder).exists()
    assert done.stderr == ""


def test_engines_in_a_folder_that_refuses_new_ones_are_found_still(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put("old", b"engine", FACTS)
    lasting, real_file = cache.folder, tempfile.TemporaryFile

    def refuse(dir: Path) -> Any:
        if dir == lasting:
            raise PermissionError(13, "Permission denied")
        return real_file(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert cache.refusal() == "Permission denied"
    cache.prepare(lambda _: None)
    assert cache.folder != lasting
    cache.put("new", b"engine", FACTS)
    assert cache.get("old") is not None
    assert cache.get("new") is not None
    assert len(list(lasting.iterdir())) == 1


def test_if_there_is_no_temporary_folder_either_both_reasons_are_told(
    blocked: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> str:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    told: list[str] = []
    with pytest.raises(EngineError, match=r"cannot be stored in .*file.*temporary folder \(no space left"):
        blocked.prepare(told.append)
    assert told == []


def test_the_cache_loads_neither_torch_nor_openvino() -> None:
    code = (
        "import sys, livedream.engines.cache, livedream.engines.builder, livedream.engines.openvino;"
        "assert not {'torch', 'openvino', 'cv2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
