"""The runner with a TensorRT that computes on the processor, at the addresses that it is given."""

import ctypes
import importlib.metadata
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from livedream.engines import tensorrt
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check, Program, check
from livedream.engines.tensorrt import Flavour, Plan, TensorRtEngine
from livedream.errors import EngineError

SIDE = 8
CHECKED = {"cosine": 1.0, "relative_error": 0.0, "run_ms": 1.5}
TENSORS = {
    "step": ["FLOAT", [1]],
    "image": ["FLOAT", [1, 3, SIDE, SIDE]],
    "output0": ["FLOAT", [1, 3, SIDE, SIDE]],
}
PLAN = Plan("float16", json.dumps(TENSORS).encode(), ("image", "step"), b"compiled")
FLAVOURS: list[Flavour] = ["tensorrt", "tensorrt-rtx"]


class FakeContext:
    """Glows, reading and writing at addresses, on the stream that it is told."""

    def __init__(self, gpu: "FakeGpu", tensors: dict[str, Any]) -> None:
        self._gpu, self._tensors = gpu, tensors
        self._addresses: dict[str, int] = {}

    def set_tensor_address(self, name: str, address: int) -> None:
        assert name in self._tensors
        self._addresses[name] = address

    def at(self, name: str) -> Any:
        shape = self._tensors[name][1]
        floats = (ctypes.c_float * int(np.prod(shape))).from_address(self._addresses[name])
        return np.ctypeslib.as_array(floats).reshape(shape)

    def execute_async_v3(self, stream: int) -> bool:
        self._gpu.order.append(f"run on {stream}")
        if self._gpu.refuses:
            self._gpu.log.log(self._gpu.log.Severity.ERROR, "no memory\nis left")
            return False
        image = self.at("image")
        mask = np.linspace(0.5, 1.0, SIDE, dtype=np.float32)
        self.at("output0")[...] = np.clip(image + self.at("step")[0] * np.roll(image, 1, 3) * mask, 0, 1)
        return True


class FakePlanned:
    """A deserialized engine."""

    def __init__(self, gpu: "FakeGpu", tensors: dict[str, Any]) -> None:
        self._gpu, self._tensors = gpu, tensors
        self.num_io_tensors = len(tensors)

    def get_tensor_name(self, index: int) -> str:
        return list(self._tensors)[index]

    def get_tensor_shape(self, name: str) -> list[int]:
        return list(self._tensors[name][1])

    def get_tensor_dtype(self, name: str) -> Any:
        return SimpleNamespace(name=self._tensors[name][0])

    def create_runtime_config(self) -> Any:
        def deserialize(code: bytes) -> bool:
            return code == self._gpu.machine_code

        kept = SimpleNamespace(deserialize=deserialize, serialize=lambda: self._gpu.machine_code)
        return SimpleNamespace(create_runtime_cache=lambda: kept, set_runtime_cache=self._gpu.caches.append)

    def create_execution_context(self, config: Any = None) -> FakeContext | None:
        self._gpu.order.append("context" if config is None else "context with machine code")
        return None if self._gpu.full else FakeContext(self._gpu, self._tensors)


