import sys
from typing import Any

import pytest

from livedream.engines import (
    adapters,
    compiled,
    maker,
    onnxruntime_kinds,
    openvino,
    openvino_device,
    subprocess_builds,
    tensorrt,
)
from livedream.engines.adapters import Adapter
from livedream.engines.kinds import ENGINES
from livedream.errors import EngineError, EngineMissingError


def test_compiled_is_built_in_another_process_while_eager_dreams(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def start(*given: Any, device: str, number_format: str, polite: bool) -> Any:
        asked.append((device, number_format))
        return workshop(*given, polite=polite)

    monkeypatch.setattr(compiled, "load", lambda program, cache, device: workshop.load(program, cache))
    monkeypatch.setattr(compiled, "Build", start)
    monkeypatch.setattr(compiled, "CompiledEngine", lambda *_: pytest.fail("it was compiled here"))
    builder = bench.builder("compiled")
    builder.request(program, stopgap=True)
    stopgap = bench.take(builder)
    assert (stopgap.engine.name, stopgap.stopgap) == ("eager", True)
    workshop.finish.set()
    fast = bench.take(builder)
    assert fast.engine is workshop.built[program.fingerprint()]
    assert not fast.stopgap
    assert asked == [("cpu", "float32")]


def test_that_openvino_is_not_installed_is_told_with_the_way_out(
    bench: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    builder = bench.builder("openvino")
    builder.request(program, stopgap=True)
    with pytest.raises(EngineError, match="openvino is not installed; pip install openvino"):
        bench.take(builder)


def test_on_cuda_one_stopgap_bridges_the_formats_that_compiled_is_built_in(
    bench: Any, on_cuda: Any, program: Any
) -> None:
    on_cuda.refused = {("compiled", "float16")}
    builder = bench.builder("compiled")
    builder.request(program, stopgap=True)
    assert [bench.take(builder).engine.name, bench.take(builder).engine.name] == [
        "captured float32",
        "compiled float32",
    ]
    assert bench.told == ["compiled float16 is refused; trying float32"]
    assert builder.take() is None


@pytest.mark.parametrize(("device", "formats"), [("cpu", ["float32"]), ("cuda", ["float16", "float32"])])
def test_what_is_compiled_is_so_for_the_device_first_in_the_faster_format(
    monkeypatch: pytest.MonkeyPatch, device: str, formats: list[str]
) -> None:
    monkeypatch.setattr(subprocess_builds, "torch_device", lambda: device)
    monkeypatch.setattr(compiled, "load", lambda *given, **options: (given, options))
    monkeypatch.setattr(compiled, "Build", lambda *given, **options: (given, options))
    other = subprocess_builds.compiled()
    assert other.load("program", "cache") == (("program", "cache"), {"device": device})
    begun = [begin("program", "cache", polite=True) for begin in other.builds.values()]
    assert list(other.builds) == formats
    assert [options for _, options in begun] == [
        {"device": device, "number_format": form, "polite": True} for form in formats
    ]


@pytest.mark.parametrize("name", ["tensorrt", "tensorrt-rtx"])
def test_each_flavour_of_tensorrt_is_loaded_and_built_as_itself(
    monkeypatch: pytest.MonkeyPatch, name: Any
) -> None:
    monkeypatch.setattr(tensorrt, "load", lambda *given, flavour: (given, flavour))
    monkeypatch.setattr(tensorrt, "Build", lambda *given, flavour, polite: (given, flavour, polite))
    built = ENGINES[name].built
    assert built is not None
    other = built()
    assert other.load("program", "cache") == (("program", "cache"), name)
    assert list(other.builds) == [""], "a build chooses the format"
    assert other.builds[""]("program", "cache", polite=False) == (("program", "cache"), name, False)


@pytest.mark.parametrize("name", ["openvino-gpu", "webgpu", "coreml"])
@pytest.mark.parametrize("kind", ["integrated", "software", None])
def test_an_engine_for_an_adapter_is_tried_unasked_only_on_a_real_one(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: str | None
) -> None:
    def find(_: Any) -> Adapter:
        if kind is None:
            raise EngineMissingError("there is none")
        return Adapter("Arc", kind)

    monkeypatch.setattr(openvino_device, "find", find)
    monkeypatch.setattr(onnxruntime_kinds, "require", find)
    monkeypatch.setattr(adapters, "has_node", lambda *_: True)
    built = ENGINES[name].built
    assert built is not None
    assert built().suits() == (kind == "integrated")


@pytest.mark.parametrize(
    ("name", "node", "asks"),
    [
        ("openvino-gpu", "dev/dri", True),
        ("openvino-gpu", "dev/accel", False),
        ("openvino-npu", "dev/accel", True),
        ("webgpu", "dev/dri", True),
        ("webgpu", "dev/nvidia0", True),
        ("webgpu", "dev/accel", False),
        ("tensorrt", "dev/nvidia0", False),
    ],
)
def test_whether_a_driver_would_be_asked_is_known_before(
    monkeypatch: pytest.MonkeyPatch, name: str, node: str, asks: bool
) -> None:
    monkeypatch.setattr(adapters, "has_node", lambda nodes=adapters.NODES: node in nodes)
    for module, asked in ((openvino_device, "find"), (onnxruntime_kinds, "require")):
        monkeypatch.setattr(module, asked, lambda *_: pytest.fail("it was asked"))
    built = ENGINES[name].built
    assert built is not None
    assert built().asks() == asks


@pytest.mark.parametrize("name", ["openvino-gpu", "openvino-npu", "webgpu", "coreml"])
def test_a_driver_that_hangs_is_given_up_earlier_than_other_builds(name: str) -> None:
    built = ENGINES[name].built
    assert built is not None
    assert built().limit_s < maker.LIMIT_S


def test_an_openvino_build_chooses_the_format_too(workshop: Any) -> None:
    other = subprocess_builds.openvino()
    assert other.load == openvino.load
