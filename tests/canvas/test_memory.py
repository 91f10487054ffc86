from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.canvas import canvas_for
from livedream.canvas.canvas import Stopwatch, Task
from livedream.canvas.memory import MemoryCanvas
from livedream.engines.eager import EagerEngine
from livedream.motion.flow import Motion
from livedream.motion.warp import Field
from livedream.settings import LookSettings

MakeTask = Callable[..., Task[Any]]


def test_the_small_picture_is_made_once_for_a_frame(make_task: MakeTask) -> None:
    canvas, task = MemoryCanvas(), make_task()
    alone = MemoryCanvas().dream(task, Stopwatch())
    canvas.grey(task.rgb[::-1].copy(), task.size_hw, 160)  # another frame's, which is not to be taken
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
        small = canvas.grey(rgb, (48, 80), 160)
        task = make_task(rgb=rgb, grey=small, past=past, look=LookSettings(strength=1.0, scene=0.0))
        assert (canvas.dream(task, Stopwatch()).finish().rgb != rgb).any()
        assert (rgb == before).all()
