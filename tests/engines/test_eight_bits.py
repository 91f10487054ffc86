from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openvino", reason="openvino is not installed")

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from livedream.dream.objective import ordinary_picture
from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.engines import build_openvino, openvino
from livedream.engines.build_openvino import compiled_for, converted, in_format
from livedream.engines.eager import EagerEngine
from livedream.engines.eight_bits import BACK_HEADROOM, EXACT, HEADROOM, Watch
from livedream.engines.engine import LEAST_COSINE, check
from livedream.engines.openvino import OpenVinoEngine, number_formats
from livedream.errors import EngineError
from livedream.ops.loop import LOOPED_FROM
from livedream.presets import load

pytestmark = pytest.mark.filterwarnings("ignore")

SIDE = 12


class Layers(nn.Module):
    """Brings a picture to 32 channels, convolves it a few times, and back."""

    def __init__(self, count: int, *, backwards: bool = False) -> None:
        super().__init__()
        random = torch.Generator().manual_seed(count)
        self.first = nn.Parameter(torch.randn(32, 3, 1, 1, generator=random))
        self.between = nn.ParameterList(
            torch.randn(32, 32, 3, 3, generator=random) / 17 for _ in range(count)
        )
        self.last = nn.Parameter(torch.randn(3, 32, 1, 1, generator=random) / 6)
        self.bias = None if backwards else torch.zeros(32)

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        # Mostly zeros, as behind a network's ReLU.
        x = F.relu(F.conv2d(image, self.first, torch.full((32,), -1.5)))
        for weight in self.between:
            x = F.conv2d(x, weight, self.bias, padding=1)
            x = x if self.bias is None else F.relu(x)
        return image + step[0] * F.conv2d(x, self.last)


def program_of(module: nn.Module) -> Any:
    """Return a program that runs a module on noise."""
    rng = np.random.default_rng(0)
    example = [rng.random((1, 3, SIDE, SIDE), dtype=np.float32), np.array([0.1], np.float32)]
    return SimpleNamespace(
        make=lambda _="float32": module.eval().requires_grad_(False), example=lambda: example
    )


def watched(module: nn.Module, *images: Tensor) -> Watch:
    with torch.inference_mode(), Watch() as watch:
        for image in images:
            module(image, torch.ones(1))
    return watch


def kernel_program(preset: str = "eyes") -> KernelProgram:
    return KernelProgram(kernel_spec(load(preset).settings.dream, (96, 128)))


def engine_of(program: Any) -> tuple[OpenVinoEngine, Any]:
    """Build the engine of eight bits; return it and the reference for its example."""
    graph = converted(program, "int8")
    compiled = compiled_for("CPU", "openvino", in_format(graph, "int8"), "int8")
    return OpenVinoEngine(compiled, "int8"), graph.reference


def test_the_first_convolutions_of_the_way_up_stay_exact() -> None:
    seen = watched(Layers(EXACT + 3), torch.rand(1, 3, SIDE, SIDE)).seen
    assert len(seen) == 4  # three of the way up, and the last one, which has no bias


def test_each_pass_through_the_network_begins_anew() -> None:
    small, large = torch.rand(1, 3, SIDE, SIDE), torch.rand(1, 3, 2 * SIDE, 2 * SIDE)
    assert len(watched(Layers(EXACT + 3), small, large).seen) == 8


def test_the_way_back_may_be_rounded_from_its_first_convolution() -> None:
    assert len(watched(Layers(3, backwards=True), torch.rand(1, 3, SIDE, SIDE)).seen) == 4


def test_neither_few_channels_nor_groups_are_rounded() -> None:
    with Watch() as watch:
        F.conv2d(torch.rand(1, 31, 4, 4), torch.rand(40, 31, 1, 1))
        F.conv2d(torch.rand(1, 64, 4, 4), torch.rand(64, 32, 1, 1), groups=2)
    assert watch.seen == {}


@given(values=st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=5))
@settings(deadline=None)
def test_what_runs_again_has_the_ends_of_all_its_runs(values: list[float]) -> None:
    weight = torch.ones(1, 32, 1, 1)
    with Watch() as watch:
        for value in values:
            F.conv2d(torch.full((1, 32, 2, 2), value), weight)
        F.conv2d(torch.full((1, 32, 3, 2), 500.0), weight)  # another size is another convolution
    most = max(map(abs, values))
    small, large = sorted(watch.seen.values(), key=lambda taken: taken.high)
    assert (small.low, small.high, small.times) == (-most, most, len(values))
    assert (large.low, large.high, large.times) == (-500.0, 500.0, 1)
    np.testing.assert_allclose(small.mean, np.full(32, np.mean(values)), rtol=1e-4, atol=1e-4)


def rounded_to(x: Tensor, low: float, high: float, levels: int) -> Tensor:
    """Round to evenly spaced levels from low to high."""
    step = (high - low) / (levels - 1)
    return torch.round((x.clamp(low, high) - low) / step) * step + low


