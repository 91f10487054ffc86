"""What both canvases do; torch's device is the processor, so no GPU is needed."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from livedream.canvas.canvas import Run, Stopwatch, Task
from livedream.canvas.device import DeviceCanvas
from livedream.canvas.memory_canvas import MemoryCanvas
from livedream.composite import compose
from livedream.motion.flow import Motion
from livedream.motion.warp import Field
from livedream.settings import ColourSettings, LookSettings

MakeTask = Callable[..., Task[Any]]
MakeEngine = Callable[[float], Any]
CANVASES = [MemoryCanvas(), DeviceCanvas(torch.device("cpu"))]


@pytest.fixture
def dream(
    make_task: MakeTask, adding: MakeEngine, make_past: Any, residual: Field, bending: Motion
) -> Callable[..., tuple[Any, Field, Task[Any]]]:
    """Dream a frame after one that left `residual`: (frame, residual, task)."""

    def run(
        canvas: Any, colour: ColourSettings, scene: float = 0.6, **look: float
    ) -> tuple[Any, Field, Task[Any]]:
        task = make_task(
            engine=adding(0.0),
            past=make_past(canvas, residual, bending),
            colour=colour,
            look=LookSettings.model_validate({"steer": False, "light": 0.0, "scene": scene, **look}),
        )
        pending = canvas.dream(task, Stopwatch())
        return pending.finish().rgb, canvas.to_array(pending.residual), task

    return run


@pytest.mark.parametrize(
    "colour",
    [
        ColourSettings(keep=1.0),
        ColourSettings(saturation=2.0, keep=0.2),
        ColourSettings(contrast=1.0),
        ColourSettings(balance=1.0),
        ColourSettings(target=(1.0, 0.4, 0.1), target_weight=0.3, balance=0.2),
    ],
)
def test_a_device_colours_a_frame_as_memory_does(dream: Any, colour: ColourSettings) -> None:
    (here, a, _), (there, b, _) = (dream(canvas, colour) for canvas in CANVASES)
    assert np.abs(a - b).mean() < 0.02 * np.abs(a).mean()
    shown = np.abs(here.astype(int) - there.astype(int))
    assert shown.max() <= 5
    assert shown.mean() < 0.5
    plain = dream(CANVASES[0], ColourSettings())[0]
    assert np.abs(here.astype(int) - plain).mean() > 0.3


@pytest.mark.parametrize("canvas", CANVASES)
def test_a_frame_that_keeps_its_colours_differs_in_light_alone(dream: Any, canvas: Any) -> None:
    rgb, _, task = dream(canvas, ColourSettings(keep=1.0))
    inside = ((rgb > 0) & (rgb < 255)).all(axis=2)
    assert inside.mean() > 0.9
    assert np.abs(rgb.astype(int) - task.rgb).max() > 5
    before, after = (np.diff(array.astype(int), axis=2)[inside] for array in (task.rgb, rgb))
    # On a device a sum that ends on a half may be rounded up in one channel and down in another.
    assert np.abs(before - after).max() <= 1
    assert (before == after).mean() > 0.999


@pytest.mark.parametrize("canvas", CANVASES)
def test_the_look_leaves_what_is_carried_on(dream: Any, canvas: Any) -> None:
    look = ColourSettings(keep=0.7, saturation=1.5, contrast=1.0)
    assert (dream(canvas, look)[1] == dream(canvas, ColourSettings())[1]).all()


@pytest.mark.parametrize("canvas", CANVASES)
def test_a_target_is_in_what_is_carried_on_and_in_the_frame(dream: Any, canvas: Any) -> None:
    target = (0.7, 0.4, 0.3)
    colour = ColourSettings(target=target, target_weight=1.0)
    rgb, residual, task = dream(canvas, colour, scene=0.0, shutter=0.0)
    mean = task.rgb.reshape(-1, 3).mean(axis=0) / 255 + residual.reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(mean, target, atol=0.005)
    np.testing.assert_allclose(rgb.reshape(-1, 3).mean(axis=0) / 255, target, atol=0.02)


@pytest.mark.parametrize("canvas", CANVASES)
def test_a_balance_takes_the_dream_s_own_tint_off(dream: Any, canvas: Any) -> None:
    tinted = dream(canvas, ColourSettings())[1].mean(axis=(0, 1))
    left = dream(canvas, ColourSettings(balance=0.75))[1].mean(axis=(0, 1))
    np.testing.assert_allclose(left, 0.25 * tinted, atol=1e-5)


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_two_dreams_are_mixed_as_in_memory(
    make_task: MakeTask, adding: MakeEngine, canvas: Any, share: float
) -> None:
    runs = [Run(adding(0.1), [], share=1 - share), Run(adding(-0.1), [np.ones(3)], share=share)]
    residual = canvas.to_array(canvas.dream(make_task(runs=runs), Stopwatch()).residual)
    np.testing.assert_allclose(residual, 0.1 - 0.2 * share, atol=1e-6)


@pytest.mark.parametrize("canvas", CANVASES)
def test_each_engine_gets_its_own_inputs(make_task: MakeTask, adding: MakeEngine, canvas: Any) -> None:
    one, other = adding(0.0), adding(0.0)
    runs = [
        Run(one, [np.full(3, 7.0)], True, 0.5),
        Run(other, [np.ones(2), np.ones(4) * 2], False, 0.5),
    ]
    canvas.dream(make_task(runs=runs), Stopwatch())
    first, second = ([float(np.asarray(x).mean()) for x in engine.given[0]] for engine in (one, other))
    assert (first[0], len(first), second) == (7.0, 2, [1.0, 2.0])
    assert 0 < first[1] < 1


@pytest.mark.parametrize("canvas", CANVASES)
def test_what_a_canvas_holds_comes_back_as_it_was(canvas: Any, residual: Field) -> None:
    held = canvas.to_array(canvas.from_array(residual))
    assert held.dtype == np.float32
    np.testing.assert_array_equal(held, residual)


@pytest.mark.parametrize(
    ("canvas", "stages"),
    [
        (CANVASES[0], {"motion", "kernel", "residual", "look", "queued", "compose"}),
        (CANVASES[1], {"motion", "launch", "wait"}),
    ],
)
def test_every_stage_of_a_dream_is_timed(
    make_task: MakeTask, adding: MakeEngine, canvas: Any, stages: set[str]
) -> None:
    watch = Stopwatch()
    canvas.dream(make_task(engine=adding(0.1)), watch).finish()
    assert set(watch.stage_ms) == stages
    assert all(spent_ms >= 0 for spent_ms in watch.stage_ms.values())


def test_a_stopwatch_tells_what_each_stage_took(monkeypatch: pytest.MonkeyPatch) -> None:
    times_s = iter([10.002, 10.005, 10.105])
    monkeypatch.setattr(time, "perf_counter", lambda: next(times_s))
    watch = Stopwatch(last_s=10.0)
    for stage in ("motion", "kernel", "compose"):
        watch.lap(stage)
    assert watch.stage_ms == pytest.approx({"motion": 2.0, "kernel": 3.0, "compose": 100.0})


@pytest.mark.parametrize("canvas", CANVASES)
def test_a_shutter_sees_the_frame_before_unless_it_is_long_ago_or_another_scene(
    make_task: MakeTask, make_past: Any, adding: MakeEngine, residual: Field, bending: Motion, canvas: Any
) -> None:
    look = LookSettings(steer=False, light=0.0, scene=0.0, shutter=0.5)
    for since_s, cut, share in ((1 / 30, False, 0.5), (1 / 6, False, 0.125), (1 / 30, True, 0.0)):
        past = replace(make_past(canvas, residual, replace(bending, cut=cut)), elapsed_s=since_s)
        task = make_task(runs=[Run(adding(0.0), [])], past=past, persistence=1.0, momentum=0.0, look=look)
        done = canvas.dream(task, Stopwatch())
        now = canvas.to_array(done.residual)
        assert np.abs(now - residual).mean() > 0.2 * np.abs(residual).mean(), "it has moved"
        expected = compose(task.rgb, (1 - share) * now + np.float32(share) * residual)
        assert np.abs(done.finish().rgb - expected.astype(int)).mean() < 0.3
