"""What is hostile is refused in words: a small run of scripts/fuzz.py, the same cases each time."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCRIPTS = Path(__file__).parents[1] / "scripts"

TARGETS = (
    *("preset", "own presets", "timeline", "batch", "recipe", "options", "saved show", "midi profile"),
    *("engine cache", "unfinished render", "osc", "midi", "art-net", "weights safetensors", "weights npz"),
    *("weights pth", "weights pt", "picture", "film", "film in a show", "sound", "recipe in a file"),
)
FEW = {"film": 8, "film in a show": 4, "sound": 8, "recipe in a file": 20, "picture": 40, "engine cache": 40}
"""Cases of those that take long; of the others there are 60."""


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module("fuzz")
    sys.path.remove(str(SCRIPTS))


def test_every_target_is_tried_here(fuzz: ModuleType) -> None:
    assert sorted(fuzz.TARGETS) == sorted(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_hostile_does_harm(name: str, fuzz: ModuleType, tmp_path: Path) -> None:
    found = list(fuzz.failures(fuzz.TARGETS[name], 1, range(FEW.get(name, 60)), tmp_path))
    assert not found, f"python scripts/fuzz.py '{name}' --first {found[0].number} --cases 1\n{found[0].what}"


@pytest.mark.parametrize("name", ["preset", "saved show", "midi profile", "batch", "osc", "midi", "options"])
def test_no_bytes_at_all_do_harm(
    name: str, fuzz: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = fuzz.TARGETS[name]
    file = target.samples(tmp_path_factory.mktemp("samples"))[0][0]
    read = target.reader(tmp_path_factory.mktemp("read"))

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: text.encode(errors="replace")))
    def tried(content: bytes) -> None:
        with contextlib.suppress(*target.refuses):
            read(file, content)

    tried()


def test_a_reader_that_breaks_hangs_or_swells_is_found_and_its_case_comes_again(
    fuzz: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial, target = sys.modules["fuzzing.trial"], sys.modules["fuzzing.target"]
    monkeypatch.setattr(trial, "SLOW_S", 0.05)

    def read(_: str, content: bytes) -> None:
        if content.startswith(b"a"):
            raise KeyError("a")
        while content.startswith(b"b"):
            pass

    samples = [("x.txt", b"cccc")]
    odd = target.Target("odd", lambda _: samples, lambda _: read)
    monkeypatch.setattr(trial, "mutant", lambda random, _: random.choice((b"a", b"b", b"c")))
    found = {one.number: one.what for one in fuzz.failures(odd, 3, range(12), tmp_path)}
    made = {number: trial.mutant_of(odd, samples, 3, number)[1] for number in range(12)}
    assert found.keys() == {number for number, content in made.items() if content != b"c"}
    said = {b"a": "KeyError", b"b": "takes more than"}
    assert all(said[made[number]] in what for number, what in found.items())
