"""The builder with programs that are made in no time and builds that the test is the master of."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from livedream.dream.spec import KernelSpec
from livedream.engines import builder as builder_module
from livedream.engines import captured, compiled, eager, openvino, tensorrt
from livedream.engines import elsewhere as elsewhere_module
from livedream.engines import here as here_module
from livedream.engines.builder import Choice, EngineBuilder, Ready
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check
from livedream.engines.relay import engine_at
from livedream.errors import EngineError

SOON_S = 10.0


class Workshop:
    """Stands in for what builds OpenVINO engines in another process.

    finish: until it is set, builds go on. failing: fingerprint -> why its build fails.
    """

    def __init__(self, make_engine: Callable[..., Any]) -> None:
        self._make_engine = make_engine
        self.finish = threading.Event()
        self.failing: dict[str, str] = {}
        self.built: dict[str, Any] = {}
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.keeps = True

    def load(self, program: Any, cache: EngineCache) -> tuple[Any, Check] | None:
        engine = self.built.get(program.fingerprint())
        return None if engine is None else (engine, Check(1.0, 0.0, 2.5))

    def start(self, program: Any, cache: EngineCache, *, polite: bool = False) -> Any:
        name, cancelled = program.fingerprint(), threading.Event()
        self.begun.append(name)

        def wait() -> None:
            while not self.finish.wait(0.005):
                if cancelled.is_set():
                    raise EngineError("the engine openvino could not be built: exit code -9")
            if name in self.failing:
                raise EngineError(f"the engine openvino could not be built: {self.failing[name]}")
            if self.keeps:
                self.built[name] = self._make_engine(lambda image: image, name="openvino")

        def cancel() -> None:
            self.cancelled.append(name)
            cancelled.set()

        return SimpleNamespace(wait=wait, cancel=cancel)


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch, make_engine: Callable[..., Any]) -> Workshop:
    shop = Workshop(make_engine)
    monkeypatch.setattr(openvino, "runtime", lambda: None)  # nothing here needs it to be installed
    monkeypatch.setattr(openvino, "load", shop.load)
    monkeypatch.setattr(openvino, "Build", shop.start)
    for module in (here_module, elsewhere_module):
        monkeypatch.setattr(module, "torch_device", lambda: "cpu")
    monkeypatch.setattr(builder_module, "candidates", lambda: ("openvino", "compiled", "eager"))
    return shop


class Bench:
    """Builders that are closed when the test ends, and what they told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self._folder, self._builders = folder, []  # type: Path, list[EngineBuilder[Any]]

    def builder(self, choice: Choice) -> EngineBuilder[Any]:
        self._builders.append(EngineBuilder(choice, EngineCache(self._folder), self.told.append))
        return self._builders[-1]

    def close(self) -> None:
        for builder in self._builders:
            builder.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def take(builder: EngineBuilder[Any]) -> Ready[Any]:
    ready = builder.take(SOON_S)
    assert ready is not None, "nothing was ready in time"
    return ready


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)


def builders_alive() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine builder"]


def test_eager_is_ready_at_once_and_is_its_own_reference(bench: Bench, program: Any) -> None:
    builder = bench.builder("eager")
    builder.request(program, stopgap=True)
    ready = take(builder)
    assert ready.program == program
    assert ready.engine.name.startswith("eager")
    assert not ready.stopgap
    assert ready.checked is None
    assert ready.run_ms is not None
    assert ready.run_ms > 0
    assert ready.build_s > 0
    assert builder.take() is None, "there is one engine only"


def test_the_stopgap_comes_while_the_fast_one_is_built(
    bench: Bench, workshop: Workshop, program: Any
) -> None:
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    stopgap = take(builder)
    assert stopgap.stopgap
    assert re.fullmatch(r"openvino, \d+ s", builder.building)
    assert builder.take() is None, "the fast one is not built yet"
    inputs = program.example()
    assert not np.array_equal(stopgap.engine.run(inputs), inputs[0]), "the stopgap dreams already"
    workshop.finish.set()
    fast = take(builder)
    assert not fast.stopgap
    assert fast.engine is workshop.built[program.fingerprint()]
    assert fast.checked == Check(1.0, 0.0, 2.5)
    assert fast.build_s > stopgap.build_s
    until(lambda: builder.building == "")
    assert bench.told == []


def test_without_a_stopgap_only_the_fast_one_comes(bench: Bench, workshop: Workshop, program: Any) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    assert not take(builder).stopgap
    assert builder.take() is None


