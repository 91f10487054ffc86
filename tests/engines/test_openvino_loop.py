from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

pytest.importorskip("openvino", reason="openvino is not installed")

from livedream.dream.inputs import SCALARS
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import openvino, openvino_core

SPEC = KernelSpec("embedded", taps_at("stem"), (33, 40), 1, 1.2, 3, 1.0)
REFERENCES = (
    *taps_at("stem", objective="guide"),
    *taps_at("image", objective="style"),
    *taps_at("image", objective="content"),
)


def operations(spec: KernelSpec) -> Counter[str]:
    model = openvino.convert(KernelProgram(spec))
    return Counter(one.get_type_name() for one in model.get_ops())


def dreamed(spec: KernelSpec, inputs: list[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return what OpenVINO adds to the picture, and what torch does, which runs step after step."""
    program = KernelProgram(spec)
    model, module = openvino.convert(program), program.make()
    compiled = openvino_core.core().compile_model(model, "CPU", openvino.config("float32"))
    engine = openvino.OpenVinoEngine(compiled, "float32")
    ours = engine.run(inputs) - inputs[0]
    engine.close()
    with torch.inference_mode():
        expected = module(*(torch.from_numpy(array) for array in inputs)).numpy() - inputs[0]
    return ours, expected


@pytest.mark.parametrize(
    "change",
    [
        {"octaves": 2, "flips": True, "turns": True, "swings": True},
        {"optimiser": "adam", "laplacian_levels": 1, "smoothing_scales": 2, "regularised": True},
        {"optimiser": "lbfgs", "steps": 7},
        {"optimiser": "lbfgs", "parametrisation": "fourier"},
        {"optimiser": "adam", "parametrisation": "fourier"},
        {"taps": (*SPEC.taps, *REFERENCES), "rank": "strongest"},
    ],
)
def test_steps_in_a_loop_dream_what_the_same_steps_one_by_one_do(change: dict[str, Any]) -> None:
    spec = replace(SPEC, **change)
    inputs = KernelProgram(spec).example()
    inputs[1][SCALARS.index("step_growth")] = 1.3
    looped, unrolled = dreamed(spec, inputs)
    assert np.abs(unrolled).mean() > 1e-3
    assert np.abs(looped - unrolled).mean() < 1e-3 * np.abs(unrolled).mean()


def test_octaves_of_many_steps_become_loops_and_the_others_do_not() -> None:
    spec = replace(SPEC, size_hw=(64, 80), octaves=3, steps=8, steps_decay=0.5)
    assert operations(spec)["Loop"] == 2
    assert operations(replace(SPEC, steps=2))["Loop"] == 0


def test_a_graph_does_not_grow_with_its_steps() -> None:
    few, many = (operations(replace(SPEC, steps=steps)) for steps in (3, 30))
    assert few == many