class FakeGpu:
    """A GPU, its torch and its TensorRT."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.caches: list[Any] = []
        self.refuses = self.full = False
        self.machine_code = b"compiled"
        self.stream = 0
        self.log: Any = None

    def runtime(self, log: Any) -> Any:
        self.log = log

        def deserialize(blob: bytes) -> FakePlanned | None:
            try:
                return FakePlanned(self, json.loads(blob))
            except ValueError:
                log.log(log.Severity.WARNING, "a remark")
                log.log(log.Severity.ERROR, "the magic tag does not match")
                return None

        return SimpleNamespace(deserialize_cuda_engine=deserialize)

    def new_stream(self, handle: int) -> Any:
        def wait_stream(other: Any) -> None:
            self.order.append(f"{handle} waits for {other.cuda_stream}")

        return SimpleNamespace(cuda_stream=handle, wait_stream=wait_stream)


@pytest.fixture
def gpu(trt: Any, monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    gpu = FakeGpu()
    trt.Runtime = gpu.runtime
    monkeypatch.setattr(torch.cuda, "Stream", lambda: gpu.new_stream(7))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: gpu.new_stream(gpu.stream))
    on_the_processor = TensorRtEngine
    monkeypatch.setattr(
        tensorrt, "TensorRtEngine", lambda flavour, plan: on_the_processor(flavour, plan, "cpu")
    )
    return gpu


@pytest.fixture
def engine(gpu: FakeGpu) -> TensorRtEngine:
    return TensorRtEngine("tensorrt", PLAN, "cpu")


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path)


def tensors(program: Program) -> list[torch.Tensor]:
    return [torch.from_numpy(array) for array in program.example()]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_it_feeds_the_inputs_by_name_and_agrees(gpu: FakeGpu, program: Program, flavour: Flavour) -> None:
    engine = TensorRtEngine(flavour, PLAN, "cpu")
    assert engine.name == f"{flavour} float16"
    with torch.inference_mode():
        reference = program.make()(*tensors(program)).numpy()
    assert check(engine, program, reference).cosine == pytest.approx(1.0, abs=1e-5)
    assert TensorRtEngine(flavour, replace(PLAN, number_format="float32"), "cpu").name == flavour


def test_its_output_lies_where_it_lay_and_an_array_is_the_caller_s_to_keep(
    engine: TensorRtEngine, program: Program
) -> None:
    image, step = tensors(program)
    first = engine.call([image, step])
    kept = engine.run(program.example())
    assert engine.call([image * 0, step]).data_ptr() == first.data_ptr()
    assert (first == 0).all()
    assert kept.any()


def test_inputs_may_be_views(engine: TensorRtEngine, program: Program) -> None:
    image, step = tensors(program)
    expected = engine.call([image, step]).clone()
    assert torch.equal(engine.call([image.flip(3).flip(3), step]), expected)
    assert torch.equal(engine.call([image.to(memory_format=torch.channels_last), step]), expected)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("image", lambda image, step: [image[:, :, :-1], step]),
        ("image", lambda image, step: [image.half(), step]),
        ("step", lambda image, step: [image, step[0]]),
        ("step", lambda image, step: [image, step.to("meta")]),
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    engine: TensorRtEngine, program: Program, name: str, change: Callable[..., list[torch.Tensor]]
) -> None:
    with pytest.raises(ValueError, match=rf"^{name} is \(.*\) of torch.float32 on cpu, not "):
        engine.call(change(*tensors(program)))


def test_too_few_or_too_many_inputs_are_refused(engine: TensorRtEngine, program: Program) -> None:
    image, step = tensors(program)
    for inputs in ([image], [image, step, step]):
        with pytest.raises(ValueError, match="argument"):
            engine.call(inputs)


def test_it_runs_on_the_current_stream(engine: TensorRtEngine, gpu: FakeGpu, program: Program) -> None:
    gpu.stream = 5
    gpu.order.clear()
    engine.call(tensors(program))
    assert gpu.order == ["run on 5"]


def test_in_place_of_the_default_stream_it_takes_another_between_two_events(
    engine: TensorRtEngine, gpu: FakeGpu, program: Program
) -> None:
    gpu.order.clear()
    engine.call(tensors(program))
    assert gpu.order == ["7 waits for 0", "run on 7", "0 waits for 7"]


def test_a_run_that_is_refused_is_told_with_its_reason(
    engine: TensorRtEngine, gpu: FakeGpu, program: Program
) -> None:
    gpu.refuses = True
    with pytest.raises(EngineError, match=r"^the engine tensorrt float16 failed to run: no memory is left$"):
        engine.call(tensors(program))


def test_closing_twice_does_no_harm(engine: TensorRtEngine) -> None:
    engine.close()
    engine.close()


def test_a_gpu_that_is_full_is_told(gpu: FakeGpu) -> None:
    gpu.full = True
    with pytest.raises(EngineError, match="cannot be prepared: TensorRT gave no reason"):
        TensorRtEngine("tensorrt-rtx", PLAN, "cpu")


@pytest.mark.parametrize(
    ("code", "known"), [(b"compiled", True), (b"of another driver", False), (b"", False)]
)
def test_machine_code_is_taken_again_where_it_fits(gpu: FakeGpu, code: bytes, known: bool) -> None:
    engine = TensorRtEngine("tensorrt-rtx", replace(PLAN, machine_code=code), "cpu")
    assert engine.knows_machine_code == known
    assert engine.machine_code() == b"compiled"
    assert gpu.order == ["context with machine code"]
    assert len(gpu.caches) == 1


def test_tensorrt_has_its_machine_code_in_the_plan(engine: TensorRtEngine, gpu: FakeGpu) -> None:
    assert engine.knows_machine_code
    assert engine.machine_code() == b""
    assert gpu.order == ["context"]


def put(cache: EngineCache, program: Program, flavour: Flavour, plan: Plan = PLAN, **facts: Any) -> None:
    plan.put(cache, tensorrt.cache_key(program, flavour), {"check": CHECKED} | facts)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_is_in_the_cache_is_loaded_with_its_check(
    gpu: FakeGpu, program: Program, cache: EngineCache, flavour: Flavour
) -> None:
    assert tensorrt.load(program, cache, flavour) is None
    put(cache, program, flavour)
    loaded = tensorrt.load(program, cache, flavour)
    assert loaded is not None
    engine, checked = loaded
    assert engine.name == f"{flavour} float16"
    assert checked == Check(1.0, 0.0, 1.5)
    assert "run on 7" not in gpu.order, "loading runs nothing"
    assert engine.run(program.example()).shape == (1, 3, SIDE, SIDE)


def test_machine_code_that_is_refused_is_compiled_and_kept_for_the_next_start(
    gpu: FakeGpu, program: Program, cache: EngineCache
) -> None:
    put(cache, program, "tensorrt-rtx", built="today")
    gpu.machine_code = b"for the new driver"
    known = []
    for _ in range(2):
        loaded = tensorrt.load(program, cache, "tensorrt-rtx")
        assert loaded is not None
        known.append(loaded[0].knows_machine_code)
    assert known == [False, True]
    assert gpu.order.count("run on 7") == 1
    entry = cache.get(tensorrt.cache_key(program, "tensorrt-rtx"))
    assert entry is not None
    assert entry.facts["built"] == "today"
    assert tensorrt.stored_plan(entry) == replace(PLAN, machine_code=b"for the new driver")


def test_on_a_read_only_disk_machine_code_is_compiled_at_each_start(
    gpu: FakeGpu, program: Program, cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(30, "Read-only file system")

    put(cache, program, "tensorrt-rtx", replace(PLAN, machine_code=b""))
    monkeypatch.setattr(cache, "put", fail)
    assert tensorrt.load(program, cache, "tensorrt-rtx") is not None


@pytest.mark.parametrize("damage", ["empty", "truncated", "flipped", "foreign"])
def test_a_damaged_entry_is_treated_as_absent(
    gpu: FakeGpu, program: Program, cache: EngineCache, damage: str
) -> None:
    put(cache, program, "tensorrt")
    (file,) = cache.folder.iterdir()
    whole = file.read_bytes()
    flipped = whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]
    file.write_bytes(
        {"empty": b"", "truncated": whole[:-9], "flipped": flipped, "foreign": b"GIF89a" * 99}[damage]
    )
    assert tensorrt.load(program, cache, "tensorrt") is None


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"not a plan",
        json.dumps({}).encode(),
        json.dumps(TENSORS | {"output1": ["FLOAT", [1]]}).encode(),
        json.dumps(TENSORS | {"output0": ["FP8", [1]]}).encode(),
        json.dumps({"x": ["FLOAT", [1]], "y": ["FLOAT", [1]], "z": ["FLOAT", [1]]}).encode(),
    ],
)
def test_a_plan_that_is_not_of_this_program_is_treated_as_absent(
    gpu: FakeGpu, program: Program, cache: EngineCache, blob: bytes
) -> None:
    put(cache, program, "tensorrt", replace(PLAN, blob=blob))
    assert tensorrt.load(program, cache, "tensorrt") is None


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"check": None},
        {"check": {"speed": 1}},
        {"inputs": 3},
        {"inputs": ["image"]},
        {"number_format": "float7"},
        {"number_format": ["float32"]},
        {"blob_ends": "all"},
        {"blob_ends": None},
    ],
)
def test_an_entry_without_its_facts_is_treated_as_absent(
    gpu: FakeGpu, program: Program, cache: EngineCache, facts: dict[str, Any]
) -> None:
    good = {"check": CHECKED, "inputs": PLAN.inputs, "number_format": "float16", "blob_ends": len(PLAN.blob)}
    key = tensorrt.cache_key(program, "tensorrt")
    cache.put(key, PLAN.blob, good | facts if facts else {})
    assert tensorrt.load(program, cache, "tensorrt") is None
    cache.put(key, PLAN.blob, good)
    assert tensorrt.load(program, cache, "tensorrt") is not None


def test_what_this_machine_cannot_have_is_told_whatever_is_in_the_cache(
    gpu: FakeGpu, program: Program, cache: EngineCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(flavour: Flavour) -> None:
        raise EngineError(f"there is no {flavour} here")

    put(cache, program, "tensorrt-rtx")
    monkeypatch.setattr(tensorrt, "require", refuse)
    with pytest.raises(EngineError, match="there is no tensorrt-rtx here"):
        tensorrt.load(program, cache, "tensorrt-rtx")


def test_the_reason_is_the_first_error(gpu: FakeGpu) -> None:
    with pytest.raises(
        EngineError, match=r"tensorrt float16 cannot be loaded: the magic tag does not match$"
    ):
        TensorRtEngine("tensorrt", replace(PLAN, blob=b"junk"), "cpu")


def test_the_key_differs_by_all_that_an_engine_depends_on(
    gpu: FakeGpu,
    program: Program,
    make_program: Callable[..., Program],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def key() -> str:
        return tensorrt.cache_key(program, "tensorrt")

    keys = [key(), tensorrt.cache_key(make_program("another"), "tensorrt")]
    keys += [
        tensorrt.cache_key(program, "tensorrt", number_format) for number_format in ("float32", "float16")
    ]
    keys.append(tensorrt.cache_key(program, "tensorrt-rtx"))
    for place, name, value in [
        (torch.cuda, "get_device_name", "H200"),
        (torch.cuda, "get_device_capability", (9, 0)),
        (importlib.metadata, "version", "1.3"),
        (tensorrt, "OWN_CODE", ("tensorrt.py",)),
    ]:
        with monkeypatch.context() as changed:
            changed.setattr(place, name, value if name == "OWN_CODE" else lambda *_, value=value: value)
            keys.append(key())
    assert len(set(keys)) == len(keys) == 9
    assert key() == keys[0]
    for part in ("torch 1.2", "torch-tensorrt 1.2", "tensorrt 1.2", "GeForce", "8.9", program.fingerprint()):
        assert part in key()