@pytest.mark.parametrize("backwards", [False, True])
def test_it_computes_what_rounded_numbers_give(*, backwards: bool) -> None:
    """torch does the same on numbers that were rounded before."""
    module = Layers(1 if backwards else EXACT + 1, backwards=backwards)
    program = program_of(module)
    engine, exact = engine_of(program)
    image, step = (torch.from_numpy(array) for array in program.example())
    x = seen = F.relu(F.conv2d(image, module.first, torch.full((32,), -1.5)))
    for number, weight in enumerate([*module.between, module.last]):
        is_back = backwards or number == len(module.between)
        # Of what it took when it was not rounded.
        high = (BACK_HEADROOM if is_back else HEADROOM) * float(seen.abs().max())
        mean, shift = seen.mean((0, 2, 3)), torch.zeros(1)
        seen = F.conv2d(seen, weight, padding=weight.shape[2] // 2)
        if is_back or number >= EXACT:
            x = rounded_to(x, -high * 128 / 127 if is_back else 0.0, high, 256)
            most = weight.abs().amax(dim=(1, 2, 3), keepdim=True)
            exact_weight, weight = weight, torch.round(weight / most * 127) / 127 * most  # noqa: PLW2901
            if not is_back:
                shift = ((exact_weight - weight).sum((2, 3)) @ mean).reshape(1, -1, 1, 1)
        x = F.conv2d(x, weight, padding=weight.shape[2] // 2) + shift
        x, seen = (x, seen) if is_back else (F.relu(x), F.relu(seen))
    expected = image + step[0] * x
    given_by_engine = torch.from_numpy(engine.run(program.example()))
    # A number between two steps may be rounded to either. Without VNNI sums of large bytes overflow.
    apart = float((given_by_engine - expected).norm() / (expected - image).norm())
    rounding = float((torch.from_numpy(exact) - expected).norm() / (expected - image).norm())
    assert apart < 0.1
    assert 0 < rounding < 0.05


def test_what_rounded_weights_shift_on_average_is_taken_off() -> None:
    """Here all but one weight of each channel are rounded to nothing: a tenth of the sum would be missing."""
    module = Layers(EXACT + 1).requires_grad_(False)
    for weight in module.between:
        weight[:] = 0.0
        weight[:, :, 1, 1] = torch.eye(32)
    module.between[-1][:, :, 1, 1] += 0.4 / 127
    module.first[:], module.last[:] = 4 * module.first.abs(), module.last.abs()
    program = program_of(module)
    engine, exact = engine_of(program)
    image = program.example()[0]
    added, wanted = (engine.run(program.example()) - image).mean(), (exact - image).mean()
    assert added == pytest.approx(wanted, rel=0.01)


def test_convolutions_are_done_with_bytes() -> None:
    graph = converted(kernel_program(), "int8")
    compiled = compiled_for("CPU", "openvino", in_format(graph, "int8"), "int8")
    precisions = [
        node.get_rt_info()["runtimePrecision"]
        for node in compiled.get_runtime_model().get_ops()
        if node.get_rt_info()["layerType"] == "Convolution"
    ]
    assert sum(one in ("u8", "i8") for one in precisions) == len(graph.seen)


def test_a_kernel_agrees_with_eager() -> None:
    engine, _ = engine_of(kernel_program())
    reference = EagerEngine(kernel_program()).run(kernel_program().example())
    assert check(engine, kernel_program(), reference).cosine > 0.95 > LEAST_COSINE["int8"]


@pytest.mark.parametrize("preset", ["eyes", "swirls", "creatures"])
def test_it_dreams_the_same_of_a_picture_unlike_the_example(preset: str) -> None:
    """With ends that the example alone decided, a dream of a deep layer was noise on other pictures."""
    program = kernel_program(preset)
    engine, _ = engine_of(program)
    pink = ordinary_picture().float()[:, :, :96, :128].numpy()
    for image in (pink, pink * np.float32(0.2), np.float32(0.9) + pink * np.float32(0.1)):
        inputs = [np.ascontiguousarray(image), *program.example()[1:]]
        a, b = engine.run(inputs) - image, EagerEngine(program).run(inputs) - image
        assert float(np.vdot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)) > 0.9


@pytest.mark.parametrize("times", [0.01, 100.0, -1.0])
def test_neither_small_nor_large_nor_negative_weights_fall_out_of_its_range(times: float) -> None:
    engine, _ = engine_of(kernel_program())
    image, scalars, views, weights, *rest = kernel_program().example()
    weighed: Sequence[Any] = [image, scalars, views, weights * np.float32(times), *rest]
    a, b = engine.run(weighed) - image, EagerEngine(kernel_program()).run(weighed) - image
    assert float(np.vdot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)) > 0.95


def test_a_model_without_such_convolutions_is_refused() -> None:
    graph = converted(program_of(Layers(0)), "int8")
    with pytest.raises(EngineError, match="worth eight bits"):
        in_format(build_openvino.Converted(graph.model, graph.reference, {}), "int8")


def test_steps_in_a_loop_are_not_rounded() -> None:
    program = KernelProgram(replace(kernel_program().spec, steps=LOOPED_FROM))
    with pytest.raises(EngineError, match="in a loop"):
        converted(program, "int8")


@pytest.mark.parametrize(
    ("native", "formats"),
    [
        (["FP32", "INT8", "BF16"], ("float32", "bfloat16")),
        (["FP32", "INT8"], ("float32", "int8")),
        (["FP32"], ("float32",)),
    ],
)
def test_eight_bits_are_for_processors_without_bfloat16(
    monkeypatch: pytest.MonkeyPatch, native: list[str], formats: tuple[str, ...]
) -> None:
    core = SimpleNamespace(get_property=lambda *_: native)
    monkeypatch.setattr(openvino, "core", lambda: core)
    assert number_formats() == formats
