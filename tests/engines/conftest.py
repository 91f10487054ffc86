import importlib.metadata
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.dream import catalog
from livedream.dream.build import random_weights
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import (
    captured,
    compiled,
    eager,
    in_process,
    maker,
    openvino,
    openvino_core,
    race,
    subprocess_builds,
)
from livedream.engines.builder import EngineBuilder
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Check, NumberFormat
from livedream.engines.maker import Choice, Ready
from livedream.engines.round_robin import engine_at
from livedream.errors import EngineError

SOON_S = 60.0

# Two threads that wait for each other are slower than one where the processor is shared.
torch.set_num_threads(1)


class Glow(nn.Module):
    """Adds `step` times the picture rolled by a pixel; clamped."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.register_buffer("mask", torch.linspace(0.5, 1.0, side))

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        assert isinstance(self.mask, Tensor)
        return torch.clamp(image + step[0] * torch.roll(image, 1, 3) * self.mask, 0.0, 1.0)


@dataclass(frozen=True)
class GlowProgram:
    """A program that is made in no time."""

    name: str = "glow"
    side: int = 8

    parts, repeated = (), None

    def fingerprint(self) -> str:
        return f"{self.name} {self.side}"

    def describe(self) -> dict[str, Any]:
        return {"network": self.name, "working_size": [self.side, self.side]}

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        return Glow(self.side).eval().requires_grad_(False)

    def example(self) -> list[NDArray[Any]]:
        rng = np.random.default_rng(3)
        image = rng.random((1, 3, self.side, self.side), dtype=np.float32)
        return [image * np.float32(0.5), np.array([0.1], np.float32)]


@dataclass
class FakeEngine:
    """Gives what a function makes of the image; counts its runs."""

    give: Callable[[NDArray[Any]], NDArray[Any]]
    name: str = "fake"
    number_format: NumberFormat = "float32"
    device = None
    runs: int = 0
    is_open: bool = True

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self.runs += 1
        return self.give(inputs[0])

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def program() -> GlowProgram:
    return GlowProgram()


@pytest.fixture(scope="session")
def session_program() -> GlowProgram:
    return GlowProgram()


@pytest.fixture
def make_program() -> Callable[..., GlowProgram]:
    return GlowProgram


@pytest.fixture
def make_engine() -> Callable[..., FakeEngine]:
    return FakeEngine


@pytest.fixture
def googlenet_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KernelProgram:
    """GoogLeNet's kernel with random weights, at a size that no stride divides."""
    monkeypatch.setattr(catalog, "networks_folder", lambda: tmp_path)
    info = catalog.network_info("googlenet")
    torch.save(random_weights(info, 0), info.file)
    return KernelProgram(KernelSpec("googlenet", taps_at("inception4c"), (49, 62), 1, 1.4, 1, 1.0))


@pytest.fixture(scope="session")
def full_program() -> KernelProgram:
    """A kernel in which every objective and every way of stepping has a part."""
    taps = (
        *taps_at("block.1", objective="absolute"),
        *taps_at("block.1", objective="guide"),
        *taps_at("image", "stem", objective="style"),
        *taps_at("image", "block.0", objective="content"),
    )
    spec = KernelSpec(
        "embedded",
        taps,
        (40, 48),
        2,
        1.2,
        2,
        1.0,
        rank="average",
        steps_decay=0.5,
        optimiser="adam",
        smoothing_scales=3,
        laplacian_levels=2,
        regularised=True,
        flips=True,
        turns=True,
        swings=True,
    )
    return KernelProgram(spec)


@pytest.fixture(scope="session")
def curved_program() -> KernelProgram:
    """A kernel that steps in a spectrum and remembers two of its three steps."""
    spec = KernelSpec(
        "embedded", taps_at("stem"), (41, 48), 1, 1.4, 3, 1.0, optimiser="lbfgs", parametrisation="fourier"
    )
    return KernelProgram(spec)