def test_what_is_in_the_cache_needs_no_stopgap_and_no_build(
    bench: Bench, workshop: Workshop, program: Any, make_engine: Callable[..., Any]
) -> None:
    workshop.built[program.fingerprint()] = engine = make_engine(lambda image: image)
    builder = bench.builder("auto")
    builder.request(program, stopgap=True)
    ready = take(builder)
    assert ready.engine is engine
    assert not ready.stopgap
    assert workshop.begun == []


def test_under_auto_an_engine_that_fails_is_told_and_the_next_is_taken(
    bench: Bench, workshop: Workshop, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_compiler(*_: Any, **__: Any) -> None:
        raise EngineError("torch.compile cannot build the kernel for cpu: no compiler")

    workshop.failing[program.fingerprint()] = "an unknown operation"
    workshop.finish.set()
    monkeypatch.setattr(compiled, "load", no_compiler)
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    ready = take(builder)
    assert ready.engine.name == "eager"
    assert not ready.stopgap
    assert bench.told == [
        "the engine openvino could not be built: an unknown operation; trying compiled",
        "torch.compile cannot build the kernel for cpu: no compiler; trying eager",
    ]


def test_after_a_stopgap_the_next_engine_has_the_whole_processor_again(
    bench: Bench, workshop: Workshop, program: Any, monkeypatch: pytest.MonkeyPatch
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
        assert take(builder).stopgap
        assert not take(builder).stopgap
        assert threads == [2]
    finally:
        torch.set_num_threads(before)


def test_compiled_is_built_in_another_process_while_eager_dreams(
    bench: Bench, workshop: Workshop, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def start(*given: Any, device: str, number_format: str, polite: bool) -> Any:
        asked.append((device, number_format))
        return workshop.start(*given, polite=polite)

    monkeypatch.setattr(compiled, "load", lambda program, cache, device: workshop.load(program, cache))
    monkeypatch.setattr(compiled, "Build", start)
    monkeypatch.setattr(compiled, "CompiledEngine", lambda *_: pytest.fail("it was compiled here"))
    builder = bench.builder("compiled")
    builder.request(program, stopgap=True)
    stopgap = take(builder)
    assert (stopgap.engine.name, stopgap.stopgap) == ("eager", True)
    workshop.finish.set()
    fast = take(builder)
    assert fast.engine is workshop.built[program.fingerprint()]
    assert not fast.stopgap
    assert asked == [("cpu", "float32")]


def test_the_engine_that_was_asked_for_by_name_has_no_alternative(
    bench: Bench, workshop: Workshop, program: Any
) -> None:
    workshop.failing[program.fingerprint()] = "an unknown operation"
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    assert take(builder).stopgap
    with pytest.raises(EngineError, match="openvino could not be built: an unknown operation"):
        builder.take(SOON_S)
    with pytest.raises(EngineError):
        builder.take()
    assert bench.told == []


def test_that_openvino_is_not_installed_is_told_with_the_way_out(
    bench: Bench, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    with pytest.raises(EngineError, match="openvino is not installed; pip install openvino"):
        builder.take(SOON_S)


def test_an_engine_that_the_cache_does_not_keep_is_told(
    bench: Bench, workshop: Workshop, program: Any, tmp_path: Path
) -> None:
    workshop.keeps = False
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    with pytest.raises(EngineError, match=f"{tmp_path.name} does not keep it"):
        builder.take(SOON_S)


def test_of_requests_not_yet_begun_the_newest_wins(
    bench: Bench, workshop: Workshop, make_program: Callable[..., Any]
) -> None:
    builder = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    until(lambda: workshop.begun == ["first 8"])
    for name in ("second", "third", "fourth"):
        builder.request(make_program(name), stopgap=False)
    workshop.finish.set()
    while take(builder).program.name != "fourth":
        pass
    assert workshop.begun == ["first 8", "fourth 8"]


def test_one_after_the_other_is_built(
    bench: Bench, workshop: Workshop, make_program: Callable[..., Any]
) -> None:
    workshop.finish.set()
    builder = bench.builder("auto")
    for name in ("first", "second", "first"):
        builder.request(make_program(name), stopgap=False)
        assert take(builder).program.name == name
    assert workshop.begun == ["first 8", "second 8"], "the third came from the cache"


def test_nothing_is_ready_before_it_is_asked_for_and_taking_waits_no_longer_than_told(bench: Bench) -> None:
    builder = bench.builder("eager")
    start = time.perf_counter()
    assert builder.take() is None
    assert builder.take(0.05) is None
    assert 0.04 < time.perf_counter() - start < 5.0


@pytest.mark.parametrize("choice", ["openvino", "auto"])
def test_closing_ends_a_build_at_once_and_starts_no_other(
    bench: Bench,
    workshop: Workshop,
    program: Any,
    monkeypatch: pytest.MonkeyPatch,
    choice: Choice,
) -> None:
    others: list[str] = []
    monkeypatch.setattr(compiled, "load", lambda *_, **__: others.append("compiled"))
    builder = bench.builder(choice)
    builder.request(program, stopgap=False)
    until(lambda: workshop.begun)
    start = time.perf_counter()
    builder.close()
    assert time.perf_counter() - start < 0.9
    until(lambda: not builders_alive())
    assert workshop.cancelled == [program.fingerprint()]
    assert bench.told == [], "that it was cancelled is no fault"
    assert others == []


def test_closing_while_a_build_is_about_to_start_leaves_none_behind(
    bench: Bench, workshop: Workshop, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, go_on = threading.Event(), threading.Event()

    def start_slowly(program: Any, cache: EngineCache, **_: Any) -> Any:
        starting.set()
        go_on.wait(SOON_S)
        return workshop.start(program, cache)

    monkeypatch.setattr(openvino, "Build", start_slowly)
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    assert starting.wait(SOON_S)
    closing = threading.Thread(target=builder.close)
    closing.start()
    time.sleep(0.05)
    go_on.set()
    closing.join()
    try:
        until_cancelled = time.monotonic() + 1.0
        while not workshop.cancelled and time.monotonic() < until_cancelled:
            time.sleep(0.01)
        assert workshop.cancelled == workshop.begun
    finally:
        workshop.finish.set()


def test_closing_twice_or_unused_does_no_harm_and_nothing_comes_after(bench: Bench, program: Any) -> None:
    builder = bench.builder("eager")
    builder.close()
    builder.close()
    builder.request(program, stopgap=False)
    start = time.perf_counter()
    assert builder.take(5.0) is None
    assert time.perf_counter() - start < 1.0
    until(lambda: not builders_alive())


def test_any_other_fault_of_the_worker_reaches_who_takes(
    bench: Bench, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(self: Any) -> None:
        raise ZeroDivisionError("in make")

    monkeypatch.setattr(type(program), "make", fault)
    builder = bench.builder("eager")
    builder.request(program, stopgap=False)
    with pytest.raises(ZeroDivisionError, match="in make"):
        builder.take(SOON_S)


def test_many_threads_may_take_and_each_engine_is_taken_once(
    bench: Bench, workshop: Workshop, program: Any
) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    taken: list[Any] = []
    threads = [threading.Thread(target=lambda: taken.append(builder.take(1.0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    builder.request(program, stopgap=True)
    for thread in threads:
        thread.join()
    names = [ready.engine.name for ready in taken if ready is not None]
    assert sorted(names) == ["eager", "openvino"]


class OnCuda:
    """A machine with a GPU that is played: what torch would make there, and what is built elsewhere.

    refused, wrong: the engines that cannot be made and those that do not agree, with number format.
    """

    def __init__(self, make_engine: Callable[..., Any], right: Any) -> None:
        self._make_engine, self._right = make_engine, right
        self.refused: set[tuple[str, str]] = set()
        self.wrong: set[tuple[str, str]] = set()
        self.closed: list[str] = []
        self.compiled: Any = None

    def make(self, name: str, number_format: str) -> Any:
        if (name, number_format) in self.refused:
            raise EngineError(f"{name} {number_format} is refused")
        image = 1 - self._right if (name, number_format) in self.wrong else self._right
        engine = self._make_engine(lambda _: image.copy(), name=f"{name} {number_format}")
        engine.close = lambda: self.closed.append(engine.name)
        return engine

    def capture(self, program: Any, device: str, number_format: str = "float32") -> Any:
        assert device == "cuda"
        return self.make("captured", number_format)

    def load(self, program: Any, cache: EngineCache, device: str) -> Any:
        assert device == "cuda"
        return None if self.compiled is None else (self.compiled, Check(1.0, 0.0, 2.5))

    def start(self, *_: Any, device: str, number_format: str, polite: bool) -> Any:
        def wait() -> None:
            self.compiled = self.make("compiled", number_format)

        return SimpleNamespace(wait=wait, cancel=lambda: None)


@pytest.fixture
def on_cuda(
    workshop: Workshop, program: Any, make_engine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> OnCuda:
    machine = OnCuda(make_engine, EagerEngine(program).run(program.example()))
    for module in (here_module, elsewhere_module):
        monkeypatch.setattr(module, "torch_device", lambda: "cuda")
    monkeypatch.setattr(builder_module, "candidates", lambda: ("tensorrt", "compiled", "captured", "eager"))
    monkeypatch.setattr(captured, "CapturedEngine", machine.capture)
    monkeypatch.setattr(compiled, "load", machine.load)
    monkeypatch.setattr(compiled, "Build", machine.start)
    monkeypatch.setattr(eager, "EagerEngine", lambda program, *_: EagerEngine(program))
    return machine


def test_on_cuda_each_engine_that_fails_is_told_and_half_precision_is_tried_first(
    bench: Bench, on_cuda: OnCuda, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_installed(*_: Any, flavour: str) -> None:
        raise EngineError(f"the engine {flavour} is not installed")

    monkeypatch.setattr(tensorrt, "load", not_installed)
    on_cuda.refused = {("compiled", "float16"), ("compiled", "float32"), ("captured", "float16")}
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    assert take(builder).engine.name == "captured float32"
    assert bench.told == [
        "the engine tensorrt is not installed; trying compiled",
        "compiled float16 is refused; trying float32",
        "compiled float32 is refused; trying captured",
        "captured float16 is refused; trying float32",
    ]


def test_on_cuda_one_stopgap_bridges_the_formats_that_compiled_is_built_in(
    bench: Bench, on_cuda: OnCuda, program: Any
) -> None:
    on_cuda.refused = {("compiled", "float16")}
    builder = bench.builder("compiled")
    builder.request(program, stopgap=True)
    assert [take(builder).engine.name, take(builder).engine.name] == ["captured float32", "compiled float32"]
    assert bench.told == ["compiled float16 is refused; trying float32"]
    assert builder.take() is None


def test_a_captured_engine_that_does_not_agree_is_told_and_closed(
    bench: Bench, on_cuda: OnCuda, program: Any
) -> None:
    on_cuda.wrong = {("captured", "float16")}
    builder = bench.builder("captured")
    builder.request(program, stopgap=False)
    assert take(builder).engine.name == "captured float32"
    (sentence,) = bench.told
    assert "captured float16 does not agree with eager" in sentence
    assert sentence.endswith("; trying float32")
    assert on_cuda.closed == ["captured float16"]


def test_on_cuda_a_captured_engine_dreams_until_tensorrt_is_built(
    bench: Bench, on_cuda: OnCuda, workshop: Workshop, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorrt, "load", lambda program, cache, flavour: workshop.load(program, cache))
    monkeypatch.setattr(
        tensorrt, "Build", lambda *given, flavour, polite: workshop.start(*given, polite=polite)
    )
    builder = bench.builder("tensorrt")
    builder.request(program, stopgap=True)
    stopgap = take(builder)
    assert (stopgap.engine.name, stopgap.stopgap) == ("captured float32", True)
    workshop.finish.set()
    assert not take(builder).stopgap


def test_captured_needs_a_gpu(bench: Bench, workshop: Workshop, program: Any) -> None:
    builder = bench.builder("captured")
    builder.request(program, stopgap=True)
    with pytest.raises(EngineError, match=r"the engine captured needs an NVIDIA GPU .* take eager"):
        take(builder)


@dataclass(frozen=True)
class Whole:
    """A program whose parts take turns."""

    parts: tuple[Any, ...]

    def fingerprint(self) -> str:
        return "whole"

    def describe(self) -> dict[str, Any]:
        return {"network": "whole"}

    def make(self, number_format: str = "float32") -> Any:
        pytest.fail("its parts are made")

    def example(self) -> list[Any]:
        pytest.fail("its parts are tried")


@pytest.fixture
def whole(make_program: Callable[..., Any]) -> Whole:
    return Whole((make_program("low"), make_program("mid"), make_program("high")))


PARTS = ["low 8", "mid 8", "high 8"]


def turns(ready: Ready[Any]) -> list[Any]:
    return [engine_at(ready.engine, number) for number in range(3)]


def test_of_parts_that_take_turns_each_is_built_once_behind_one_stopgap(
    bench: Bench, workshop: Workshop, whole: Whole
) -> None:
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=True)
    stopgap = take(builder)
    assert (stopgap.stopgap, stopgap.engine.name, stopgap.run_ms) == (True, "eager", None)
    for part, engine in zip(whole.parts, turns(stopgap), strict=True):
        assert not np.array_equal(engine.run(part.example()), part.example()[0])
    workshop.finish.set()
    ready = take(builder)
    assert workshop.begun == PARTS
    assert turns(ready) == [workshop.built[name] for name in PARTS]
    assert (ready.program, ready.stopgap, ready.engine.name) == (whole, False, "openvino")
    assert (ready.checked, ready.run_ms) == (Check(1.0, 0.0, 2.5), 2.5)
    assert builder.take() is None


def test_only_those_parts_are_built_that_are_not_in_the_cache(
    bench: Bench, workshop: Workshop, whole: Whole, make_engine: Callable[..., Any]
) -> None:
    workshop.built["mid 8"] = make_engine(lambda image: image)
    workshop.finish.set()
    builder = bench.builder("auto")
    builder.request(whole, stopgap=False)
    assert turns(take(builder))[1] is workshop.built["mid 8"]
    assert workshop.begun == ["low 8", "high 8"]


def test_the_worst_part_and_the_mean_time_are_told(
    bench: Bench, workshop: Workshop, whole: Whole, monkeypatch: pytest.MonkeyPatch,
    make_engine: Callable[..., Any],
) -> None:  # fmt: skip
    checks = {"low 8": Check(0.99, 0.3, 1.0), "mid 8": Check(0.97, 0.1, 2.0), "high 8": Check(1.0, 0.0, 6.0)}
    monkeypatch.setattr(
        openvino, "load", lambda part, _: (make_engine(lambda image: image), checks[part.fingerprint()])
    )
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    ready = take(builder)
    assert (ready.checked, ready.run_ms) == (Check(0.97, 0.3, 3.0), 3.0)


def test_if_one_part_fails_the_others_are_closed_and_the_next_engine_makes_them_all(
    bench: Bench, workshop: Workshop, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def load(part: Any, cache: EngineCache) -> Any:
        loaded = workshop.load(part, cache)
        if loaded is not None:
            loaded[0].close = lambda: closed.append(part.fingerprint())
        return loaded

    monkeypatch.setattr(openvino, "load", load)
    monkeypatch.setattr(builder_module, "candidates", lambda: ("openvino", "eager"))
    workshop.failing["high 8"] = "an unknown operation"
    workshop.finish.set()
    builder = bench.builder("auto")
    builder.request(whole, stopgap=False)
    ready = take(builder)
    assert [engine.name for engine in turns(ready)] == ["eager"] * 3
    assert ready.run_ms is not None
    assert closed == ["mid 8", "low 8"]
    assert bench.told == ["the engine openvino could not be built: an unknown operation; trying eager"]


def test_a_newer_request_ends_the_building_of_parts(
    bench: Bench, workshop: Workshop, whole: Whole, make_program: Callable[..., Any]
) -> None:
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    until(lambda: workshop.begun == ["low 8"])
    builder.request(make_program("newer"), stopgap=False)
    workshop.finish.set()
    assert take(builder).program.name == "newer"
    assert workshop.begun == ["low 8", "newer 8"]
    assert workshop.cancelled == ["low 8"]
    assert bench.told == []


def test_a_request_that_comes_between_two_parts_ends_the_building_too(
    bench: Bench, workshop: Workshop, whole: Whole, make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    workshop.finish.set()
    newer = make_program("newer")

    def load(part: Any, cache: EngineCache) -> Any:
        loaded = workshop.load(part, cache)
        if part.name == "low" and loaded is not None:
            builder.request(newer, stopgap=False)
        return loaded

    monkeypatch.setattr(openvino, "load", load)
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    assert take(builder).program is newer
    assert workshop.begun == ["low 8", "newer 8"]
    assert bench.told == []


def test_closing_cancels_the_part_that_is_being_built_and_starts_no_other(
    bench: Bench, workshop: Workshop, whole: Whole
) -> None:
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    until(lambda: workshop.begun)
    builder.close()
    until(lambda: not builders_alive())
    assert workshop.begun == workshop.cancelled == ["low 8"]


def test_on_cuda_each_part_is_captured_behind_one_stopgap(
    bench: Bench, on_cuda: OnCuda, whole: Whole
) -> None:
    builder = bench.builder("captured")
    builder.request(whole, stopgap=True)
    stopgap, ready = take(builder), take(builder)
    assert [engine.name for engine in turns(stopgap)] == ["eager"] * 3
    assert [engine.name for engine in turns(ready)] == ["captured float16"] * 3
    assert ready.checked is not None
    assert ready.checked.cosine > 0.99
    assert builder.take() is None


def test_the_parts_of_a_real_kernel_are_what_its_engine_holds(bench: Bench, small_spec: KernelSpec) -> None:
    spread = replace(small_spec, spread=True)
    builder = bench.builder("eager")
    builder.request(spread, stopgap=False)
    ready = take(builder)
    for number in range(4):
        part = spread.parts[number % 2]
        expected = EagerEngine(part).run(part.example())
        assert (engine_at(ready.engine, number).run(part.example()) == expected).all()
