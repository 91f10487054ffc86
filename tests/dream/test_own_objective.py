"""An objective as somebody else would write it, in a module of their own."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.engines import openvino
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.errors import InputError
from livedream.settings import Settings, by_word, change, markdown
from livedream.settings.objectives import OBJECTIVES

MODULE = '''
"""The cube of what is activated: strong forms grow stronger."""

from livedream.settings.objectives import OBJECTIVES, ObjectiveKind


class Cubes:
    reference = None

    def observe(self, activations):
        raise AssertionError

    def seed(self, activations, weight, observed=None):
        return weight * activations * activations * {factor}


OBJECTIVES.add("cubes", ObjectiveKind(__name__, "Cubes"))
'''


@pytest.fixture
def cubes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "objective_of_mine.py"
    file.write_text(MODULE.format(factor="1.0"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    importlib.import_module("objective_of_mine")
    yield file
    OBJECTIVES.remove("cubes")
    del sys.modules["objective_of_mine"]


def wished() -> Settings:
    return change(
        Settings(), {"dream.objective": "cubes", "dream.layers": {"lines": 1.0}, "dream.octaves": 1}
    )


@pytest.mark.usefixtures("cubes")
def test_it_is_listed_and_dreamed() -> None:
    assert "cubes" in by_word()["dream.objective"].allowed
    assert "cubes" in markdown()
    program = KernelProgram(kernel_spec(wished().dream, (32, 40)))
    dreams = [EagerEngine(program).run(program.example())]
    mean = change(wished(), {"dream.objective": "mean"}).dream
    other = KernelProgram(kernel_spec(mean, (32, 40)))
    dreams.append(EagerEngine(other).run(other.example()))
    grown = [(dream - program.example()[0]).ravel() for dream in dreams]
    assert np.linalg.norm(grown[0]) > 0
    assert abs(np.corrcoef(*grown)[0, 1]) < 0.99, "it is another objective"


@pytest.mark.usefixtures("cubes")
def test_its_gradient_is_that_of_the_sum_of_cubes() -> None:
    activations = torch.rand(1, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    (activations**3 / 3).sum().backward()
    seed = (
        OBJECTIVES["cubes"].load()().seed(activations.detach(), torch.ones(1, 3, 1, 1, dtype=torch.float64))
    )
    torch.testing.assert_close(seed, activations.grad)


@pytest.mark.slow
def test_an_engine_for_it_is_built_by_another_process_and_anew_when_it_changes(
    cubes: Path, tmp_path: Path
) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    program = KernelProgram(kernel_spec(wished().dream, (32, 40)))
    cache = EngineCache(tmp_path / "engines")
    with closing(openvino.Builds()) as builds:
        builds(program, cache).wait()
    loaded = openvino.load(program, cache)
    assert loaded is not None
    assert loaded[1].cosine > 0.85
    loaded[0].close()
    before = program.fingerprint()
    cubes.write_text(MODULE.format(factor="2.0"), encoding="utf-8")
    assert program.fingerprint() != before
    assert openvino.load(program, cache) is None


def test_without_it_the_setting_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="even, l2, mean, absolute"):
        wished()
