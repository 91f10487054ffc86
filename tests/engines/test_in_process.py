"""Engines that are made here, where there is a GPU that is played and where there is none."""

from typing import Any

import pytest
import torch

from livedream.engines import compiled, eager, in_process, tensorrt
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check
from livedream.errors import EngineError


def test_after_a_stopgap_the_next_engine_has_the_whole_processor_again(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def no_compiler(*_: Any, **__: Any) -> None:
        threads.append(torch.get_num_threads())
        raise EngineError("no compiler")

    workshop.failing[program.fingerprint()] = "an unknown operation"
    workshop.finish.set()
    monkeypatch.setattr(compiled, "load", no_compiler)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        builder = bench.builder("auto")
        builder.request(program, stopgap=True)
        assert bench.take(builder).stopgap
        assert not bench.take(builder).stopgap
        assert threads == [2]
    finally:
        torch.set_num_threads(before)


def test_a_captured_engine_that_does_not_agree_is_told_and_closed(
    bench: Any, on_cuda: Any, program: Any
) -> None:
    on_cuda.wrong = {("captured", "float16")}
    builder = bench.builder("captured")
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "captured float32"
    (sentence,) = bench.told
    assert "captured float16 does not agree with eager" in sentence
    assert sentence.endswith("; trying float32")
    assert on_cuda.closed == ["captured float16"]


def test_on_cuda_a_captured_engine_dreams_until_tensorrt_is_built(
    bench: Any, on_cuda: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorrt, "load", lambda program, cache, flavour: workshop.load(program, cache))
    monkeypatch.setattr(tensorrt, "Build", lambda *given, flavour, polite: workshop(*given, polite=polite))
    builder = bench.builder("tensorrt")
    builder.request(program, stopgap=True)
    stopgap = bench.take(builder)
    assert (stopgap.engine.name, stopgap.stopgap) == ("captured float32", True)
    workshop.finish.set()
    assert not bench.take(builder).stopgap


def test_captured_needs_a_gpu(bench: Any, workshop: Any, program: Any) -> None:
    builder = bench.builder("captured")
    builder.request(program, stopgap=True)
    with pytest.raises(EngineError, match=r"the engine captured needs an NVIDIA GPU .* use eager"):
        bench.take(builder)


def test_on_cuda_each_part_is_captured_behind_one_stopgap(bench: Any, on_cuda: Any, whole: Any) -> None:
    builder = bench.builder("captured")
    builder.request(whole, stopgap=True)
    stopgap, ready = bench.take(builder), bench.take(builder)
    assert [engine.name for engine in whole.turns(stopgap)] == ["captured float32"] * 3
    assert [engine.name for engine in whole.turns(ready)] == ["captured float16"] * 3
    assert ready.checked is not None
    assert ready.checked.cosine > 0.99
    assert builder.take() is None


def test_a_stopgap_that_cannot_be_captured_is_eager_on_one_thread(
    on_cuda: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int | None] = []

    def make(program: Any, device: str, count: int | None) -> EagerEngine:
        threads.append(count)
        return EagerEngine(program)

    on_cuda.refused = {("captured", "float32")}
    monkeypatch.setattr(eager, "EagerEngine", make)
    made = in_process.stopgap(program)
    assert (made.engine.name, made.checked, made.run_ms) == ("eager", None, None)
    assert threads == [1]


def test_what_can_be_captured_in_no_format_is_refused_with_the_last_reason(
    on_cuda: Any, program: Any
) -> None:
    on_cuda.refused = {("captured", "float16")}
    on_cuda.wrong = {("captured", "float32")}
    told: list[str] = []
    with pytest.raises(EngineError, match="captured float32 does not agree with eager"):
        in_process.captured(program, EagerEngine(program), told.append)
    assert told == ["captured float16 is refused; trying float32"]
    assert on_cuda.closed == ["captured float32"]


def test_an_engine_is_timed_where_that_is_wanted(program: Any) -> None:
    run_ms = in_process.eager(program).run_ms
    assert run_ms is not None
    assert run_ms > 0
    assert in_process.eager(program, timed=False).run_ms is None


def test_what_cannot_even_be_closed_is_let_go_of(make_engine: Any) -> None:
    engine = make_engine(lambda image: image)
    engine.close = lambda: 1 / 0
    in_process.close_broken(engine)


def failing(make_engine: Any, closed: list[str], name: str) -> Any:
    """Make an engine that has no memory to run, as torch says it."""

    def run(_: Any) -> Any:
        raise RuntimeError("out of\nmemory")

    engine = make_engine(run, name=name)
    engine.close = lambda: closed.append(name)
    return engine


def test_a_loaded_engine_that_fails_its_first_run_is_closed_and_that_is_told(
    program: Any, make_engine: Any
) -> None:
    closed: list[str] = []
    engine = failing(make_engine, closed, "far")
    with pytest.raises(
        EngineError, match=r"engine far failed when it was tried \(RuntimeError: out of memory\)"
    ):
        in_process.tried_once(engine, Check(1.0, 0.0, 1.0), program)
    assert closed == ["far"]


def test_an_eager_engine_that_fails_its_first_run_is_closed_and_that_is_told(
    program: Any, make_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(eager, "EagerEngine", lambda *_: failing(make_engine, closed, "eager"))
    with pytest.raises(EngineError, match="engine eager failed when it was tried"):
        in_process.eager(program)
    assert closed == ["eager"]


def test_one_that_fails_while_it_is_compared_is_closed_and_the_next_format_is_tried(
    on_cuda: Any, program: Any, make_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def capture(program: Any, device: str, number_format: str) -> Any:
        if number_format == "float16":
            return failing(make_engine, closed, "half")
        return on_cuda.capture(program, device, number_format)

    monkeypatch.setattr("livedream.engines.captured.CapturedEngine", capture)
    told: list[str] = []
    made = in_process.captured(program, EagerEngine(program), told.append)
    assert made.engine.name == "captured float32"
    assert closed == ["half"]
    assert told == ["the engine half failed when it was tried (RuntimeError: out of memory); trying float32"]
