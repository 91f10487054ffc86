"""The pipeline with engines whose every pixel is known, and with the real one, small."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.dreamed import Dreamed, flicker
from livedream.engines.eager import EagerEngine
from livedream.frame import Frame, to_image
from livedream.imaging import shrink
from livedream.pipeline import DreamPipeline
from livedream.presets import load
from livedream.resources import DEFAULT_PRESET


def steadiness(dreamed: Dreamed) -> float | None:
    return flicker(dreamed.residual, dreamed.carried, dreamed.trust)


def test_the_first_frame_is_dreamed_from_the_picture_alone(studio: Any) -> None:
    pattern, engine = studio.pattern(), studio.adding(studio.pattern())
    dreamed = DreamPipeline(studio.spec(), engine).process(studio.frame(), studio.wishes())
    assert dreamed.carried is None
    assert dreamed.trust is None
    assert not dreamed.cut
    np.testing.assert_allclose(dreamed.residual, pattern, atol=1e-6)
    image = engine.given[0][0]
    assert image.shape == (1, 3, *studio.size_hw)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1


def test_the_output_is_the_frame_with_the_dream_laid_over_it(studio: Any) -> None:
    given, pattern = studio.frame(), studio.pattern()
    dreamed = DreamPipeline(studio.spec(), studio.adding(pattern)).process(given, studio.wishes())
    assert dreamed.rgb.shape == given.rgb.shape
    assert dreamed.rgb.dtype == np.uint8
    enlarged = cv2.resize(pattern * 255, given.size_wh, interpolation=cv2.INTER_LINEAR)
    difference = np.abs(dreamed.rgb - np.clip(given.rgb + enlarged, 0, 255))
    assert difference.max() < 4.0
    assert difference.mean() < 0.6


def test_a_frame_is_brightened_before_it_is_dreamed(studio: Any) -> None:
    engine = studio.adding(studio.pattern() * 0)
    dreamed = DreamPipeline(studio.spec(), engine).process(studio.frame(), studio.wishes(look_gamma=2.0))
    np.testing.assert_allclose(dreamed.rgb, 255 * (studio.frame().rgb / 255) ** 0.5, atol=1.01)
    small = shrink(dreamed.rgb, studio.size_hw[::-1])
    np.testing.assert_allclose(engine.given[0][0], to_image(small), atol=2 / 255)


def test_the_scene_shows_through_but_the_dream_goes_on_underneath(studio: Any) -> None:
    pipelines = [DreamPipeline(studio.spec(), studio.adding(studio.pattern())) for _ in range(2)]
    results = [
        pipeline.process(studio.frame(), studio.wishes(look_scene=scene))
        for pipeline, scene in zip(pipelines, (0.0, 1.0), strict=True)
    ]
    added = [np.abs(dreamed.rgb.astype(float) - studio.frame().rgb).mean() for dreamed in results]
    assert added[1] < 0.7 * added[0]
    assert (results[0].residual == results[1].residual).all()


@pytest.mark.parametrize(("x", "y"), [(8, 0), (0, -6), (-4, 4)])
def test_the_warm_start_carries_the_dream_along_with_the_motion(studio: Any, x: int, y: int) -> None:
    pattern = studio.pattern()
    pipeline = DreamPipeline(studio.spec(), studio.adding_first(pattern))
    pipeline.process(studio.frame(), studio.wishes())
    dreamed = pipeline.process(studio.frame(x, y), studio.wishes(motion_persistence=0.5))
    assert dreamed.carried is not None
    assert dreamed.trust is not None
    assert not dreamed.cut
    # The frame is twice the working size, so the dream moves by half of the frame's motion.
    move = np.array([[1, 0, -x / 2], [0, 1, -y / 2]], np.float32)
    expected = cv2.warpAffine(pattern, move, studio.size_hw[::-1])
    inner = (slice(12, -12), slice(12, -12))
    assert dreamed.trust[inner].mean() > 0.85
    error = np.abs(dreamed.carried - expected)[inner].mean() / np.abs(expected)[inner].mean()
    assert error < 0.15
    kept = 0.5 * dreamed.trust[..., None] * dreamed.carried
    np.testing.assert_allclose(dreamed.residual, kept, atol=1e-5)


def test_what_is_not_trusted_is_not_carried(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding_first(studio.pattern()))
    pipeline.process(studio.frame(), studio.wishes())
    changed = studio.frame().rgb.copy()
    changed[30:100, 20:90] = studio.frame(seed=7).rgb[30:100, 20:90]
    dreamed = pipeline.process(Frame(changed, 0.0, 1), studio.wishes(motion_persistence=1.0))
    there, elsewhere = np.abs(dreamed.residual[20:45, 15:40]).mean(), np.abs(dreamed.residual[:, 60:]).mean()
    assert not dreamed.cut
    assert there < 0.5 * elsewhere


@pytest.mark.parametrize("cold", [{"persistence": 0.0}, {"warm_start": False}])
def test_without_persistence_or_warm_start_every_frame_is_dreamed_from_scratch(
    studio: Any, cold: dict[str, Any]
) -> None:
    warm_start = cold.get("warm_start", True)
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()), warm_start=warm_start)
    settings = studio.wishes(motion_persistence=cold.get("persistence", 0.9))
    outputs = [pipeline.process(studio.frame(x), settings) for x in (0, 4, 8)]
    alone = DreamPipeline(studio.spec(), studio.adding(studio.pattern())).process(studio.frame(8), settings)
    assert (outputs[2].rgb == alone.rgb).all()
    np.testing.assert_allclose(outputs[2].residual, alone.residual, atol=1e-6)


def test_without_a_warm_start_the_motion_is_still_told_so_that_flicker_can_be(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()), warm_start=False)
    pipeline.process(studio.frame(), studio.wishes())
    assert steadiness(pipeline.process(studio.frame(4), studio.wishes())) is not None


def test_a_cut_starts_the_dream_anew(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding_first(studio.pattern()))
    pipeline.process(studio.frame(), studio.wishes())
    dreamed = pipeline.process(studio.frame(seed=9), studio.wishes(motion_persistence=1.0))
    assert dreamed.cut
    assert np.abs(dreamed.residual).max() < 1e-6
    assert (dreamed.rgb == studio.frame(seed=9).rgb).all()


def test_a_reset_starts_the_dream_anew(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding_first(studio.pattern()))
    pipeline.process(studio.frame(), studio.wishes())
    pipeline.reset()
    dreamed = pipeline.process(studio.frame(), studio.wishes(motion_persistence=1.0))
    assert dreamed.carried is None
    assert np.abs(dreamed.residual).max() < 1e-6


def test_a_source_of_another_shape_starts_the_dream_anew(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    pipeline.process(studio.frame(), studio.wishes())
    dreamed = pipeline.process(studio.frame(size_wh=(96, 160)), studio.wishes())
    assert dreamed.rgb.shape == (160, 96, 3)


SIZES = [
    ((64, 96), (40, 64)),
    ((40, 64), (64, 96)),
    ((144, 216), (192, 288)),
    ((192, 288), (144, 216)),
    ((208, 312), (168, 256)),
    ((72, 96), (64, 104)),
]


@pytest.mark.parametrize(("before_hw", "after_hw"), SIZES)
def test_swapping_to_another_size_keeps_dreaming(
    studio: Any, before_hw: tuple[int, int], after_hw: tuple[int, int]
) -> None:
    pattern = studio.pattern(before_hw)
    pipeline = DreamPipeline(studio.spec(before_hw), studio.adding(pattern))
    pipeline.process(studio.frame(), studio.wishes())
    engine = studio.adding(np.zeros((*after_hw, 3), np.float32))
    pipeline.swap(studio.spec(after_hw), engine)
    dreamed = pipeline.process(studio.frame(), studio.wishes(motion_persistence=1.0))
    assert engine.given[0][0].shape == (1, 3, *after_hw)
    assert dreamed.residual.shape == (*after_hw, 3)
    expected = cv2.resize(pattern, after_hw[::-1], interpolation=cv2.INTER_LINEAR)
    inner = (slice(6, -6), slice(6, -6))
    error = np.abs(dreamed.residual - expected)[inner].mean() / np.abs(expected)[inner].mean()
    assert error < 0.2, "the dream is lost in the swap"


def test_frames_are_never_written_to_and_outputs_are_the_caller_s_to_keep(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    frames = [studio.frame(x, index=x) for x in (0, 3, 6)]
    before = [given.rgb.copy() for given in frames]
    results = [pipeline.process(given, studio.wishes(look_scene=0.5)) for given in frames]
    kept = results[1].rgb.copy()
    results[2].rgb[...] = 0
    assert all((given.rgb == rgb).all() for given, rgb in zip(frames, before, strict=True))
    assert (results[1].rgb == kept).all()
    assert len({id(dreamed.rgb) for dreamed in results}) == 3


def test_a_dream_that_is_no_number_does_not_stay_one(studio: Any) -> None:
    """One bad frame must not be carried on for the rest of the show."""
    engine = studio.painter(lambda number, image: np.full_like(image, np.nan if number == 1 else 0.01))
    pipeline = DreamPipeline(studio.spec(), engine)
    pipeline.process(studio.frame(), studio.wishes())
    with np.errstate(invalid="ignore"):
        pipeline.process(studio.frame(), studio.wishes())
        # After a cut nothing may be left of it.
        pipeline.process(studio.frame(seed=4), studio.wishes())
        assert np.isfinite(pipeline.process(studio.frame(seed=4), studio.wishes()).residual).all()


def test_every_stage_is_timed(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    dreamed = pipeline.process(studio.frame(), studio.wishes())
    assert {"motion", "kernel", "compose"} <= set(dreamed.stage_ms)
    assert all(spent_ms >= 0 for spent_ms in dreamed.stage_ms.values())


@pytest.mark.parametrize("size_wh", [(1, 1), (3, 2), (33, 500), (400, 300)])
def test_frames_of_any_size_are_dreamed(studio: Any, size_wh: tuple[int, int]) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    for index in range(2):
        given = studio.frame(index=index, size_wh=size_wh)
        assert pipeline.process(given, studio.wishes(look_scene=0.5)).rgb.shape == given.rgb.shape


def dream(studio: Any, real: Any, seed: int = 0) -> list[Dreamed]:
    pipeline = DreamPipeline(*real, seed=seed)
    return [pipeline.process(studio.frame(2 * index, index=index), studio.wishes()) for index in range(4)]


def test_the_same_seed_and_frames_give_the_same_dreams(studio: Any, real: Any) -> None:
    first, again, other = dream(studio, real), dream(studio, real), dream(studio, real, seed=1)
    assert all((a.rgb == b.rgb).all() for a, b in zip(first, again, strict=True))
    assert all((a.residual == b.residual).all() for a, b in zip(first, again, strict=True))
    assert not (first[0].residual == other[0].residual).all()


def test_dreams_grow_with_the_warm_start_and_stay_within_the_range(studio: Any, real: Any) -> None:
    pipeline = DreamPipeline(*real)
    sizes = [np.abs(pipeline.process(studio.frame(), studio.wishes()).residual).mean() for _ in range(6)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2 * sizes[0]
    assert sizes[-1] < 0.5


@pytest.mark.slow
def test_a_still_picture_settles_with_the_default_preset(studio: Any, one_thread: None) -> None:
    """The dream stops growing, and less and less of it changes from frame to frame."""
    settings = load(DEFAULT_PRESET).settings
    spec = kernel_spec(settings.dream, studio.size_hw)
    pipeline = DreamPipeline(spec, EagerEngine(KernelProgram(spec)))
    dreams = [pipeline.process(studio.frame(), settings) for _ in range(60)]
    sizes = [float(np.abs(dreamed.residual).mean()) for dreamed in dreams]
    flickers = [value for dreamed in dreams if (value := steadiness(dreamed)) is not None]
    changes = [np.abs(b.rgb.astype(float) - a.rgb).mean() for a, b in pairwise(dreams)]
    assert np.mean(sizes[45:]) < 1.2 * np.mean(sizes[30:45])
    assert np.mean(flickers[-15:]) < 0.75 * np.mean(flickers[:8])
    assert np.mean(changes[-15:]) < 1.05 * np.mean(changes[:8])


def test_a_scene_cut_ranks_anew(studio: Any) -> None:
    engine = studio.adding(0 * studio.pattern())
    pipeline = DreamPipeline(replace(studio.spec(), rank="strongest"), engine)
    cuts = {"motion_cut_share": 1.0, "motion_tolerance_levels": 1.0}
    settings = studio.wishes(dream_rank="strongest", dream_rank_by="first", **cuts)
    for number, rgb in enumerate([studio.texture(), studio.texture() // 2]):
        pipeline.process(Frame(rgb, 0.0, number), settings)
    first, second = (given[-1] for given in engine.given)
    assert not np.array_equal(first, second)


def test_a_pipeline_loads_no_torch() -> None:
    code = "import sys, livedream.pipeline; assert not {'torch', 'openvino', 'av'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.gpu
@pytest.mark.skipif("not __import__('torch').cuda.is_available()", reason="there is no CUDA device")
def test_on_a_gpu_memory_stays_flat(studio: Any) -> None:
    import torch

    from livedream.engines.captured import CapturedEngine

    spec = studio.spec()
    pipeline = DreamPipeline(spec, CapturedEngine(spec, "cuda"))
    held = []
    for number in range(120):
        pipeline.process(studio.frame(number % 20), studio.wishes(look_scene=0.5))
        held.append(torch.cuda.memory_allocated())
    assert max(held[60:]) <= max(held[20:60])
