"""The rows of engines, and one that somebody else adds."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from livedream.cli.doctor import engine_checks
from livedream.cli.show_options import check_engine
from livedream.engines import in_process, kinds
from livedream.engines.engine import Check
from livedream.engines.in_process import Made
from livedream.engines.kinds import ENGINES, EngineKind, candidates, rivals
from livedream.errors import EngineError, InputError
from livedream.health import Health


@pytest.mark.parametrize(
    ("device", "installed", "expected"),
    [
        ("cpu", "openvino", ("openvino", "compiled", "eager")),
        ("cpu", "", ("compiled", "eager")),
        ("cpu", "torch_tensorrt tensorrt", ("compiled", "eager")),
        ("cuda", "openvino", ("compiled", "captured", "eager")),
        ("cuda", "tensorrt_rtx onnx", ("compiled", "captured", "eager")),
        ("cuda", "tensorrt_rtx onnx onnxscript", ("tensorrt-rtx", "compiled", "captured", "eager")),
        ("cuda", "torch_tensorrt tensorrt", ("tensorrt", "compiled", "captured", "eager")),
    ],
)
def test_the_fastest_that_there_is_comes_first_and_eager_last(
    monkeypatch: pytest.MonkeyPatch, device: str, installed: str, expected: tuple[str, ...]
) -> None:
    found: dict[str, Any] = dict.fromkeys(installed.split(), object())
    monkeypatch.setattr(kinds, "torch_device", lambda: device)
    monkeypatch.setattr(importlib.util, "find_spec", found.get)
    assert candidates() == expected


@pytest.mark.parametrize(
    ("device", "expected"), [("cpu", ("openvino-gpu", "coreml", "webgpu")), ("cuda", ())]
)
def test_an_npu_never_races_though_all_is_installed(
    monkeypatch: pytest.MonkeyPatch, device: str, expected: tuple[str, ...]
) -> None:
    monkeypatch.setattr(kinds, "torch_device", lambda: device)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    assert ENGINES["openvino-npu"].is_installed
    assert rivals() == expected
    assert "openvino-npu" not in candidates()


def test_finding_out_loads_no_engine() -> None:
    code = (
        "import ctypes, sys\n"
        "def no_library(name): raise OSError(name)\n"
        "ctypes.CDLL = no_library\n"
        "from livedream.engines.kinds import candidates\n"
        "assert candidates()[-1] == 'eager'\n"
        "assert not {'torch', 'openvino'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def healthy() -> Health:
    return Health("live", "a slide rule")


def ruled(program: Any, tell: Any) -> Made:
    """Make an engine as somebody else would: here the reference's, with another name."""
    engine = in_process.eager(program, timed=False).engine
    engine.name = "slide rule"
    tell("it is oiled first")
    return Made(engine, Check(1.0, 0.0, 2.0), 2.0)


@pytest.fixture
def slide_rule() -> Iterator[EngineKind]:
    yield ENGINES.add("slide-rule", EngineKind(healthy, {"cpu": 0}, made=ruled, at_once=True))
    ENGINES.remove("slide-rule")


@pytest.mark.usefixtures("slide_rule")
def test_somebody_else_s_engine_is_listed_chosen_built_and_looked_at(
    monkeypatch: pytest.MonkeyPatch, bench: Any, program: Any
) -> None:
    monkeypatch.setattr(kinds, "torch_device", lambda: "cpu")
    assert candidates()[0] == "slide-rule"
    assert check_engine("slide-rule") == "slide-rule"
    assert [one.look().message for one in engine_checks() if one.name == "engine slide-rule"] == [
        "a slide rule"
    ]
    builder = bench.builder("slide-rule")
    builder.request(program, stopgap=True)
    ready = bench.take(builder)
    assert (ready.engine.name, ready.stopgap, ready.run_ms) == ("slide rule", False, 2.0)
    assert bench.told == ["it is oiled first"]


@pytest.mark.usefixtures("workshop")
def test_auto_goes_on_where_somebody_else_s_engine_fails(bench: Any, program: Any, monkeypatch: Any) -> None:
    def broken(*_: Any) -> Made:
        raise EngineError("the slide rule is bent")

    ENGINES.add("slide-rule", EngineKind(healthy, {"cpu": 0}, made=broken, at_once=True))
    try:
        monkeypatch.setattr("livedream.engines.maker.candidates", lambda: ("slide-rule", "eager"))
        builder = bench.builder("auto")
        builder.request(program, stopgap=False)
        assert bench.take(builder).engine.name == "eager"
        assert bench.told == ["the slide rule is bent; trying eager"]
    finally:
        ENGINES.remove("slide-rule")


def test_an_engine_is_either_built_elsewhere_or_made_here() -> None:
    with pytest.raises(ValueError, match="either"):
        EngineKind(healthy)


def test_a_choice_that_is_none_is_told(bench: Any) -> None:
    with pytest.raises(InputError, match="did you mean openvino"):
        bench.builder("openvin")
    with pytest.raises(InputError, match="--engine openvin"):
        check_engine("openvin")


def test_openvino_is_told_with_its_processor() -> None:
    health = ENGINES["openvino"].doctor()
    assert health.ok
    version, _, processor = health.message.partition(" on ")
    assert version == f"OpenVINO {importlib.metadata.version('openvino')}"
    assert processor.strip()
