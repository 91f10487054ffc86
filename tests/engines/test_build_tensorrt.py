import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import build_tensorrt, tensorrt
from livedream.engines.build_process import sent
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check, NumberFormat, Program
from livedream.engines.export import exported, to_onnx
from livedream.engines.tensorrt import Plan, stored_plan
from livedream.errors import EngineError


class Workshop:
    """Stands in for TensorRT: what each number format gives, and how long it takes.

    gives: format -> what its engine makes of what eager gives. device_ms: format -> its time.
    """

    def __init__(self) -> None:
        self.gives: dict[NumberFormat, Callable[[NDArray[Any]], NDArray[Any]]] = {}
        self.device_ms = {"float32": 3.0, "float16": 1.0, "bfloat16": 2.0}
        self.faults: dict[NumberFormat, str] = {}
        self.asked: list[NumberFormat] = []
        self.closed = 0

    def plan(self, program: Program, flavour: str, number_format: NumberFormat) -> Plan:
        self.asked.append(number_format)
        if number_format in self.faults:
            raise EngineError(self.faults[number_format])
        return Plan(number_format, number_format.encode(), ("image", "step"))

    def engine(self, flavour: str, plan: Plan) -> Any:
        eager, number_format = EagerEngine(self.program), plan.number_format
        distort = self.gives.get(number_format, lambda image: image)

        def close() -> None:
            self.closed += 1

        return SimpleNamespace(
            name=f"{flavour} {number_format}",
            number_format=number_format,
            close=close,
            run=lambda inputs: distort(eager.run(inputs)),
            machine_code=lambda: b"+code",
        )

    program: Program


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch, program: Program) -> Workshop:
    shop = Workshop()
    shop.program = program
    for step in ("versions", "gpu", "require"):
        monkeypatch.setattr(build_tensorrt, step, lambda flavour: None)
    monkeypatch.setattr(build_tensorrt, "imported", lambda module, flavour: None)
    monkeypatch.setattr(build_tensorrt, "cache_key", lambda *parts: repr(parts))
    monkeypatch.setattr(build_tensorrt, "make_plan", shop.plan)
    monkeypatch.setattr(build_tensorrt, "TensorRtEngine", shop.engine)
    monkeypatch.setattr(build_tensorrt, "EagerEngine", lambda program, device: EagerEngine(program))
    monkeypatch.setattr(
        build_tensorrt, "best_device_ms", lambda engine, program: shop.device_ms[engine.number_format]
    )
    return shop


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path)


def kept(program: Program, cache: EngineCache, number_format: NumberFormat | None = None) -> Any:
    entry = cache.get(repr((program, "tensorrt", number_format)))
    assert entry is not None
    return entry


def test_the_fastest_that_agrees_is_kept_with_its_facts(
    workshop: Workshop, program: Program, cache: EngineCache
) -> None:
    build_tensorrt.build(program, cache, "tensorrt")
    entry = kept(program, cache)
    assert stored_plan(entry) == Plan("float16", b"float16", ("image", "step"), b"+code")
    assert entry.facts["engine"] == "tensorrt"
    assert entry.facts["device_ms"] == workshop.device_ms
    assert entry.facts["refused"] == {}
    assert Check(**entry.facts["check"]).cosine == pytest.approx(1.0, abs=1e-5)
    assert workshop.asked == ["float32", "float16", "bfloat16"]
    assert workshop.closed == 3


@pytest.mark.parametrize(
    ("device_ms", "chosen"),
    [((1.0, 0.95, 0.91), "float32"), ((1.0, 0.8, 0.7), "bfloat16"), ((1.0, 0.5, 0.7), "float16")],
)
def test_a_half_format_is_chosen_only_if_it_is_clearly_faster(
    workshop: Workshop,
    program: Program,
    cache: EngineCache,
    device_ms: tuple[float, float, float],
    chosen: str,
) -> None:
    workshop.device_ms = dict(zip(build_tensorrt.NUMBER_FORMATS, device_ms, strict=True))
    build_tensorrt.build(program, cache, "tensorrt")
    assert kept(program, cache).facts["number_format"] == chosen


def test_a_half_format_that_is_wrong_or_cannot_be_built_is_passed_over_and_noted(
    workshop: Workshop, program: Program, cache: EngineCache
) -> None:
    workshop.gives["float16"] = lambda image: image * np.float32(np.nan)
    workshop.faults["bfloat16"] = "it has no bfloat16"
    build_tensorrt.build(program, cache, "tensorrt")
    facts = kept(program, cache).facts
    assert facts["number_format"] == "float32"
    assert facts["refused"] == {
        "float16": "the engine tensorrt float16 returned values that are not finite",
        "bfloat16": "it has no bfloat16",
    }
    assert workshop.closed == 2


def test_a_half_format_counts_only_where_the_full_one_agrees(
    workshop: Workshop, program: Program, cache: EngineCache
) -> None:
    workshop.gives["float32"] = lambda image: 1 - image
    with pytest.raises(EngineError, match="tensorrt float32 does not agree with eager"):
        build_tensorrt.build(program, cache, "tensorrt")
    assert list(cache.folder.iterdir()) == []
    assert workshop.closed == 1


