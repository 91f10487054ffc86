from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.engines.eager import EagerEngine
from livedream.frame import Frame
from livedream.pipeline import DreamPipeline
from livedream.presets import load, shipped
from livedream.references import References


@pytest.mark.parametrize("name", shipped())
def test_every_preset_dreams(name: str) -> None:
    settings = load(name).settings
    spec = kernel_spec(settings.dream, (64, 96))
    pipeline = DreamPipeline(spec, EagerEngine(KernelProgram(spec)), references=References())
    rough = np.random.default_rng(5).random((12, 18, 3))
    rgb = (np.kron(rough, np.ones((16, 16, 1))) * 255).astype(np.uint8)
    outputs = [pipeline.process(Frame(rgb, 0.0, number), settings) for number in range(4)]
    strengths = [float(np.abs(dreamed.residual).mean()) for dreamed in outputs]
    assert all(after > 0.9 * before for before, after in pairwise(strengths)), "on a still picture it stays"
    assert strengths[0] > 0.001
    assert not np.array_equal(outputs[-1].rgb, rgb)
