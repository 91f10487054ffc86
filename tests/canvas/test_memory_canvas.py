from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.canvas import canvas_for
from livedream.canvas.canvas import Stopwatch, Task
from livedream.canvas.memory_canvas import MemoryCanvas
from livedream.engines.eager import EagerEngine
from livedream.motion.flow import Motion
from livedream.motion.scene_memory import Recall
from livedream.motion.warp import Field
from livedream.settings import LookSettings

MakeTask = Callable[..., Task[Any]]


def test_what_is_looked_at_meanwhile_is_not_taken_for_the_frame(make_task: MakeTask) -> None:
    canvas, task = MemoryCanvas(), make_task()
    alone = MemoryCanvas().dream(task, Stopwatch())
    canvas.looked_at(task.rgb[::-1].copy(), task.size_hw, 160)  # the next frame's
    assert (canvas.dream(task, Stopwatch()).residual == alone.residual).all()


def test_a_residual_lies_as_pictures_do(make_task: MakeTask) -> None:
    """Whatever the engine's own order is: OpenCV reads it next."""
    residual = MemoryCanvas().dream(make_task(), Stopwatch()).residual
    assert residual.flags.c_contiguous
    assert residual.dtype == np.float32


def test_a_past_that_is_not_to_persist_leaves_no_trace(
    make_task: MakeTask, make_past: Any, residual: Field, bending: Motion
) -> None:
    with_past = MemoryCanvas().dream(
        make_task(past=make_past(MemoryCanvas(), residual, bending), persistence=0.0), Stopwatch()
    )
    without = MemoryCanvas().dream(make_task(), Stopwatch())
    np.testing.assert_allclose(with_past.residual, without.residual, atol=1e-5)


def test_an_engine_on_the_processor_keeps_the_canvas_that_is_there(engine: EagerEngine) -> None:
    canvas = canvas_for(engine)
    assert isinstance(canvas, MemoryCanvas)
    assert canvas_for(engine, canvas) is canvas


@pytest.mark.parametrize("scene", [0.0, 0.7])
def test_at_strength_nothing_the_frame_comes_out_as_it_went_in(make_task: MakeTask, scene: float) -> None:
    task = make_task(look=LookSettings(strength=0.0, scene=scene))
    rgb = MemoryCanvas().dream(task, Stopwatch()).finish().rgb
    assert rgb is not task.rgb
    assert (rgb == task.rgb).all()


def test_a_frame_of_exactly_the_working_size_is_not_written_to(
    make_task: MakeTask, make_past: Any, residual: Field, bending: Motion
) -> None:
    canvas, rgb = MemoryCanvas(), make_task().rgb[:48, :80].copy()
    before = rgb.copy()
    for past in (None, make_past(canvas, residual, bending)):
        looked = canvas.looked_at(rgb, (48, 80), 160)
        task = make_task(rgb=rgb, looked=looked, past=past, look=LookSettings(strength=1.0, scene=0.0))
        assert (canvas.dream(task, Stopwatch()).finish().rgb != rgb).any()
        assert (rgb == before).all()


def left_half(size_hw: tuple[int, int] = (96, 160)) -> np.ndarray[Any, Any]:
    share = np.zeros(size_hw, np.float32)
    share[:, : size_hw[1] // 2] = 1
    return share


def test_what_has_come_back_into_view_starts_from_the_dream_of_the_scene(
    make_task: MakeTask, make_past: Any, residual: Field, standing: Motion, adding: Any
) -> None:
    flow = np.zeros((96, 160, 2), np.float32)
    flow[..., 0] = 4.0  # two pixels of the working size
    recall = Recall(flow, share=left_half(), learned=None)
    past = make_past(MemoryCanvas(), residual, standing, recall)
    dreamed = MemoryCanvas().dream(
        make_task(engine=adding(0.0), past=past, persistence=1.0, momentum=0.0), Stopwatch()
    )
    expected = -residual[:, ::-1]
    np.testing.assert_allclose(dreamed.residual[:, 4:36], expected[:, 6:38], atol=1e-5)
    np.testing.assert_allclose(dreamed.residual[:, 44:76], residual[:, 44:76], atol=1e-5)
    np.testing.assert_allclose(dreamed.left.scene[:, 4:70], expected[:, 6:72], atol=1e-5)
    assert dreamed.left.depths.shape == past.left.depths.shape


def test_the_dream_of_the_scene_learns_from_that_of_the_frame_and_else_stays(
    make_task: MakeTask, make_past: Any, residual: Field, standing: Motion, adding: Any
) -> None:
    flow = np.zeros((96, 160, 2), np.float32)
    kept = make_past(MemoryCanvas(), residual, standing, Recall(flow, None, None))
    learns = make_past(MemoryCanvas(), residual, standing, Recall(flow, None, left_half()))
    anew = make_past(MemoryCanvas(), residual, standing)
    tasks = [
        make_task(engine=adding(0.0), past=past, persistence=1.0, momentum=0.0)
        for past in (kept, learns, anew)
    ]
    scenes = [MemoryCanvas().dream(task, Stopwatch()).left.scene for task in tasks]
    assert scenes[0] is kept.left.scene
    np.testing.assert_allclose(scenes[1][:, :38], residual[:, :38], atol=1e-5)
    np.testing.assert_allclose(scenes[1][:, 42:], -residual[:, ::-1][:, 42:], atol=1e-5)
    np.testing.assert_allclose(scenes[2], residual, atol=1e-5)
