"""The builder with programs that are made in no time and builds that the test is the master of."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

from livedream.engines import compiled, maker, openvino, shelf, tensorrt
from livedream.engines.build_job import Ahead
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check
from livedream.engines.maker import Choice
from livedream.errors import EngineError

SOON_S = 60.0


def builders_alive() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine builder"]


def test_eager_is_ready_at_once_and_is_its_own_reference(bench: Any, program: Any) -> None:
    builder = bench.builder("eager")
    builder.request(program, stopgap=True)
    ready = bench.take(builder)
    assert ready.program == program
    assert ready.engine.name.startswith("eager")
    assert not ready.stopgap
    assert ready.checked is None
    assert ready.run_ms is not None
    assert ready.run_ms > 0
    assert ready.build_s > 0
    assert builder.take() is None, "there is one engine only"


def test_the_stopgap_comes_while_the_fast_one_is_built(bench: Any, workshop: Any, program: Any) -> None:
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    stopgap = bench.take(builder)
    assert stopgap.stopgap
    assert re.fullmatch(r"openvino, \d+ s", builder.building)
    assert builder.take() is None, "the fast one is not built yet"
    inputs = program.example()
    assert not np.array_equal(stopgap.engine.run(inputs), inputs[0]), "the stopgap dreams already"
    workshop.finish.set()
    fast = bench.take(builder)
    assert not fast.stopgap
    assert fast.engine is workshop.built[program.fingerprint()]
    assert fast.checked == Check(1.0, 0.0, 2.5)
    assert fast.build_s > stopgap.build_s
    bench.until(lambda: builder.building == "")
    assert bench.told == []


def test_a_stopgap_that_fails_is_followed_by_another_while_the_fast_one_is_built_anew(
    bench: Any, workshop: Any, program: Any
) -> None:
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    first = bench.take(builder)
    builder.discard(first)
    bench.until(lambda: workshop.cancelled)
    builder.request(program, stopgap=True)
    second = bench.take(builder)
    assert second.stopgap
    assert second.engine is not first.engine
    workshop.finish.set()
    assert not bench.take(builder).stopgap
    assert bench.told == []


def test_without_a_stopgap_only_the_fast_one_comes(bench: Any, workshop: Any, program: Any) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    assert not bench.take(builder).stopgap
    assert builder.take() is None


def test_what_is_in_the_cache_needs_no_stopgap_and_no_build(
    bench: Any, workshop: Any, program: Any, make_engine: Callable[..., Any]
) -> None:
    workshop.built[program.fingerprint()] = engine = make_engine(lambda image: image)
    builder = bench.builder("auto")
    builder.request(program, stopgap=True)
    ready = bench.take(builder)
    assert ready.engine is engine
    assert not ready.stopgap
    assert workshop.begun == []


def test_what_is_begun_with_is_there_when_it_is_requested_and_loaded_once(
    bench: Any, workshop: Any, program: Any, make_engine: Callable[..., Any]
) -> None:
    workshop.built[program.fingerprint()] = engine = make_engine(lambda image: image)
    builder = bench.builder("auto")
    builder.begin(program)
    bench.until(lambda: builder.state(program) == "ready")
    assert builder.take() is None, "nobody has asked for it"
    builder.request(program, stopgap=True)
    assert bench.take(builder).engine is engine
    assert workshop.loads == [program.fingerprint()]
    assert workshop.warmed == []


def test_what_is_begun_with_and_has_to_be_built_finds_its_process_ready(
    bench: Any, workshop: Any, program: Any, tmp_path: Path
) -> None:
    builder = bench.builder("auto")
    builder.begin(program)
    bench.until(lambda: workshop.warmed)
    assert workshop.warmed == [tmp_path]
    bench.until(lambda: not builder.is_busy)
    assert workshop.begun == [], "nobody has asked for it"
    builder.request(program, stopgap=True)
    assert bench.take(builder).stopgap
    workshop.finish.set()
    assert not bench.take(builder).stopgap
    assert workshop.polite == [False]


def test_a_request_while_the_cache_is_read_gets_its_stopgap_if_nothing_is_there(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def load(program: Any, cache: EngineCache) -> Any:
        reading.set()
        assert go_on.wait(SOON_S)
        return workshop.load(program, cache)

    monkeypatch.setattr(openvino, "load", load)
    builder = bench.builder("openvino")
    builder.begin(program)
    assert reading.wait(SOON_S)
    builder.request(program, stopgap=True)
    go_on.set()
    assert bench.take(builder).stopgap
    workshop.finish.set()
    assert not bench.take(builder).stopgap


def test_after_what_was_begun_with_runs_a_request_that_fails_ends_nothing_and_is_handed_over_once(
    bench: Any, workshop: Any, make_program: Callable[..., Any], make_engine: Callable[..., Any]
) -> None:
    first, second = make_program("first"), make_program("second")
    workshop.built[first.fingerprint()] = make_engine(lambda image: image)
    workshop.failing[second.fingerprint()] = "no luck"
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.begin(first)
    bench.until(lambda: builder.state(first) == "ready")
    builder.request(first, stopgap=True)
    bench.take(builder)
    builder.request(second, stopgap=False)
    bench.until(lambda: builder._failure)
    failure = builder.take_failure()
    assert failure is not None
    assert failure.program is second
    assert str(failure.fault).endswith("no luck")
    assert builder.take_failure() is None
    assert bench.told == []
    assert builder.take() is None


def test_another_program_than_was_begun_with_comes_all_the_same(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    begun, asked = make_program("begun"), make_program("asked")
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.begin(begun)
    builder.request(asked, stopgap=False)
    assert bench.take(builder).program == asked
    assert workshop.begun == [asked.fingerprint()]


def test_under_auto_an_engine_that_fails_is_told_and_the_next_is_taken(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_compiler(*_: Any, **__: Any) -> None:
        raise EngineError("torch.compile cannot build the kernel for cpu: no compiler")

    workshop.failing[program.fingerprint()] = "an unknown operation"
    workshop.finish.set()
    monkeypatch.setattr(compiled, "load", no_compiler)
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    ready = bench.take(builder)
    assert ready.engine.name == "eager"
    assert not ready.stopgap
    assert bench.told == [
        "the engine openvino could not be built: an unknown operation; trying compiled",
        "torch.compile cannot build the kernel for cpu: no compiler; trying eager",
    ]


@pytest.mark.parametrize("stage", ["loads", "first run"])
@pytest.mark.parametrize("begins", [False, True])
def test_under_auto_one_that_fails_when_it_is_loaded_or_first_run_is_passed_over(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch, stage: str, begins: bool
) -> None:
    def out_of_memory(*_: Any) -> Any:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    workshop.built[program.fingerprint()] = workshop._make_engine(out_of_memory, name="openvino")
    if stage == "loads":
        monkeypatch.setattr(openvino, "load", out_of_memory)
    builder = bench.builder("auto")
    if begins:
        builder.begin(program)
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "eager"
    what = "cannot be made" if stage == "loads" else "failed when it was tried"
    assert bench.told == [f"the engine openvino {what} (RuntimeError: out of memory); trying eager"]


def test_without_a_stopgap_for_the_meantime_the_dream_begins_with_what_is_built(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_memory(self: Any, *_: Any) -> Any:
        raise MemoryError("no room")

    monkeypatch.setattr(type(program), "make", out_of_memory)
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    workshop.finish.set()
    ready = bench.take(builder)
    assert (ready.engine.name, ready.stopgap) == ("openvino", False)
    assert bench.told == [
        "the engine eager cannot be made (MemoryError: no room); the dream begins with what is built"
    ]


def test_the_engine_that_was_asked_for_by_name_has_no_alternative(
    bench: Any, workshop: Any, program: Any
) -> None:
    workshop.failing[program.fingerprint()] = "an unknown operation"
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    assert bench.take(builder).stopgap
    with pytest.raises(EngineError, match="openvino could not be built: an unknown operation"):
        builder.take(SOON_S)
    assert builder.take() is None, "it was told"
    assert bench.told == []


def test_a_first_engine_that_could_not_be_built_may_be_requested_again(
    bench: Any, workshop: Any, program: Any
) -> None:
    workshop.failing[program.fingerprint()] = "no memory"
    workshop.finish.set()
    builder = bench.builder("openvino")
    for _ in range(2):
        builder.request(program, stopgap=False)
        with pytest.raises(EngineError, match="no memory"):
            bench.take(builder)
    workshop.failing.clear()
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "openvino"
    assert bench.told == []


def test_why_an_earlier_request_failed_is_not_told_of_a_later_one(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    workshop.failing["first 8"] = "no memory"
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    bench.until(lambda: builder._refusal)
    builder.request(make_program("second"), stopgap=False)
    assert bench.take(builder).program.name == "second"


def test_an_engine_that_the_cache_does_not_keep_is_told(
    bench: Any, workshop: Any, program: Any, tmp_path: Path
) -> None:
    workshop.keeps = False
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    with pytest.raises(EngineError, match=f"could not be stored in .*{tmp_path.name}"):
        builder.take(SOON_S)


def test_a_cache_that_cannot_be_written_to_is_told_once_and_the_fast_engine_comes(
    workshop: Any, program: Any, make_program: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    told: list[str] = []
    cache = EngineCache(tmp_path / "file" / "engines")
    builder: EngineBuilder[Any] = EngineBuilder("openvino", cache, told.append)
    workshop.finish.set()
    try:
        for asked in (program, make_program("another")):
            builder.request(asked, stopgap=False)
            ready = builder.take(SOON_S)
            assert ready is not None
            assert ready.engine.name == "openvino"
    finally:
        builder.close()
    (sentence,) = told
    assert sentence.startswith(f"engines cannot be stored in {tmp_path / 'file' / 'engines'} (")


def test_what_needs_no_build_needs_no_folder(
    workshop: Any, program: Any, make_engine: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    told: list[str] = []
    workshop.built[program.fingerprint()] = make_engine(lambda image: image)
    builder: EngineBuilder[Any] = EngineBuilder("openvino", EngineCache(tmp_path / "file"), told.append)
    try:
        builder.request(program, stopgap=False)
        assert builder.take(SOON_S) is not None
    finally:
        builder.close()
    assert told == []


def test_of_requests_not_yet_begun_the_newest_wins(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    builder = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    bench.until(lambda: workshop.begun == ["first 8"])
    for name in ("second", "third", "fourth"):
        builder.request(make_program(name), stopgap=False)
    workshop.finish.set()
    while bench.take(builder).program.name != "fourth":
        pass
    assert workshop.begun == ["first 8", "fourth 8"]


def test_one_after_the_other_is_built(bench: Any, workshop: Any, make_program: Callable[..., Any]) -> None:
    workshop.finish.set()
    builder = bench.builder("auto")
    for name in ("first", "second", "first"):
        builder.request(make_program(name), stopgap=False)
        assert bench.take(builder).program.name == name
    assert workshop.begun == ["first 8", "second 8"], "the third came from the cache"


def test_nothing_is_ready_before_it_is_asked_for_and_taking_waits_no_longer_than_told(bench: Any) -> None:
    builder = bench.builder("eager")
    start = time.perf_counter()
    assert builder.take() is None
    assert builder.take(0.05) is None
    assert time.perf_counter() - start > 0.04


@pytest.mark.parametrize("choice", ["openvino", "auto"])
def test_closing_ends_a_build_at_once_and_starts_no_other(
    bench: Any,
    workshop: Any,
    program: Any,
    monkeypatch: pytest.MonkeyPatch,
    choice: Choice,
) -> None:
    others: list[str] = []
    monkeypatch.setattr(compiled, "load", lambda *_, **__: others.append("compiled"))
    builder = bench.builder(choice)
    builder.request(program, stopgap=False)
    bench.until(lambda: workshop.begun)
    builder.close()
    bench.until(lambda: not builders_alive())
    assert workshop.cancelled == [program.fingerprint()]
    assert bench.told == [], "that it was cancelled is no fault"
    assert others == []


def test_closing_while_a_build_is_about_to_start_leaves_none_behind(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, go_on, real = threading.Event(), threading.Event(), workshop.begin

    def start_slowly(program: Any, cache: EngineCache, **_: Any) -> Any:
        starting.set()
        go_on.wait(SOON_S)
        return real(program, cache)

    monkeypatch.setattr(workshop, "begin", start_slowly)
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    assert starting.wait(SOON_S)
    closing = threading.Thread(target=builder.close)
    closing.start()
    time.sleep(0.05)
    go_on.set()
    closing.join()
    try:
        bench.until(lambda: workshop.cancelled == workshop.begun)
    finally:
        workshop.finish.set()


def test_the_end_waits_half_a_minute_for_an_engine_that_is_being_loaded_and_no_longer(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, go_on, joins = threading.Event(), threading.Event(), []  # type: Any, Any, list[float]

    def load(program: Any, cache: EngineCache) -> Any:
        loading.set()
        assert go_on.wait(SOON_S)
        return workshop.make("late"), Check(1.0, 0.0, 2.5)

    monkeypatch.setattr(openvino, "load", load)
    builder = bench.builder("openvino")
    builder.request(program, stopgap=False)
    assert loading.wait(SOON_S)
    thread = builder._thread
    monkeypatch.setattr(thread, "join", joins.append)
    builder.close()
    assert sum(joins) == pytest.approx(30.0, abs=5.0)
    assert bench.told == ["an engine is still being loaded; the end waits for it, for at most 30 s"]
    go_on.set()
    bench.until(lambda: not thread.is_alive())
    assert builder.take() is None, "what comes after the end is nobody's"


def test_closing_twice_or_unused_does_no_harm_and_nothing_comes_after(bench: Any, program: Any) -> None:
    builder = bench.builder("eager")
    builder.close()
    builder.close()
    builder.request(program, stopgap=False)
    start = time.perf_counter()
    assert builder.take(100.0) is None
    assert time.perf_counter() - start < 60.0
    bench.until(lambda: not builders_alive())


def test_many_threads_may_take_and_each_engine_is_taken_once(bench: Any, workshop: Any, program: Any) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    taken: list[Any] = []
    threads = [threading.Thread(target=lambda: taken.append(builder.take(60.0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    builder.request(program, stopgap=True)
    bench.until(lambda: len(taken) == 2)
    builder.close()  # which the others notice
    for thread in threads:
        thread.join()
    names = [ready.engine.name for ready in taken if ready is not None]
    assert sorted(names) == ["eager", "openvino"]


def test_on_cuda_each_engine_that_fails_is_told_and_half_precision_is_tried_first(
    bench: Any, on_cuda: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_installed(*_: Any, flavour: str) -> None:
        raise EngineError(f"the engine {flavour} is not installed")

    monkeypatch.setattr(tensorrt, "load", not_installed)
    on_cuda.refused = {("compiled", "float16"), ("compiled", "float32"), ("captured", "float16")}
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "captured float32"
    assert bench.told == [
        "the engine tensorrt is not installed; trying compiled",
        "compiled float16 is refused; trying float32",
        "compiled float32 is refused; trying captured",
        "captured float16 is refused; trying float32",
    ]


def test_only_those_parts_are_built_that_are_not_in_the_cache(
    bench: Any, workshop: Any, whole: Any, make_engine: Callable[..., Any]
) -> None:
    workshop.built["mid 8"] = make_engine(lambda image: image)
    workshop.finish.set()
    builder = bench.builder("auto")
    builder.request(whole, stopgap=False)
    assert whole.turns(bench.take(builder))[1] is workshop.built["mid 8"]
    assert workshop.begun == ["low 8", "high 8"]


def test_if_one_part_fails_the_others_are_closed_and_the_next_engine_makes_them_all(
    bench: Any, workshop: Any, whole: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def load(part: Any, cache: EngineCache) -> Any:
        loaded = workshop.load(part, cache)
        if loaded is not None:
            loaded[0].close = lambda: closed.append(part.fingerprint())
        return loaded

    monkeypatch.setattr(openvino, "load", load)
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    workshop.failing["high 8"] = "an unknown operation"
    workshop.finish.set()
    builder = bench.builder("auto")
    builder.request(whole, stopgap=False)
    ready = bench.take(builder)
    assert [engine.name for engine in whole.turns(ready)] == ["eager"] * 3
    assert ready.run_ms is not None
    assert closed == ["mid 8", "low 8"]
    assert bench.told == ["the engine openvino could not be built: an unknown operation; trying eager"]


def test_a_newer_request_ends_the_building_of_parts(
    bench: Any, workshop: Any, whole: Any, make_program: Callable[..., Any]
) -> None:
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    bench.until(lambda: workshop.begun == ["low 8"])
    builder.request(make_program("newer"), stopgap=False)
    workshop.finish.set()
    assert bench.take(builder).program.name == "newer"
    assert workshop.begun == ["low 8", "newer 8"]
    assert workshop.cancelled == ["low 8"]
    assert bench.told == []


def test_a_request_that_comes_between_two_parts_ends_the_building_too(
    bench: Any,
    workshop: Any,
    whole: Any,
    make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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
    assert bench.take(builder).program is newer
    assert workshop.begun == ["low 8", "newer 8"]
    assert bench.told == []


def test_closing_cancels_the_part_that_is_being_built_and_starts_no_other(
    bench: Any, workshop: Any, whole: Any
) -> None:
    builder = bench.builder("openvino")
    builder.request(whole, stopgap=False)
    bench.until(lambda: workshop.begun)
    builder.close()
    bench.until(lambda: not builders_alive())
    assert workshop.begun == workshop.cancelled == ["low 8"]


def test_an_engine_that_is_not_asked_for_any_more_is_not_handed_over(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    """Two presets in quick succession: the first one's engine is on the disk, the second one's is not."""
    workshop.built["on the disk 8"] = workshop.make("on the disk")
    builder = bench.builder("openvino")
    builder.request(make_program("on the disk"), stopgap=False)
    bench.until(lambda: builder._shelf.offered)
    builder.request(make_program("not there"), stopgap=False)
    assert builder.take() is None
    workshop.finish.set()
    assert bench.take(builder).program.name == "not there"
    assert builder.take() is None


def test_what_there_is_no_room_for_is_closed_by_the_builder_s_thread(
    bench: Any, workshop: Any, make_program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: Queue[tuple[str, str]] = Queue()
    for name in ("first", "second"):
        workshop.built[f"{name} 8"] = engine = workshop.make(name)
        engine.close = lambda name=name: closed.put((name, threading.current_thread().name))
    builder, taken = bench.builder("openvino"), []
    for name in ("first", "second"):
        builder.request(make_program(name), stopgap=False)
        taken.append(bench.take(builder))
    for ready in reversed(taken):
        builder.give_back(ready)
    assert closed.get(timeout=60) == ("second", "engine builder"), "a show would miss a frame meanwhile"
    assert closed.empty()


def test_what_was_used_comes_back_at_once_and_is_loaded_once(
    bench: Any, workshop: Any, make_program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    first, second = make_program("first"), make_program("second")
    builder.request(first, stopgap=False)
    builder.give_back(bench.take(builder))
    builder.request(second, stopgap=False)
    bench.take(builder)
    monkeypatch.setattr(openvino, "load", lambda *_: pytest.fail("it is loaded already"))
    builder.request(first, stopgap=False)
    ready = builder.take()
    assert ready is not None
    assert ready.program is first


def test_what_may_come_is_made_ahead_with_a_low_priority_when_nothing_is_asked_for(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    first, likely, stored = make_program("first"), make_program("likely"), make_program("stored")
    builder.prepare(lambda: Ahead(load=[first, likely], store=[likely, stored]))
    builder.request(first, stopgap=False)
    bench.take(builder)
    bench.until(lambda: len(workshop.begun) == 3 and builder.preparing == 0)
    assert workshop.begun == ["first 8", "likely 8", "stored 8"]
    assert workshop.polite == [False, True, True]
    assert builder.building == ""
    assert builder.take() is None, "nobody asked for them"
    builder.request(likely, stopgap=False)
    ready = builder.take()
    assert ready is not None
    assert ready.program is likely
    assert stored not in builder._shelf, "it is on the disk alone"


def test_of_what_is_expected_no_more_few_stay_loaded_and_the_others_come_back_from_the_cache(
    bench: Any, workshop: Any, make_program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "SPARE", 1)
    workshop.finish.set()
    builder = bench.builder("openvino")
    first, second, third = programs = [make_program(name) for name in ("first", "second", "third")]
    builder.prepare(lambda: Ahead(load=programs))
    bench.until(lambda: all(program in builder._shelf for program in programs))
    builder.prepare(lambda: Ahead(load=[third]))
    bench.until(lambda: first not in builder._shelf)
    assert second in builder._shelf
    assert third in builder._shelf
    assert [builder.state(program) for program in programs] == ["ready"] * 3
    builder.request(first, stopgap=False)
    assert bench.take(builder).program is first
    assert len(workshop.begun) == 3, "it was not built anew"


@pytest.mark.parametrize(("choice", "stays"), [("openvino", False), ("eager", True)])
def test_what_was_asked_for_stays_loaded_where_no_cache_has_it(
    bench: Any,
    workshop: Any,
    make_program: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    stays: bool,
) -> None:
    monkeypatch.setattr(shelf, "SPARE", 1)
    workshop.finish.set()
    builder = bench.builder(choice)
    first, second, third = (make_program(name) for name in ("first", "second", "third"))
    for program in (first, second, third):
        builder.request(program, stopgap=False)
        builder.give_back(bench.take(builder))
    assert (first in builder._shelf, third in builder._shelf) == (stays, True)
    assert builder.state(first) == "ready"


def test_what_builds_stays_until_all_is_made_that_may_come(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    workshop.finish.set()
    builder = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    bench.take(builder)
    bench.until(lambda: not builder.is_busy)
    assert workshop.closes == 0, "the next one is built soon, by a process that has loaded its libraries"
    builder.prepare(lambda: Ahead(load=[make_program("likely")]))
    bench.until(lambda: workshop.closes == 1)
    assert workshop.begun == ["first 8", "likely 8"]


def running(bench: Any, workshop: Any, make_program: Callable[..., Any]) -> EngineBuilder[Any]:
    """Return a builder that has handed over its first engine, which was on the disk."""
    workshop.built["first 8"] = workshop.make("first")
    builder: EngineBuilder[Any] = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    bench.take(builder)
    return builder


def test_whoever_asks_does_not_wait_for_what_is_made_ahead(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    builder = running(bench, workshop, make_program)
    builder.prepare(lambda: Ahead(load=[make_program("likely")]))
    bench.until(lambda: workshop.begun == ["likely 8"])
    assert builder.is_busy
    builder.request(make_program("asked"), stopgap=False)
    bench.until(lambda: workshop.begun == ["likely 8", "asked 8"])
    workshop.finish.set()
    assert bench.take(builder).program.name == "asked"
    bench.until(lambda: make_program("likely") in builder._shelf)
    assert bench.told == []


def test_what_is_built_politely_is_begun_anew_once_somebody_waits_for_it(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    builder = running(bench, workshop, make_program)
    likely = make_program("likely")
    builder.prepare(lambda: Ahead(load=[likely]))
    bench.until(lambda: workshop.begun == ["likely 8"])
    builder.request(likely, stopgap=False)
    bench.until(lambda: workshop.polite == [True, False])
    assert builder.building.startswith("openvino")
    workshop.finish.set()
    assert bench.take(builder).program is likely


def test_what_cannot_be_made_ahead_is_handed_over_when_it_is_asked_for(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    workshop.finish.set()
    workshop.failing["bad 8"] = "an unknown operation"
    builder = bench.builder("openvino")
    builder.request(make_program("first"), stopgap=False)
    bench.take(builder)
    builder.prepare(lambda: Ahead(load=[make_program("bad")]))
    bench.until(lambda: workshop.begun == ["first 8", "bad 8"] and not builder.is_busy)
    assert bench.told == []
    builder.request(make_program("bad"), stopgap=False)
    bench.until(lambda: builder._failure)
    assert str(builder.take_failure().fault).endswith("could not be built: an unknown operation")
    assert bench.told == []
    assert builder.take() is None


def test_what_is_given_back_stays_open_and_closing_closes_it(
    bench: Any, workshop: Any, make_program: Callable[..., Any]
) -> None:
    closed: list[str] = []
    for name in ("given back", "taken"):
        workshop.built[f"{name} 8"] = engine = workshop.make(name)
        engine.close = lambda name=name: closed.append(name)
    builder = bench.builder("openvino")
    builder.request(make_program("given back"), stopgap=False)
    builder.give_back(bench.take(builder))
    builder.request(make_program("taken"), stopgap=False)
    bench.take(builder)
    assert closed == []
    builder.close()
    assert closed == ["given back"], "the other is with who took it"
