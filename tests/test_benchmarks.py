"""That benchmarks which need another machine measure what they say, at sizes that say nothing."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Load the benchmark of GPUs, with random weights in place of GoogLeNet's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # it is set anew by what puts them there
    found = importlib.util.spec_from_file_location("gpu", BENCHMARKS / "gpu.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, "gpu", module)
    found.loader.exec_module(module)
    module.put_random_googlenet(tmp_path)
    return module


@pytest.mark.slow
def test_on_a_gpu_plain_autograd_does_the_same_work_as_each_engine(
    gpu: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here on the processor, with eager alone: each row compares what it gives with autograd's."""
    monkeypatch.setattr(gpu, "timed_ms", lambda run, _wait: run() is None or 1.0)
    frames_per_s = gpu.frames_per_s
    monkeypatch.setattr(gpu, "frames_per_s", lambda spec, engine: frames_per_s(spec, engine, seconds=0.0))
    rows = list(gpu.rows(gpu.Setup("cpu", True, time.monotonic() + 3600, 1e12)))
    assert {row.network for row in rows} == {"embedded", "googlenet"}, capsys.readouterr().out
    assert all(row.cosine > 0.9999 and row.frames_per_s > 0 for row in rows)