@pytest.mark.parametrize("number_format", ["float32", "bfloat16"])
def test_a_format_that_is_asked_for_is_kept_however_fast_it_is(
    workshop: Workshop, program: Program, cache: EngineCache, number_format: NumberFormat
) -> None:
    workshop.device_ms["bfloat16"] = 9.0
    build_tensorrt.build(program, cache, "tensorrt", number_format)
    assert kept(program, cache, number_format).facts["number_format"] == number_format
    assert "float16" not in workshop.asked


def test_a_format_that_is_asked_for_and_does_not_agree_is_refused(
    workshop: Workshop, program: Program, cache: EngineCache
) -> None:
    workshop.gives["float16"] = lambda image: 1 - image
    with pytest.raises(EngineError, match="tensorrt float16 does not agree with eager"):
        build_tensorrt.build(program, cache, "tensorrt", "float16")
    assert list(cache.folder.iterdir()) == []


@pytest.mark.parametrize("flavour", ["tensorrt", "tensorrt-rtx"])
def test_torch_tensorrt_is_imported_before_tensorrt(
    monkeypatch: pytest.MonkeyPatch, flavour: tensorrt.Flavour
) -> None:
    order: list[str] = []
    for step in ("versions", "gpu", "require"):
        monkeypatch.setattr(build_tensorrt, step, lambda flavour, step=step: order.append(step))
    monkeypatch.setattr(build_tensorrt, "imported", lambda module, flavour: order.append(module))
    build_tensorrt._prepare(flavour)
    own = ["torch_tensorrt"] if flavour == "tensorrt" else []
    assert order == ["versions", "gpu", *own, "require"]


