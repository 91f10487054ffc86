"""Plans, and how an engine runs its two sessions: here ones that are played."""

import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from livedream.engines import onnxruntime_engine
from livedream.engines.adapters import Adapter
from livedream.engines.cache import EngineCache, Entry, facts_of
from livedream.engines.engine import Check, check
from livedream.engines.onnx_parts import Parts
from livedream.engines.onnxruntime_engine import OnnxPlan, OnnxRuntimeEngine, cache_key, load, stored_plan
from livedream.engines.onnxruntime_kinds import KINDS
from livedream.errors import EngineError

GPU = Adapter("Radeon", "discrete", "1")
PLAN = OnnxPlan("float32", Parts(b"host", b"device"), ("image", "by"))


def named(*names: str) -> list[Any]:
    return [SimpleNamespace(name=name) for name in names]


class Library:
    """Stands in for ONNX Runtime: the host adds one to `by`, the device adds that to the image.

    give: what becomes of the picture then. fault: what a run raises.
    """

    def __init__(self) -> None:
        self.options: list[Any] = []
        self.uploads: list[str] = []
        self.bound: dict[str, Any] = {}
        self.outputs: list[str] = []
        self.output: Any = None
        self.OrtValue = SimpleNamespace(ortvalue_from_numpy=lambda array: array)
        self.give: Any = lambda picture: picture
        self.fault: Exception | None = None
        self.refuses = ""
        self.shape = [1, 3, 2, 2]

    def SessionOptions(self) -> Any:  # noqa: N802  ONNX Runtime's own name
        entries: dict[str, str] = {}
        options = SimpleNamespace(entries=entries, providers={}, add_session_config_entry=entries.__setitem__)
        options.add_provider = options.providers.__setitem__
        self.options.append(options)
        return options

    def InferenceSession(self, model: bytes, options: Any, providers: Any = None) -> Any:  # noqa: N802
        if self.refuses:
            raise RuntimeError(self.refuses)
        if model == b"host":
            assert providers == ["CPUExecutionProvider"]
            run = lambda names, given: [given["by"] + 1]  # noqa: E731
            return SimpleNamespace(get_inputs=lambda: named("by"), get_outputs=lambda: named("more"), run=run)
        return SimpleNamespace(
            get_inputs=lambda: named("image", "more"),
            get_outputs=lambda: [SimpleNamespace(name="picture", shape=self.shape)],
            io_binding=lambda: self,
            disable_fallback=lambda: None,
            run_with_iobinding=self.run,
        )

    def bind_ortvalue_output(self, name: str, value: Any) -> None:
        self.outputs.append(name)
        self.output = value

    def bind_cpu_input(self, name: str, array: Any) -> None:
        self.uploads.append(name)
        self.bound[name] = array.copy()

    def run(self, binding: Any) -> None:
        if self.fault is not None:
            raise self.fault
        self.output[...] = self.give(self.bound["image"] + np.float32(self.bound["more"][0]))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library()
    monkeypatch.setattr(onnxruntime_engine, "runtime", lambda _: library)
    return library


def inputs(value: float, by: int = 1) -> list[Any]:
    return [np.full((1, 3, 2, 2), value, np.float32), np.array([by])]


def test_what_the_host_works_out_goes_to_the_device_with_the_picture(library: Library) -> None:
    engine = OnnxRuntimeEngine(KINDS["webgpu"], PLAN)
    np.testing.assert_array_equal(engine.run(inputs(0.5, 1)), inputs(2.5)[0])
    np.testing.assert_array_equal(engine.run(inputs(0.25, 3)), inputs(4.25)[0])
    assert engine.device is None
    assert set(library.outputs) == {"picture"}


def test_what_it_gave_is_the_caller_s_to_keep(library: Library) -> None:
    engine = OnnxRuntimeEngine(KINDS["webgpu"], PLAN)
    first = engine.run(inputs(0.5, 1))
    engine.run(inputs(0.25, 3))
    np.testing.assert_array_equal(first, inputs(2.5)[0])


def test_only_what_has_changed_is_uploaded(library: Library) -> None:
    engine = OnnxRuntimeEngine(KINDS["webgpu"], PLAN)
    engine.run(inputs(0.5, 1))
    assert library.uploads == ["image", "more"]
    engine.run(inputs(0.75, 1))
    assert library.uploads == ["image", "more", "image"]