@pytest.fixture(scope="session")
def small_program() -> KernelProgram:
    """A real kernel that is quick to build: two taps, two octaves, two steps."""
    return KernelProgram(KernelSpec("embedded", taps_at("stem", "block.1"), (48, 64), 2, 1.4, 2, 1.0))


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
        self.polite: list[bool] = []
        self.keeps = True
        self.closes = 0
        self.loads: list[str] = []
        self.warmed: list[Path] = []

    def load(self, program: Any, cache: EngineCache) -> tuple[Any, Check] | None:
        self.loads.append(program.fingerprint())
        engine = self.built.get(program.fingerprint())
        return None if engine is None else (engine, Check(1.0, 0.0, 2.5))

    def __call__(self, program: Any, cache: EngineCache, *, polite: bool = False) -> Any:
        self.polite.append(polite)
        return self.begin(program, cache)

    def begin(self, program: Any, cache: EngineCache) -> Any:
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

    def make(self, name: str) -> Any:
        return self._make_engine(lambda image: image, name=name)

    def warm_up(self, cache: EngineCache) -> None:
        self.warmed.append(cache.folder)

    def close(self) -> None:
        self.closes += 1


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch, make_engine: Callable[..., Any]) -> Workshop:
    shop = Workshop(make_engine)
    monkeypatch.setattr(openvino_core, "runtime", lambda: None)  # nothing here needs it to be installed
    monkeypatch.setattr(openvino, "load", shop.load)
    monkeypatch.setattr(openvino, "Builds", lambda: shop)
    for module in (in_process, subprocess_builds):
        monkeypatch.setattr(module, "torch_device", lambda: "cpu")
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "compiled", "eager"))
    monkeypatch.setattr(race, "rivals", lambda: ())
    return shop


class Bench:
    """Builders that are closed when the test ends, what they told, and what they hand over in time."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self._folder, self._builders = folder, []  # type: Path, list[EngineBuilder[Any]]

    def builder(self, choice: Choice) -> EngineBuilder[Any]:
        self._builders.append(EngineBuilder(choice, EngineCache(self._folder), self.told.append))
        return self._builders[-1]

    def take(self, building: EngineBuilder[Any]) -> Ready[Any]:
        ready = building.take(SOON_S)
        assert ready is not None, "nothing was ready in time"
        return ready

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + SOON_S
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.002)

    def close(self) -> None:
        for one in self._builders:
            one.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


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
    for module in (in_process, subprocess_builds):
        monkeypatch.setattr(module, "torch_device", lambda: "cuda")
    monkeypatch.setattr(maker, "candidates", lambda: ("tensorrt", "compiled", "captured", "eager"))
    monkeypatch.setattr(captured, "CapturedEngine", machine.capture)
    monkeypatch.setattr(compiled, "load", machine.load)
    monkeypatch.setattr(compiled, "Build", machine.start)
    monkeypatch.setattr(eager, "EagerEngine", lambda program, *_: EagerEngine(program))
    return machine


@dataclass(frozen=True)
class Whole:
    """A program whose parts take turns."""

    parts: tuple[Any, ...]

    repeated = None

    def fingerprint(self) -> str:
        return "whole"

    def describe(self) -> dict[str, Any]:
        return {"network": "whole"}

    def make(self, number_format: str = "float32") -> Any:
        pytest.fail("its parts are made")

    def example(self) -> list[Any]:
        pytest.fail("its parts are tried")

    def turns(self, ready: Ready[Any]) -> list[Any]:
        """Give the engines of its parts."""
        return [engine_at(ready.engine, number) for number in range(len(self.parts))]


@pytest.fixture
def whole(make_program: Callable[..., Any]) -> Whole:
    return Whole((make_program("low"), make_program("mid"), make_program("high")))


class FakeLogger:
    """As TensorRT's: to be derived from."""

    Severity = SimpleNamespace(INTERNAL_ERROR=0, ERROR=1, WARNING=2)


@pytest.fixture
def trt(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give what both flavours of TensorRT are imported as, on a machine with a GeForce and all packages."""
    capabilities = SimpleNamespace(SM86=1, SM89=2)
    trt = type("Trt", (), {"ILogger": FakeLogger, "ComputeCapability": capabilities})
    for module in ("tensorrt", "tensorrt_rtx"):
        monkeypatch.setitem(sys.modules, module, trt)
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "1.2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "GeForce")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 9))
    return trt