def test_the_shortest_run_counts(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    class Event:
        """Is recorded at the time that the engine's runs have taken."""

        def __init__(self, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            self.at_ms = clock[0]

        def synchronize(self) -> None:
            pass

        def elapsed_time(self, end: "Event") -> float:
            return end.at_ms - self.at_ms

    clock, left = [0.0], [5.0, 3.0, 4.0, *[9.0] * 99]

    def call(inputs: list[torch.Tensor]) -> None:
        assert [tuple(tensor.shape) for tensor in inputs] == [(1, 3, 8, 8), (1,)]
        clock[0] += left.pop(0)

    monkeypatch.setattr(torch.cuda, "Event", Event)
    engine: Any = SimpleNamespace(device=torch.device("cpu"), call=call)
    assert build_tensorrt.best_device_ms(engine, program) == 3.0


@pytest.mark.filterwarnings("ignore")
def test_the_reference_is_not_rounded(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    seen: list[bool] = []

    def look(program: Program, device: str) -> EagerEngine:
        seen.append(torch.backends.cudnn.allow_tf32)
        return EagerEngine(program)

    monkeypatch.setattr(build_tensorrt, "EagerEngine", look)
    before = torch.backends.cudnn.allow_tf32
    build_tensorrt._reference(program)
    assert seen == [False]
    assert torch.backends.cudnn.allow_tf32 == before


@pytest.fixture
def torch_tensorrt(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A torch_tensorrt that converts whatever it is given."""
    fake = SimpleNamespace(given=[])

    def convert(graph: Any, **options: Any) -> bytes:
        fake.given.append((graph, options))
        return b"plan"

    fake.dynamo = SimpleNamespace(convert_exported_program_to_serialized_trt_engine=convert)
    monkeypatch.setitem(sys.modules, "torch_tensorrt", fake)
    return fake


def test_torch_tensorrt_is_asked_for_one_engine_and_no_formats_of_its_own(
    torch_tensorrt: SimpleNamespace,
) -> None:
    example = [torch.zeros(1)]
    assert build_tensorrt.from_exported("graph", example) == b"plan"
    ((graph, options),) = torch_tensorrt.given
    assert (graph, options["arg_inputs"]) == ("graph", example)
    assert options["require_full_compilation"]
    assert options["disable_tf32"]
    assert not options["cache_built_engines"]
    assert "enabled_precisions" not in options


def test_what_torch_tensorrt_cannot_convert_is_told_by_its_first_cause(
    torch_tensorrt: SimpleNamespace,
) -> None:
    def refuse(*_: Any, **__: Any) -> bytes:
        try:
            raise RuntimeError("Conversion of function aten.odd not currently supported!\nmore")
        except RuntimeError as cause:
            raise RuntimeError("Conversion of module GraphModule( and a thousand lines") from cause

    torch_tensorrt.dynamo.convert_exported_program_to_serialized_trt_engine = refuse
    with pytest.raises(EngineError) as told:
        build_tensorrt.from_exported("graph", [])
    assert str(told.value) == (
        "torch-tensorrt cannot build the kernel as one engine: "
        "Conversion of function aten.odd not currently supported!"
    )


def test_a_torch_tensorrt_that_is_not_installed_is_told_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch_tensorrt", None)
    with pytest.raises(EngineError, match=r"which is not installed; pip install 'livedream\[tensorrt\]'$"):
        build_tensorrt.from_exported("graph", [])


@pytest.mark.slow
@pytest.mark.rtx
@pytest.mark.parametrize(("number_format", "octaves"), [("float32", 1), ("float16", 2)])
def test_the_kernel_builds_into_one_tensorrt_rtx_engine(number_format: NumberFormat, octaves: int) -> None:
    pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    program = KernelProgram(
        KernelSpec("embedded", taps_at("stem", "block.1"), (40, 48), octaves, 1.2, 1, 1.0)
    )
    model = to_onnx(exported(program, number_format))
    assert len(build_tensorrt.from_onnx(model, "SM86")) > 10_000


@pytest.mark.slow
@pytest.mark.rtx
def test_googlenet_builds_into_one_tensorrt_rtx_engine(googlenet_program: KernelProgram) -> None:
    pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    model = to_onnx(exported(googlenet_program, "float16"))
    assert len(build_tensorrt.from_onnx(model, "SM89")) > 5_000_000


@pytest.mark.slow
@pytest.mark.rtx
def test_a_kernel_with_every_objective_and_step_builds_into_one_engine(full_program: KernelProgram) -> None:
    pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    model = to_onnx(exported(full_program, "float16"))
    assert len(build_tensorrt.from_onnx(model, "SM89")) > 10_000


@pytest.mark.rtx
def test_a_model_that_tensorrt_rtx_cannot_read_is_told() -> None:
    pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    with pytest.raises(EngineError, match=r"cannot take the kernel as one engine: .*parse") as told:
        build_tensorrt.from_onnx(b"no model", "SM86")
    assert "\n" not in str(told.value)


@pytest.mark.rtx
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU to build for")
def test_that_there_is_no_gpu_to_build_for_is_told(program: Program) -> None:
    pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    model = to_onnx(exported(program))
    with pytest.raises(EngineError, match=r"cannot build the kernel as one engine: .*CUDA driver"):
        build_tensorrt.from_onnx(model)


def test_both_flavours_make_a_plan_with_the_program_s_inputs(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    def on_the_processor(program: Program, number_format: NumberFormat, device: str = "cpu") -> Any:
        devices.append(device)
        return exported(program, number_format)

    devices: list[str] = []
    monkeypatch.setattr(build_tensorrt, "exported", on_the_processor)
    monkeypatch.setattr(torch.Tensor, "cuda", lambda tensor: tensor)
    monkeypatch.setattr(build_tensorrt, "from_exported", lambda graph, example: b"whole")
    monkeypatch.setattr(build_tensorrt, "to_onnx", lambda graph: b"onnx")
    monkeypatch.setattr(build_tensorrt, "from_onnx", lambda model: model + b" built")
    plans = [
        build_tensorrt.make_plan(program, flavour, "float32") for flavour in ("tensorrt", "tensorrt-rtx")
    ]
    assert [plan.blob for plan in plans] == [b"whole", b"onnx built"]
    assert {plan.inputs for plan in plans} == {("image", "step")}
    assert devices == ["cuda", "cpu"]


@pytest.mark.parametrize(("argument", "asked"), [("", None), ("float16", "float16")])
def test_it_builds_what_it_is_sent_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, argument: str, asked: str | None
) -> None:
    built: list[Any] = []
    monkeypatch.setattr(
        build_tensorrt, "build", lambda program, cache, *rest: built.append((program, cache.folder, *rest))
    )
    given = Check(1.0, 0.0, 0.0)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(sent(given))))
    monkeypatch.setattr(sys, "argv", ["build_tensorrt", "tensorrt-rtx", str(tmp_path), argument])
    assert build_tensorrt.main() == 0
    assert built == [(given, tmp_path, "tensorrt-rtx", asked)]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.slow
def test_a_build_on_a_machine_without_a_gpu_says_why_in_one_sentence(
    small_program: KernelProgram, tmp_path: Path
) -> None:
    with pytest.raises(EngineError) as told:
        tensorrt.Build(small_program, EngineCache(tmp_path), "tensorrt-rtx", polite=True).wait()
    message = str(told.value)
    assert message.startswith("the engine tensorrt-rtx could not be built: the engine tensorrt-rtx needs ")
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("flavour", ["tensorrt", "tensorrt-rtx"])
def test_on_a_gpu_what_is_built_agrees_and_loads(
    small_program: KernelProgram, tmp_path: Path, flavour: tensorrt.Flavour
) -> None:
    try:
        tensorrt.require(flavour)
    except EngineError as fault:
        pytest.skip(str(fault))
    cache = EngineCache(tmp_path)
    tensorrt.Build(small_program, cache, flavour).wait()
    loaded = tensorrt.load(small_program, cache, flavour)
    assert loaded is not None
    engine, checked = loaded
    inputs = small_program.example()
    again = build_tensorrt.check(engine, small_program, EagerEngine(small_program).run(inputs))
    assert again.cosine == pytest.approx(checked.cosine, abs=0.05)
    still = engine.run([inputs[0], inputs[1] * 0, *inputs[2:]])
    np.testing.assert_allclose(still, inputs[0], atol=1e-3)
    engine.close()
