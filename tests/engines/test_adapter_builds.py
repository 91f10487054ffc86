"""What is built for an adapter, what becomes of a driver that crashes or hangs, and what is remembered."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livedream.engines.adapter_builds import AdapterBuilds, AdapterEngine, refusal_key
from livedream.engines.adapters import Adapter
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.elsewhere import Elsewhere, Manner
from livedream.engines.engine import Check
from livedream.engines.subprocess_builds import SubprocessBuilds
from livedream.errors import EngineError

GPU = Adapter("Radeon", "discrete", "1")
CHECK = Check(1.0, 0.0, 3.0)

BODIES = {
    "crashing": "import os; os.abort()",
    "refusing": "import sys; sys.stderr.write('no such operation'); sys.exit(1)",
    "hanging": "import time; time.sleep(600)",
    "interrupted": "import signal; signal.raise_signal(signal.SIGINT)",
    "terminated": "import signal; signal.raise_signal(signal.SIGTERM)",
    "out_of_memory": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


def key(program: Any, adapter: Adapter) -> str:
    return f"{program.fingerprint()} on {adapter.name}"


def engine(module: str = "none", found: Any = lambda: GPU) -> AdapterEngine:
    return AdapterEngine("webgpu", module, found, key, lambda *given: ("loaded", given))  # type: ignore[arg-type, return-value]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Write the program of a building process that does one thing."""
    name = f"built_by_{request.param}"
    (tmp_path / f"{name}.py").write_text(BODIES[request.param])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return name


def test_the_adapter_is_looked_for_once_and_handed_on(program: Any, tmp_path: Path) -> None:
    looks: list[int] = []

    def find() -> Adapter:
        looks.append(1)
        return GPU

    builds, cache = AdapterBuilds(engine(found=find)), EngineCache(tmp_path)
    assert builds.asks()
    assert looks == []
    assert builds.suits()
    assert not builds.asks(), "that is known now"
    assert builds.load(program, cache) == ("loaded", (program, cache, GPU))
    assert builds.verdict(program, cache) is None
    assert looks == [1]


def test_where_there_is_none_that_is_told(program: Any, tmp_path: Path) -> None:
    def find() -> Adapter:
        raise EngineError("there is no adapter")

    builds = AdapterBuilds(engine(found=find))
    for ask in (builds.load, builds.verdict, builds.begin):
        with pytest.raises(EngineError, match="there is no adapter"):
            ask(program, EngineCache(tmp_path))
    assert not builds.suits()


def test_where_there_can_be_none_no_driver_is_asked_unasked(program: Any, tmp_path: Path) -> None:
    builds = AdapterBuilds(replace(engine(found=lambda: pytest.fail("it was asked")), may_be=lambda: False))
    assert not builds.asks()
    assert not builds.suits()
    by_name = AdapterBuilds(replace(engine(), may_be=lambda: False))
    assert by_name.load(program, EngineCache(tmp_path)) is not None, "somebody asks for it by its name"


def test_one_in_software_can_be_had_but_is_not_tried_unasked(program: Any, tmp_path: Path) -> None:
    builds = AdapterBuilds(engine(found=lambda: Adapter("llvmpipe", "software")))
    assert not builds.suits()
    assert builds.load(program, EngineCache(tmp_path)) is not None


@pytest.mark.parametrize(
    ("module", "reason"),
    [("crashing", "exit code -?\\d+"), ("refusing", "no such operation")],
    indirect=["module"],
)
def test_a_driver_that_crashes_takes_its_process_and_is_remembered(
    program: Any, tmp_path: Path, module: str, reason: str
) -> None:
    builds, cache = AdapterBuilds(engine(module)), EngineCache(tmp_path / "cache")
    with pytest.raises(EngineError, match=f"the engine webgpu could not be built: .*{reason}"):
        builds.begin(program, cache).wait()
    verdict = builds.verdict(program, cache)
    assert isinstance(verdict, str)
    assert verdict.startswith("the engine webgpu could not be built: ")
    (entry,) = cache.entries()
    assert (entry.facts["engine"], entry.facts["adapter"]) == ("webgpu", "Radeon")
    assert entry.facts["program"] == program.describe()


@pytest.mark.parametrize("module", ["hanging"], indirect=True)
def test_one_that_hangs_is_given_up_and_remembered(program: Any, tmp_path: Path, module: str) -> None:
    builds, cache = AdapterBuilds(engine(module)), EngineCache(tmp_path / "cache")
    begin = {"": builds.begin}
    known = SubprocessBuilds(builds.load, begin, verdict=builds.verdict, refuse=builds.refuse)
    told = r"the engine webgpu could not be built: it was not ready after 0\.05 s"
    with pytest.raises(EngineError, match=told):
        Elsewhere(cache, print, lambda: False, limit_s=0.05).build("webgpu", known, program, Manner())
    assert "not ready" in str(builds.verdict(program, cache))


