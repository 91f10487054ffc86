import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openvino", reason="openvino is not installed")

import torch
from torch import Tensor, nn

from livedream.engines import build_openvino, openvino, trial
from livedream.engines.build_process import sent
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check, Program
from livedream.errors import EngineError

# What torch says of its own tracing is not a fault of these tests.
pytestmark = pytest.mark.filterwarnings("ignore")


class Dice(nn.Module):
    """Gives something else each time, as an engine does that is wrong."""

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        return image + step[0] * torch.randn_like(image)


class NoNumber(nn.Module):
    """Gives nothing that is a number."""

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        return torch.log(image - 2.0) * step[0]


def having(program: Program, module: nn.Module) -> Program:
    """Give the program with another module in it."""
    parts = {"fingerprint": lambda: repr(module), "make": lambda *_: module, "example": program.example}
    return SimpleNamespace(**parts, describe=program.describe)


def test_a_format_that_the_processor_only_says_it_has_is_left_out(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """oneDNN may be kept from it: on a Xeon with ONEDNN_MAX_CPU_ISA=AVX2 nothing could be built."""
    core = openvino.core()

    def compile_model(model: Any, device: str, config: dict[str, str]) -> Any:
        if config["INFERENCE_PRECISION_HINT"] == "bf16":
            raise RuntimeError("Exception from core.cpp:117:\nobject is not initialized\n")
        return core.compile_model(model, device, config)

    monkeypatch.setattr(build_openvino, "core", lambda: SimpleNamespace(compile_model=compile_model))
    monkeypatch.setattr(build_openvino, "number_formats", lambda: ("float32", "bfloat16"))
    build_openvino.build(program, EngineCache(tmp_path))
    (entry,) = EngineCache(tmp_path).entries()
    assert entry.facts["number_format"] == "float32"


def test_what_it_builds_is_in_the_cache_with_its_check(program: Program, tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    build_openvino.build(program, cache)
    loaded = openvino.load(program, cache)
    assert loaded is not None
    engine, checked = loaded
    assert checked.cosine > 0.999
    assert checked.relative_error < 0.05
    image, step = program.example()
    expected = np.clip(image + step[0] * np.roll(image, 1, 3) * np.linspace(0.5, 1, 8), 0, 1)
    (entry,) = cache.entries()
    assert entry.facts["engine"] == "openvino"
    assert entry.facts["number_format"] == engine.number_format
    assert entry.facts["program"] == program.describe()
    tolerance = 1e-5 if engine.number_format == "float32" else 0.01
    np.testing.assert_allclose(engine.run([image, step]), expected, atol=tolerance)


@pytest.mark.parametrize(("module", "reason"), [(Dice(), "does not agree"), (NoNumber(), "not finite")])
def test_an_engine_that_is_wrong_is_not_stored(
    program: Program, tmp_path: Path, module: nn.Module, reason: str
) -> None:
    with pytest.raises(EngineError, match=f"engine openvino .*{reason}"):
        build_openvino.build(having(program, module), EngineCache(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_half_format_counts_only_where_the_full_one_agrees(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph that is wrong could else hide behind what a half format may differ by."""

    def check(engine: Any, *_: Any) -> Check:
        if engine.number_format == "float32":
            raise EngineError("the engine openvino does not agree with eager")
        return Check(0.9, 0.4, 1.0)

    monkeypatch.setattr(trial, "check", check)
    monkeypatch.setattr(build_openvino, "number_formats", lambda: ("float32", "bfloat16"))
    monkeypatch.setattr(build_openvino, "_promising", lambda: "bfloat16")
    with pytest.raises(EngineError, match="does not agree"):
        build_openvino.build(program, EngineCache(tmp_path))
    assert list(tmp_path.iterdir()) == []


def run_main(
    monkeypatch: pytest.MonkeyPatch, folder: Path, outcome: Callable[[Any, EngineCache], None]
) -> int:
    """Run the child's program in this process, with something else in place of the build."""
    stdin = SimpleNamespace(buffer=io.BytesIO(sent(Check(1.0, 0.0, 0.0))))
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "argv", ["build_openvino", str(folder)])
    monkeypatch.setattr(build_openvino, "build", outcome)
    return build_openvino.main()


def test_it_builds_what_it_is_sent_into_the_folder_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[tuple[Any, Path]] = []
    assert run_main(monkeypatch, tmp_path, lambda sent, cache: built.append((sent, cache.folder))) == 0
    assert built == [(Check(1.0, 0.0, 0.0), tmp_path)]


@pytest.mark.parametrize(
    ("times_ms", "next_ones"), [([10.0, 5.0], ["bfloat16"]), ([5.0, 10.0], ["float32", "bfloat16"])]
)
def test_a_half_format_that_won_is_taken_for_what_is_built_next(
    make_program: Callable[..., Program],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    times_ms: list[float],
    next_ones: list[str],
) -> None:
    """The full one may have won on a small picture, or in a busy moment."""
    cache, tried = EngineCache(tmp_path), list[str]()
    config = build_openvino.config
    monkeypatch.setattr(build_openvino, "config", lambda form: tried.append(form) or config(form))
    monkeypatch.setattr(build_openvino, "number_formats", lambda: ("float32", "bfloat16"))
    monkeypatch.setattr(build_openvino, "_promising", lambda: None)
    monkeypatch.setattr(trial, "_times_ms", lambda *_: times_ms)
    build_openvino.build(make_program("first"), cache)
    assert tried == ["float32", "bfloat16"]
    tried.clear()
    build_openvino.build(make_program("second"), cache)
    assert tried == next_ones


def test_an_engine_of_another_machine_decides_nothing(
    make_program: Callable[..., Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = EngineCache(tmp_path)
    build_openvino.build(make_program("first"), cache)
    monkeypatch.setattr(build_openvino, "machine", lambda: ("another",))
    assert build_openvino._known_format(cache, "another") is None


@pytest.mark.parametrize(
    ("cosine", "tried"), [(0.96, ["bfloat16"]), (0.94, ["bfloat16", "float32", "bfloat16"])]
)
def test_a_half_format_that_promises_much_and_agrees_well_is_tried_alone(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cosine: float, tried: list[str]
) -> None:
    begun: list[str] = []
    config = build_openvino.config
    monkeypatch.setattr(build_openvino, "config", lambda form: begun.append(form) or config(form))
    monkeypatch.setattr(build_openvino, "number_formats", lambda: ("float32", "bfloat16"))
    monkeypatch.setattr(build_openvino, "_promising", lambda: "bfloat16")
    monkeypatch.setattr(trial, "check", lambda *_: Check(cosine, 0.1, 1.0))
    build_openvino.build(program, EngineCache(tmp_path))
    assert begun == tried


@pytest.mark.parametrize(("half_ms", "promising"), [(6.9, "int8"), (7.1, None)])
def test_a_format_promises_much_if_convolutions_take_far_less_time(
    monkeypatch: pytest.MonkeyPatch, half_ms: float, promising: str | None
) -> None:
    monkeypatch.setattr(build_openvino, "number_formats", lambda: ("float32", "int8"))
    timed: list[Any] = []

    def in_turn_ms(engines: Any, inputs: Any, turns: int) -> list[float]:
        timed.extend(engine.run(inputs) for engine in engines for _ in range(turns))
        return [10.0, half_ms]

    monkeypatch.setattr(build_openvino, "in_turn_ms", in_turn_ms)
    assert build_openvino._promising() == promising
    full, half = (
        timed[0],
        timed[-1],
    )  # both compute the same, but for sums of bytes that overflow without VNNI
    assert np.vdot(full, half) / np.linalg.norm(full) / np.linalg.norm(half) > 0.9


def test_where_there_is_one_format_nothing_is_tried_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_openvino, "number_formats", lambda: ("float32",))
    monkeypatch.setattr(build_openvino, "converted", lambda _: pytest.fail("converted"))
    assert build_openvino._promising() is None