def test_pictures_are_not_compared_and_have_one_buffer(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []
    buffers: set[int] = set()
    bind, equal = library.bind_cpu_input, np.array_equal

    def noted(name: str, array: Any) -> None:
        buffers.add(array.ctypes.data if name == "image" else 0)
        bind(name, array)

    monkeypatch.setattr(library, "bind_cpu_input", noted)
    monkeypatch.setattr(
        onnxruntime_engine.np, "array_equal", lambda a, b: [compared.append(a.shape), equal(a, b)][1]
    )
    engine = OnnxRuntimeEngine(KINDS["webgpu"], PLAN)
    for value in (0.5, 0.75, 0.75):
        engine.run([inputs(value)[0].transpose(0, 1, 3, 2), inputs(value)[1]])
    assert set(compared) == {(1,)}, "to compare a picture takes longer than to send it"
    assert len(buffers - {0}) == 1


def test_a_picture_that_is_changed_in_place_is_uploaded_again(library: Library) -> None:
    engine = OnnxRuntimeEngine(KINDS["webgpu"], PLAN)
    given = inputs(0.5)
    engine.run(given)
    given[0] += 1
    np.testing.assert_array_equal(engine.run(given), inputs(3.5)[0])


@pytest.mark.parametrize("kind", ["webgpu", "coreml"])
def test_nothing_is_left_to_the_processor_in_silence(library: Library, kind: str) -> None:
    OnnxRuntimeEngine(KINDS[kind], PLAN)
    device = library.options[-1]
    assert device.entries == {"session.disable_cpu_ep_fallback": "1"}
    assert device.providers == {KINDS[kind].provider: dict(KINDS[kind].options)}


def test_a_graph_that_is_refused_is_told_in_a_line(library: Library) -> None:
    library.refuses = "[ONNXRuntimeError] : 1 : FAIL : some nodes\nare left to the CPU"
    with pytest.raises(
        EngineError, match=r"^the engine webgpu cannot take the kernel: some nodes are left to"
    ):
        OnnxRuntimeEngine(KINDS["webgpu"], PLAN)


def test_an_adapter_that_is_lost_in_a_show_is_told(library: Library) -> None:
    engine = OnnxRuntimeEngine(KINDS["webgpu"], PLAN)
    library.fault = RuntimeError("the device was lost")
    with pytest.raises(EngineError, match=r"^the engine webgpu failed to run: the device was lost$"):
        engine.run(inputs(0.5))


@pytest.mark.parametrize("kind", ["webgpu", "coreml"])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda right: right * np.float32(0.9),
        np.zeros_like,
        lambda right: right[:, :, ::-1, ::-1],
    ],
)
def test_one_that_gives_finite_wrong_values_is_refused(
    library: Library, program: Any, kind: str, wrong: Any
) -> None:
    """Such as one that is 10 % off, gives nothing, or the picture upside down."""
    library.shape = [1, 3, 8, 8]
    engine = OnnxRuntimeEngine(KINDS[kind], PLAN)
    right = program.example()[0] * 1.5 + np.linspace(0, 0.2, 8, dtype=np.float32)
    library.give = lambda _: wrong(right)
    with pytest.raises(EngineError, match=f"the engine {kind} does not agree with eager"):
        check(engine, program, right)
    library.give = lambda _: right
    assert check(engine, program, right).cosine == pytest.approx(1)


def test_one_that_gives_no_numbers_is_refused(library: Library, program: Any) -> None:
    library.shape = [1, 3, 8, 8]
    engine = OnnxRuntimeEngine(KINDS["coreml"], PLAN)
    library.give = lambda picture: np.full((1, 3, 8, 8), np.nan, np.float32)
    with pytest.raises(EngineError, match="not finite"):
        check(engine, program, program.example()[0] * 2)


@pytest.mark.parametrize("host", [b"host", b""])
def test_a_plan_comes_back_as_it_was_stored(host: bytes) -> None:
    plan = OnnxPlan("float16", Parts(host, b"device"), ("image", "by"))
    facts = {"number_format": "float16", "inputs": ["image", "by"]}
    assert stored_plan(Entry(plan.blob(), facts)) == plan


@pytest.mark.parametrize(
    ("blob", "facts"),
    [
        (b"", {"number_format": "float32", "inputs": ["image"]}),
        (PLAN.blob(), {"number_format": "float8", "inputs": ["image"]}),
        (PLAN.blob(), {"inputs": ["image"]}),
        (PLAN.blob(), {"number_format": "float32", "inputs": None}),
    ],
)
def test_an_entry_that_is_no_plan_is_invalid(blob: bytes, facts: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, struct.error)):
        stored_plan(Entry(blob, facts))


def test_what_is_stored_is_loaded_and_what_is_not_is_none(
    library: Library, program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime_engine, "versions", lambda _: ("1",))
    cache, kind, checked = EngineCache(tmp_path), KINDS["webgpu"], Check(1.0, 0.0, 2.0)
    assert load(kind, program, cache, GPU) is None
    facts = facts_of("webgpu", "float32", program, checked, 1.0) | {"inputs": PLAN.inputs}
    cache.put(cache_key(kind, program, GPU), PLAN.blob(), facts)
    loaded = load(kind, program, cache, GPU)
    assert loaded is not None
    assert (loaded[0].name, loaded[1]) == ("webgpu", checked)
    assert load(kind, program, cache, Adapter("Radeon", "discrete", "2")) is None, "another driver"
    cache.put(cache_key(kind, program, GPU), PLAN.blob(), {"engine": "webgpu"})
    assert load(kind, program, cache, GPU) is None