@pytest.mark.parametrize("module", ["hanging"], indirect=True)
def test_one_that_was_cancelled_is_not_held_against_the_driver(
    program: Any, tmp_path: Path, module: str
) -> None:
    builds, cache = AdapterBuilds(engine(module)), EngineCache(tmp_path / "cache")
    build = builds.begin(program, cache)
    build.cancel()
    with pytest.raises(EngineError, match="was cancelled"):
        build.wait()
    assert builds.verdict(program, cache) is None


@pytest.mark.parametrize("module", ["interrupted", "terminated", "out_of_memory"], indirect=True)
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_one_that_others_have_ended_is_not_held_against_the_driver(
    program: Any, tmp_path: Path, module: str
) -> None:
    builds, cache = AdapterBuilds(engine(module)), EngineCache(tmp_path / "cache")
    with pytest.raises(EngineError, match="could not be built"):
        builds.begin(program, cache).wait()
    assert builds.verdict(program, cache) is None


def test_what_was_built_counts_more_than_what_once_failed(program: Any, tmp_path: Path) -> None:
    builds, cache = AdapterBuilds(engine()), EngineCache(tmp_path)
    cache.put(refusal_key(key(program, GPU)), b"", {"refusal": "it crashed"})
    assert builds.verdict(program, cache) == "it crashed"
    cache.put(key(program, GPU), b"blob", facts_of("webgpu", "float32", program, CHECK, 1.0))
    assert builds.verdict(program, cache) == CHECK


def test_one_that_failed_while_it_ran_is_remembered_until_it_is_built_anew(
    program: Any, tmp_path: Path
) -> None:
    cache = EngineCache(tmp_path)
    facts = facts_of("webgpu", "float32", program, CHECK, 1.0)
    cache.put(key(program, GPU), b"blob", facts | {"built": "2026-01-01T20:00:00+00:00"})
    AdapterBuilds(engine()).refuse(program, cache, "the engine webgpu failed while it ran")
    next_start = AdapterBuilds(engine())
    assert next_start.verdict(program, cache) == "the engine webgpu failed while it ran"
    assert next_start.load(program, cache) is not None, "who names it gets it"
    cache.put(key(program, GPU), b"blob", facts | {"built": "9999-01-01T20:00:00+00:00"})
    assert next_start.verdict(program, cache) == CHECK


def test_an_adapter_that_failed_while_it_ran_is_refused_whatever_the_program(
    make_program: Any, tmp_path: Path
) -> None:
    """The next start may begin with another look."""
    cache, ran, other = EngineCache(tmp_path), make_program("ran"), make_program("other")
    facts = facts_of("webgpu", "float32", other, CHECK, 1.0)
    cache.put(key(other, GPU), b"blob", facts | {"built": "2026-01-01T20:00:00+00:00"})
    why = "the engine webgpu failed while it ran"
    AdapterBuilds(engine()).refuse(None, cache, why)
    next_start = AdapterBuilds(engine())
    assert [next_start.verdict(program, cache) for program in (ran, other)] == [why, why]
    another = AdapterBuilds(engine(found=lambda: Adapter("Arc", "discrete", "1")))
    assert another.verdict(ran, cache) is None, "it is another adapter"
    assert "webgpu" in {entry.facts["engine"] for entry in cache.entries()}
    cache.put(key(other, GPU), b"blob", facts | {"built": "9999-01-01T20:00:00+00:00"})
    assert next_start.verdict(other, cache) == CHECK
    assert next_start.verdict(ran, cache) == why


def test_of_an_entry_that_is_foreign_nothing_is_known(program: Any, tmp_path: Path) -> None:
    builds, cache = AdapterBuilds(engine()), EngineCache(tmp_path)
    cache.put(key(program, GPU), b"blob", {"engine": "webgpu"})
    assert builds.verdict(program, cache) is None


def test_a_cache_that_keeps_nothing_is_no_fault_of_its_own(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(EngineCache, "put", full)
    monkeypatch.setattr(sys, "executable", sys.executable)
    with pytest.raises(EngineError, match="could not be built"):
        AdapterBuilds(engine("no_such_module")).begin(program, EngineCache(tmp_path)).wait()
