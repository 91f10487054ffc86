"""The processor stands in for a GPU: OpenVINO compiles, checks, stores and loads alike for both."""

import io
import json
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openvino", reason="openvino is not installed")

from livedream.engines import build_openvino, build_openvino_device, openvino_device
from livedream.engines.adapters import Adapter
from livedream.engines.build_process import sent
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check
from livedream.errors import EngineError

# What torch says of its own tracing is not a fault of these tests.
pytestmark = pytest.mark.filterwarnings("ignore")

ARC = Adapter("Intel Arc", "integrated", "1")


@pytest.fixture(autouse=True)
def on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (openvino_device, build_openvino_device):
        monkeypatch.setattr(module, "DEVICES", {"openvino-gpu": "CPU"})


def test_what_it_builds_is_in_the_cache_with_its_check_and_device(program: Any, tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    build_openvino_device.build(program, cache, "openvino-gpu", ARC)
    loaded = openvino_device.load("openvino-gpu", program, cache, ARC)
    assert loaded is not None
    engine, checked = loaded
    assert engine.name.startswith("openvino-gpu")
    assert checked.cosine > 0.99
    (entry,) = cache.entries()
    assert (entry.facts["engine"], entry.facts["adapter"]) == ("openvino-gpu", "Intel Arc")
    given = program.example()
    np.testing.assert_allclose(engine.run(given), EagerEngine(program).run(given), atol=0.01)


def test_an_engine_that_is_wrong_is_not_stored(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_engine: Any
) -> None:
    right = EagerEngine(program).run(program.example())
    wrong = make_engine(lambda _: right * np.float32(0.9), "openvino-gpu")
    monkeypatch.setattr(build_openvino_device, "engine_of", lambda *_: wrong)
    with pytest.raises(EngineError, match="the engine openvino-gpu does not agree with eager"):
        build_openvino_device.build(program, EngineCache(tmp_path), "openvino-gpu", ARC)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_the_device_does_not_take_is_told_in_a_line(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise RuntimeError("Exception from somewhere:\n  plugin.cpp:1:\nno such layer\n")

    monkeypatch.setattr(build_openvino, "core", lambda: SimpleNamespace(compile_model=refuse))
    with pytest.raises(EngineError, match=r"^the engine openvino-gpu cannot take the kernel: no such layer$"):
        build_openvino_device.build(program, EngineCache(tmp_path), "openvino-gpu", ARC)


def test_it_builds_what_it_is_sent_for_the_device_that_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[Any] = []
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(sent(Check(1.0, 0.0, 0.0)))))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "argv", ["build", "openvino-npu", str(tmp_path), json.dumps(asdict(ARC))])
    monkeypatch.setattr(build_openvino_device, "build", lambda *given: built.append(given))
    assert build_openvino_device.main() == 0
    ((program, cache, name, given),) = built
    assert (program, cache.folder, name, given) == (Check(1.0, 0.0, 0.0), tmp_path, "openvino-npu", ARC)
