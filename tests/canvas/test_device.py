"""The canvas on a device against the one in memory; torch's device is the processor, so no GPU is needed."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from livedream.canvas.canvas import Stopwatch, Task
from livedream.canvas.device import DeviceCanvas, finite, warped
from livedream.canvas.memory_canvas import MemoryCanvas
from livedream.errors import EngineRunError
from livedream.motion.feedback_warp import fed_back
from livedream.motion.flow import Motion
from livedream.motion.scene_memory import Recall
from livedream.motion.stillness import weighted
from livedream.motion.warp import Field, fit, warp
from livedream.settings import FeedbackSettings, LookSettings, MotionSettings

MakeTask = Callable[..., Task[Any]]
MakeEngine = Callable[[float], Any]


@pytest.fixture
def canvas() -> DeviceCanvas:
    return DeviceCanvas(torch.device("cpu"))


def test_a_first_frame_is_dreamed_as_in_memory(make_task: MakeTask, canvas: DeviceCanvas) -> None:
    task = make_task()
    here, there = MemoryCanvas().dream(task, Stopwatch()), canvas.dream(task, Stopwatch())
    assert there.carried is None
    a, b = here.residual, canvas.to_array(there.residual)
    assert a.shape == b.shape
    # In memory the small picture is bytes, so some ReLUs switch elsewhere.
    assert np.vdot(a, b) > 0.98 * np.linalg.norm(a) * np.linalg.norm(b)
    shown = np.abs(here.finish().rgb.astype(int) - there.finish().rgb.astype(int))
    assert np.percentile(shown, 99) <= 12
    assert shown.mean() < 0.5


def test_the_past_is_carried_along_as_in_memory(
    make_task: MakeTask,
    canvas: DeviceCanvas,
    make_past: Any,
    residual: Field,
    bending: Motion,
    adding: MakeEngine,
) -> None:
    quiet = adding(0.0)
    here = MemoryCanvas().dream(
        make_task(engine=quiet, past=make_past(MemoryCanvas(), residual, bending)), Stopwatch()
    )
    there = canvas.dream(make_task(engine=quiet, past=make_past(canvas, residual, bending)), Stopwatch())
    assert here.carried is not None
    assert there.carried is not None
    for a, b in ((here.carried, there.carried), (here.residual, there.residual)):
        assert np.abs(a - canvas.to_array(b)).mean() < 0.02 * np.abs(a).mean()
    assert (np.abs(here.finish().rgb.astype(int) - there.finish().rgb.astype(int)) <= 3).all()


def test_a_dream_that_flies_is_carried_along_as_in_memory(
    make_task: MakeTask,
    canvas: DeviceCanvas,
    make_past: Any,
    residual: Field,
    bending: Motion,
    adding: MakeEngine,
) -> None:
    flight = FeedbackSettings(zoom=0.5, rotate=30.0, pan_x=-0.2)
    weights = MotionSettings(still=0.4, moving=0.9, threshold_px=2.0)
    flying = weighted(fed_back(bending, flight, 0.3, (300, 180)), weights)
    here = MemoryCanvas().dream(
        make_task(engine=adding(0.0), past=make_past(MemoryCanvas(), residual, flying)), Stopwatch()
    )
    there = canvas.dream(make_task(engine=adding(0.0), past=make_past(canvas, residual, flying)), Stopwatch())
    assert here.carried is not None
    assert there.carried is not None
    assert np.abs(here.carried - residual).mean() > 0.5 * np.abs(residual).mean()
    for a, b in ((here.carried, there.carried), (here.residual, there.residual)):
        assert np.abs(a - canvas.to_array(b)).mean() < 0.02 * np.abs(a).mean()


@pytest.mark.parametrize("parts", [("share",), ("learned",), ("share", "learned"), ()])
def test_the_scene_comes_back_as_in_memory(
    make_task: MakeTask,
    make_past: Any,
    residual: Field,
    bending: Motion,
    adding: MakeEngine,
    parts: tuple[str, ...],
) -> None:
    maps = {part: bending.trust if part in parts else None for part in ("share", "learned")}
    recall, look = Recall(bending.flow / 2, **maps), LookSettings(depth=0.6, light=0.5)
    canvases = (MemoryCanvas(), DeviceCanvas(torch.device("cpu")))
    pasts = [make_past(one, residual, bending, recall) for one in canvases]
    here, there = (
        one.dream(make_task(engine=adding(0.01), look=look, past=past, momentum=0.0), Stopwatch())
        for one, past in zip(canvases, pasts, strict=True)
    )
    for name in ("residual", "scene", "depths"):
        a, b = getattr(here.left, name), canvases[1].to_array(getattr(there.left, name))
        assert np.abs(a - b).mean() < 0.02 * np.abs(a).mean(), name


def test_a_past_of_another_size_is_resized(
    make_task: MakeTask,
    canvas: DeviceCanvas,
    make_past: Any,
    residual: Field,
    bending: Motion,
    adding: MakeEngine,
) -> None:
    done = canvas.dream(
        make_task(engine=adding(0.0), past=make_past(canvas, residual[:40, :64], bending)), Stopwatch()
    )
    assert done.carried is not None
    assert done.carried.shape == (1, 3, 48, 80)


@pytest.mark.parametrize("flow_hw", [(48, 80), (24, 40), (96, 160)])
def test_a_constant_flow_shifts(residual: Field, flow_hw: tuple[int, int]) -> None:
    flow = np.zeros((*flow_hw, 2), np.float32)
    flow[..., 0], flow[..., 1] = 3 * flow_hw[1] / 80, -2 * flow_hw[0] / 48
    field = torch.from_numpy(np.ascontiguousarray(residual.transpose(2, 0, 1)))[None]
    moved = warped(field, torch.from_numpy(flow), flow_hw)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(moved[2:, :-3], residual[:-2, 3:], atol=1e-5)
    np.testing.assert_allclose(moved[:2, :-3], residual[1::-1, 3:], atol=1e-5)


def test_it_warps_as_opencv_does(residual: Field, bending: Motion) -> None:
    expected = warp(residual, fit(bending, (80, 48))[0])
    field = torch.from_numpy(np.ascontiguousarray(residual.transpose(2, 0, 1)))[None]
    moved = warped(field, torch.from_numpy(bending.flow), bending.trust.shape)[0].permute(1, 2, 0).numpy()
    assert np.abs(moved - expected).max() < 0.02 * np.abs(expected).max()


def test_a_dream_that_is_no_number_leaves_the_frame_as_it_came(
    make_task: MakeTask, canvas: DeviceCanvas, adding: MakeEngine
) -> None:
    task = make_task(engine=adding(float("nan")))
    done = canvas.dream(task, Stopwatch())
    assert not done.finish().sound
    assert (done.finish().rgb == task.rgb).all()
    assert (canvas.to_array(done.residual) == 0).all()


def test_nothing_waits_to_learn_whether_a_residual_is_sound() -> None:
    residual, sound = finite(torch.full((1, 3, 4, 4), torch.inf))
    assert isinstance(sound, torch.Tensor)
    assert (residual == 0).all()


def test_at_strength_nothing_the_frame_comes_out_as_it_went_in(
    make_task: MakeTask, canvas: DeviceCanvas
) -> None:
    task = make_task(look=make_task().look.model_copy(update={"strength": 0.0}))
    assert (canvas.dream(task, Stopwatch()).finish().rgb == task.rgb).all()


def test_frames_are_the_caller_s_to_keep(make_task: MakeTask, canvas: DeviceCanvas) -> None:
    first = canvas.dream(make_task(), Stopwatch()).finish().rgb
    kept = first.copy()
    for seed in range(4):
        task = make_task(rgb=make_task().rgb[::-1].copy() // (seed + 1))
        canvas.dream(task, Stopwatch()).finish().rgb[...] = 0
    assert (first == kept).all()


@pytest.mark.parametrize("size_hw", [(1, 1), (2, 3), (33, 500), (400, 300)])
def test_frames_of_any_size_are_dreamed(
    make_task: MakeTask, canvas: DeviceCanvas, size_hw: tuple[int, int]
) -> None:
    rgb = np.full((*size_hw, 3), 90, np.uint8)
    assert canvas.dream(make_task(rgb=rgb), Stopwatch()).finish().rgb.shape == rgb.shape


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_cuda_frames_in_flight_do_not_disturb_each_other(make_task: MakeTask, adding: MakeEngine) -> None:
    canvas = DeviceCanvas(torch.device("cuda"))
    engine = adding(0.1)
    tasks = [
        make_task(rgb=np.full((64, 64, 3), level, np.uint8), engine=engine) for level in range(0, 200, 10)
    ]
    alone = [canvas.dream(task, Stopwatch()).finish().rgb for task in tasks]
    for place, (first, second) in enumerate(pairwise(tasks)):
        begun = canvas.dream(first, Stopwatch()), canvas.dream(second, Stopwatch())
        assert (begun[0].finish().rgb == alone[place]).all()
        assert (begun[1].finish().rgb == alone[place + 1]).all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_cuda_nothing_waits_within_a_frame(make_task: MakeTask, adding: MakeEngine) -> None:
    canvas, task = DeviceCanvas(torch.device("cuda")), make_task(engine=adding(0.1))
    canvas.dream(task, Stopwatch()).finish()
    torch.cuda.set_sync_debug_mode("error")
    try:
        pending = canvas.dream(task, Stopwatch())
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert pending.finish().sound


@pytest.mark.parametrize("depth", [0.0, 0.4, 1.0])
def test_a_dream_is_steered_and_lit_as_in_memory(
    make_task: MakeTask, make_past: Any, residual: Field, bending: Motion, adding: MakeEngine, depth: float
) -> None:
    canvas = DeviceCanvas(torch.device("cpu"))
    look = make_task().look.model_copy(update={"steer": True, "depth": depth, "light": 0.8, "scene": 0.0})
    done = [
        one.dream(
            make_task(engine=adding(0.02), past=make_past(one, residual, bending), look=look), Stopwatch()
        )
        for one in (MemoryCanvas(), canvas)
    ]
    here, there = done
    assert (
        np.abs(here.residual - canvas.to_array(there.residual)).mean() < 0.02 * np.abs(here.residual).mean()
    )
    np.testing.assert_allclose(here.left.depths, canvas.to_array(there.left.depths), rtol=0.15, atol=0.003)
    assert here.left.gain.item() == pytest.approx(there.left.gain.item(), rel=0.01)
    assert (np.abs(here.finish().rgb.astype(int) - there.finish().rgb.astype(int)) <= 4).all()


@pytest.mark.parametrize("stage", ["Upload.send", "warped", "grade", "laid_over", "Download.fetch"])
def test_what_a_device_refuses_at_any_stage_is_its_engine_s_fault(
    *,
    make_task: MakeTask,
    make_past: Any,
    residual: Field,
    bending: Motion,
    canvas: DeviceCanvas,
    adding: MakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
) -> None:
    """A kernel of the frame before that failed comes out at any later call."""

    def refuse(*_: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    task = make_task(engine=adding(0.1), past=make_past(canvas, residual, bending))
    monkeypatch.setattr(f"livedream.canvas.device.{stage}", refuse)
    with pytest.raises(EngineRunError, match=r"^the engine adding failed \(RuntimeError: CUDA error"):
        canvas.dream(task, Stopwatch())


def test_what_was_dreamed_may_be_lost_with_the_device(
    canvas: DeviceCanvas, residual: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = canvas.from_array(residual)

    def refuse(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(torch.Tensor, "to", refuse)
    for moved in (lambda: canvas.to_array(held), lambda: canvas.from_array(residual)):
        with pytest.raises(EngineRunError, match=r"^the engine on cpu failed \(RuntimeError: out of memory"):
            moved()
