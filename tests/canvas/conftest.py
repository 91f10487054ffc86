from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from livedream.canvas.canvas import Left, Past, Run, Task
from livedream.canvas.memory_canvas import MemoryCanvas
from livedream.composite.depth import cells_hw
from livedream.dream.inputs import frame_inputs
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.eager import EagerEngine
from livedream.frame import Rgb
from livedream.motion.flow import Motion
from livedream.motion.scene_memory import Recall
from livedream.motion.warp import Field
from livedream.settings import DreamSettings, LookSettings

SIZE_HW = (48, 80)

# Two threads that wait for each other are slower than one where the processor is shared.
torch.set_num_threads(1)


def picture(seed: int = 0, size_hw: tuple[int, int] = (180, 300)) -> Rgb:
    noise = np.random.default_rng(seed).random((*size_hw, 3), np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 5))
    return np.asarray(40 + (soft - soft.min()) / (soft.max() - soft.min()) * 175).astype(np.uint8)


def motion(seed: int = 1, size_hw: tuple[int, int] = (96, 160)) -> Motion:
    """A flow that bends, and a trust that varies."""
    rng = np.random.default_rng(seed)
    flow = cv2.GaussianBlur(rng.standard_normal((*size_hw, 2)).astype(np.float32), (0, 0), 9) * 40
    trust = cv2.GaussianBlur(rng.random(size_hw).astype(np.float32), (0, 0), 5)
    spread = (trust - trust.min()) / (trust.max() - trust.min())
    trust = np.asarray(spread, np.float32)
    return Motion(np.asarray(flow, np.float32), trust, trust, cut=False)


@pytest.fixture(scope="session")
def engine() -> EagerEngine:
    return EagerEngine(KernelProgram(KernelSpec("embedded", taps_at("block.1"), SIZE_HW, 2, 1.4, 1, 1.0)))


@pytest.fixture
def make_task(engine: EagerEngine) -> Callable[..., Task[Any]]:
    """Give a task; `past` is a canvas' own, `engine` what runs."""

    def make(**changes: Any) -> Task[Any]:
        rgb = changes.get("rgb", picture())
        spec = KernelSpec("embedded", taps_at("block.1"), SIZE_HW, 2, 1.4, 1, 1.0)
        inputs = frame_inputs(spec, DreamSettings(layers={"block.1": 1.0}), 4)
        given: dict[str, Any] = {
            "rgb": rgb,
            "looked": MemoryCanvas().looked_at(rgb, SIZE_HW, 160),
            "size_hw": SIZE_HW,
            "past": None,
            "persistence": 0.9,
            "momentum": 0.5,
            "look": LookSettings(strength=1.2, scene=0.6, steer=False, light=0.5),
        }
        runs = [Run(changes.pop("engine", engine), inputs)]
        return Task(**given | {"runs": runs} | changes)

    return make


@pytest.fixture
def make_past() -> Callable[..., Past[Any]]:
    """Give what a frame left on a canvas that is as deep everywhere as its residual is on average."""

    def make(canvas: Any, residual: Field, motion: Motion, recall: Recall | None = None) -> Past[Any]:
        depths = np.full((*cells_hw(SIZE_HW), 1), np.abs(residual).mean(), np.float32)
        held = (residual, residual[::-1] / 8, -residual[:, ::-1], depths, np.ones((1, 1, 1), np.float32))
        return Past(Left(*map(canvas.from_array, held)), motion, 1 / 30, recall)

    return make


@pytest.fixture
def residual() -> np.ndarray[Any, Any]:
    noise = np.random.default_rng(5).standard_normal((*SIZE_HW, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2)
    return np.asarray(soft / soft.std() * 0.08, np.float32)


@pytest.fixture
def bending() -> Motion:
    return motion()


@pytest.fixture
def standing() -> Motion:
    whole = np.ones((96, 160), np.float32)
    return Motion(np.zeros((96, 160, 2), np.float32), whole, whole, cut=False)


@dataclass
class Adding:
    """An engine, for arrays and tensors, that adds a constant; notes what it is given beside the picture."""

    amount: float
    name: str = "adding"
    number_format: str = "float32"
    device = None
    given: list[list[Any]] = field(default_factory=list)

    def run(self, inputs: Any) -> Any:
        return self.call(inputs)

    def call(self, inputs: Any) -> Any:
        image, *beside = inputs
        self.given.append(beside)
        return image + self.amount

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def adding() -> Callable[[float], Adding]:
    return Adding
