"""The pipeline with engines whose every pixel is known, and with the real one, small."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.dream.spec import KernelSpec, kernel_spec
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import NumberFormat
from livedream.engines.relay import Relay
from livedream.frame import Frame, Rgb, to_image
from livedream.motion.flow import cropped, shrink
from livedream.motion.warp import Field
from livedream.pipeline import Dreamed, DreamPipeline, Leaving, flicker
from livedream.presets import DEFAULT, load
from livedream.settings import Settings, change

SIZE_HW = (64, 96)


class Painter:
    """An engine that adds a picture of its own, or what it is told to; notes what it is given."""

    name = "painter"
    number_format: NumberFormat = "float32"

    def __init__(self, paint: Callable[[int, NDArray[np.float32]], NDArray[np.float32]]) -> None:
        self._paint = paint
        self.given: list[list[NDArray[Any]]] = []

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self.given.append([np.array(array) for array in inputs])
        return inputs[0] + self._paint(len(self.given) - 1, inputs[0])

    def close(self) -> None:
        """Hold nothing."""


def adding(pattern: Field) -> Painter:
    """Add an HxWx3 pattern to every picture."""
    return Painter(lambda _, image: pattern.transpose(2, 0, 1)[None])


def adding_first(pattern: Field) -> Painter:
    """Add a pattern to the first picture and nothing to the others."""
    return Painter(lambda number, image: pattern.transpose(2, 0, 1)[None] * np.float32(number == 0))


def spec_of(size_hw: tuple[int, int] = SIZE_HW, layers: tuple[str, ...] = ("block.1",)) -> KernelSpec:
    return KernelSpec("embedded", layers, size_hw, 2, 1.4, 2, 1.0)


def wishes(**changes: Any) -> Settings:
    """Give settings in which nothing hides the dream: words with _ for the dot."""
    words = {
        "look.scene": 0.0,
        "look.strength": 1.0,
        "motion.persistence": 0.9,
        "dream.layers": {"block.1": 1.0},
    }
    words |= {word.replace("_", ".", 1): value for word, value in changes.items()}
    return change(Settings(), words)


@cache
def texture(seed: int = 0, height: int = 400, width: int = 500) -> Rgb:
    noise = np.random.default_rng(seed).random((height, width, 3), np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    return np.asarray(40 + (soft - soft.min()) / (soft.max() - soft.min()) * 175).astype(np.uint8)


def frame(
    x: int = 0, y: int = 0, seed: int = 0, index: int = 0, size_wh: tuple[int, int] = (192, 128)
) -> Frame:
    """Look into a texture at (60 + x, 60 + y); nobody may write to it."""
    rgb = texture(seed)[60 + y : 60 + y + size_wh[1], 60 + x : 60 + x + size_wh[0]].copy()
    rgb.setflags(write=False)
    return Frame(rgb, captured_s=index / 30, index=index)


def steadiness(dreamed: Dreamed) -> float | None:
    return flicker(dreamed.residual, dreamed.carried, dreamed.trust)


def soft_pattern(size_hw: tuple[int, int] = SIZE_HW, seed: int = 3) -> Field:
    noise = np.random.default_rng(seed).standard_normal((*size_hw, 3), np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
    return np.asarray(soft / soft.std() * np.float32(0.06), np.float32)


def test_the_first_frame_is_dreamed_from_the_picture_alone() -> None:
    pattern, engine = soft_pattern(), adding(soft_pattern())
    dreamed = DreamPipeline(spec_of(), engine).process(frame(), wishes())
    assert dreamed.carried is None
    assert dreamed.trust is None
    assert not dreamed.cut
    np.testing.assert_allclose(dreamed.residual, pattern, atol=1e-6)
    image = engine.given[0][0]
    assert image.shape == (1, 3, *SIZE_HW)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1


def test_the_output_is_the_frame_with_the_dream_laid_over_it() -> None:
    given, pattern = frame(), soft_pattern()
    dreamed = DreamPipeline(spec_of(), adding(pattern)).process(given, wishes())
    assert dreamed.rgb.shape == given.rgb.shape
    assert dreamed.rgb.dtype == np.uint8
    enlarged = cv2.resize(pattern * 255, given.size_wh, interpolation=cv2.INTER_LINEAR)
    difference = np.abs(dreamed.rgb - np.clip(given.rgb + enlarged, 0, 255))
    assert difference.max() < 4.0
    assert difference.mean() < 0.6


@pytest.mark.parametrize("look", [{"look_strength": 0.0}, {"look_strength": 0.0, "look_scene": 0.7}])
def test_at_strength_nothing_the_frame_comes_out_as_it_went_in(look: dict[str, float]) -> None:
    given = frame()
    dreamed = DreamPipeline(spec_of(), adding(soft_pattern())).process(given, wishes(**look))
    assert dreamed.rgb is not given.rgb
    assert (dreamed.rgb == given.rgb).all()


def test_a_frame_is_brightened_before_it_is_dreamed() -> None:
    engine = adding(soft_pattern() * 0)
    dreamed = DreamPipeline(spec_of(), engine).process(frame(), wishes(look_gamma=2.0))
    np.testing.assert_allclose(dreamed.rgb, 255 * (frame().rgb / 255) ** 0.5, atol=1.01)
    small = shrink(dreamed.rgb, SIZE_HW[::-1])
    np.testing.assert_allclose(engine.given[0][0], to_image(small), atol=2 / 255)


def test_the_scene_shows_through_but_the_dream_goes_on_underneath() -> None:
    results = [
        DreamPipeline(spec_of(), adding(soft_pattern())).process(frame(), wishes(look_scene=scene))
        for scene in (0.0, 1.0)
    ]
    added = [np.abs(dreamed.rgb.astype(float) - frame().rgb).mean() for dreamed in results]
    assert added[1] < 0.7 * added[0]
    assert (results[0].residual == results[1].residual).all()


@pytest.mark.parametrize(("x", "y"), [(8, 0), (0, -6), (-4, 4)])
def test_the_warm_start_carries_the_dream_along_with_the_motion(x: int, y: int) -> None:
    pattern = soft_pattern()
    pipeline = DreamPipeline(spec_of(), adding_first(pattern))
    pipeline.process(frame(), wishes())
    dreamed = pipeline.process(frame(x, y), wishes(motion_persistence=0.5))
    assert dreamed.carried is not None
    assert dreamed.trust is not None
    assert not dreamed.cut
    # The frame is twice the working size, so the dream moves by half of the frame's motion.
    move = np.array([[1, 0, -x / 2], [0, 1, -y / 2]], np.float32)
    expected = cv2.warpAffine(pattern, move, SIZE_HW[::-1])
    inner = (slice(12, -12), slice(12, -12))
    assert dreamed.trust[inner].mean() > 0.85
    error = np.abs(dreamed.carried - expected)[inner].mean() / np.abs(expected)[inner].mean()
    assert error < 0.15
    kept = 0.5 * dreamed.trust[..., None] * dreamed.carried
    np.testing.assert_allclose(dreamed.residual, kept, atol=1e-5)


def test_what_is_not_trusted_is_not_carried() -> None:
    pipeline = DreamPipeline(spec_of(), adding_first(soft_pattern()))
    pipeline.process(frame(), wishes())
    changed = frame().rgb.copy()
    changed[30:100, 20:90] = frame(seed=7).rgb[30:100, 20:90]
    dreamed = pipeline.process(Frame(changed, 0.0, 1), wishes(motion_persistence=1.0))
    there, elsewhere = np.abs(dreamed.residual[20:45, 15:40]).mean(), np.abs(dreamed.residual[:, 60:]).mean()
    assert not dreamed.cut
    assert there < 0.45 * elsewhere


@pytest.mark.parametrize("cold", [{"persistence": 0.0}, {"warm_start": False}])
def test_without_persistence_or_warm_start_every_frame_is_dreamed_from_scratch(cold: dict[str, Any]) -> None:
    warm_start = cold.get("warm_start", True)
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()), warm_start=warm_start)
    settings = wishes(motion_persistence=cold.get("persistence", 0.9))
    outputs = [pipeline.process(frame(x), settings) for x in (0, 4, 8)]
    alone = DreamPipeline(spec_of(), adding(soft_pattern())).process(frame(8), settings)
    assert (outputs[2].rgb == alone.rgb).all()
    np.testing.assert_allclose(outputs[2].residual, alone.residual, atol=1e-6)


def test_without_a_warm_start_the_motion_is_still_told_so_that_flicker_can_be() -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()), warm_start=False)
    pipeline.process(frame(), wishes())
    assert steadiness(pipeline.process(frame(4), wishes())) is not None


def test_a_cut_starts_the_dream_anew() -> None:
    pipeline = DreamPipeline(spec_of(), adding_first(soft_pattern()))
    pipeline.process(frame(), wishes())
    dreamed = pipeline.process(frame(seed=9), wishes(motion_persistence=1.0))
    assert dreamed.cut
    assert np.abs(dreamed.residual).max() < 1e-6
    assert (dreamed.rgb == frame(seed=9).rgb).all()


def test_a_reset_starts_the_dream_anew() -> None:
    pipeline = DreamPipeline(spec_of(), adding_first(soft_pattern()))
    pipeline.process(frame(), wishes())
    pipeline.reset()
    dreamed = pipeline.process(frame(), wishes(motion_persistence=1.0))
    assert dreamed.carried is None
    assert np.abs(dreamed.residual).max() < 1e-6


def test_a_source_of_another_shape_starts_the_dream_anew() -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    pipeline.process(frame(), wishes())
    dreamed = pipeline.process(frame(size_wh=(96, 160)), wishes())
    assert dreamed.rgb.shape == (160, 96, 3)


SIZES = [((64, 96), (40, 64)), ((40, 64), (64, 96)), ((144, 216), (192, 288)), ((192, 288), (144, 216)),
         ((208, 312), (168, 256)), ((72, 96), (64, 104))]  # fmt: skip


@pytest.mark.parametrize(("before_hw", "after_hw"), SIZES)
def test_swapping_to_another_size_keeps_dreaming(
    before_hw: tuple[int, int], after_hw: tuple[int, int]
) -> None:
    pattern = soft_pattern(before_hw)
    pipeline = DreamPipeline(spec_of(before_hw), adding(pattern))
    pipeline.process(frame(), wishes())
    engine = adding(np.zeros((*after_hw, 3), np.float32))
    pipeline.swap(spec_of(after_hw), engine)
    dreamed = pipeline.process(frame(), wishes(motion_persistence=1.0))
    assert engine.given[0][0].shape == (1, 3, *after_hw)
    assert dreamed.residual.shape == (*after_hw, 3)
    expected = cv2.resize(pattern, after_hw[::-1], interpolation=cv2.INTER_LINEAR)
    inner = (slice(6, -6), slice(6, -6))
    error = np.abs(dreamed.residual - expected)[inner].mean() / np.abs(expected)[inner].mean()
    assert error < 0.2, "the dream is lost in the swap"


def test_a_kernel_is_fed_what_the_settings_say_and_another_jitter_each_frame() -> None:
    engine = Painter(lambda _, image: np.zeros_like(image))
    pipeline = DreamPipeline(spec_of(layers=("stem", "block.1")), engine)
    settings = wishes(dream_layers={"block.1": 0.5, "stem": 2.0}, **{"dream_step_size": 0.03})
    for _ in range(4):
        pipeline.process(frame(), settings)
    _, step, _, stem, block = engine.given[0]
    assert step[0] == np.float32(0.03)
    assert (stem == 2.0).all()
    assert (block == 0.5).all()
    assert len({given[2].tobytes() for given in engine.given}) == 4


def test_frames_are_never_written_to_and_outputs_are_the_caller_s_to_keep() -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    frames = [frame(x, index=x) for x in (0, 3, 6)]
    before = [given.rgb.copy() for given in frames]
    results = [pipeline.process(given, wishes(look_scene=0.5)) for given in frames]
    kept = results[1].rgb.copy()
    results[2].rgb[...] = 0
    assert all((given.rgb == rgb).all() for given, rgb in zip(frames, before, strict=True))
    assert (results[1].rgb == kept).all()
    assert len({id(dreamed.rgb) for dreamed in results}) == 3


def test_a_frame_of_exactly_the_working_size_is_not_written_to() -> None:
    given = frame(size_wh=SIZE_HW[::-1])
    before = given.rgb.copy()
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    for _ in range(2):
        assert pipeline.process(given, wishes()).rgb.shape == given.rgb.shape
    assert (given.rgb == before).all()


def test_a_dream_that_is_no_number_does_not_stay_one() -> None:
    """One bad frame must not be carried on for the rest of the show."""
    engine = Painter(lambda number, image: np.full_like(image, np.nan if number == 1 else 0.01))
    pipeline = DreamPipeline(spec_of(), engine)
    pipeline.process(frame(), wishes())
    with np.errstate(invalid="ignore"):
        pipeline.process(frame(), wishes())
        pipeline.process(frame(seed=4), wishes())  # a cut, after which nothing may be left of it
        assert np.isfinite(pipeline.process(frame(seed=4), wishes()).residual).all()


def test_every_stage_is_timed() -> None:
    dreamed = DreamPipeline(spec_of(), adding(soft_pattern())).process(frame(), wishes())
    assert {"motion", "kernel", "compose"} <= set(dreamed.stage_ms)
    assert all(spent_ms >= 0 for spent_ms in dreamed.stage_ms.values())


@pytest.mark.parametrize("size_wh", [(1, 1), (3, 2), (33, 500), (400, 300)])
def test_frames_of_any_size_are_dreamed(size_wh: tuple[int, int]) -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    for index in range(2):
        given = frame(index=index, size_wh=size_wh)
        assert pipeline.process(given, wishes(look_scene=0.5)).rgb.shape == given.rgb.shape


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Two threads that wait for each other are slower than one where the processor is shared."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def real(one_thread: None) -> tuple[KernelSpec, EagerEngine]:
    """The real kernel, small and shallow."""
    return spec_of(), EagerEngine(spec_of())


def dream(real: tuple[KernelSpec, EagerEngine], seed: int = 0) -> list[Dreamed]:
    pipeline = DreamPipeline(*real, seed=seed)
    return [pipeline.process(frame(2 * index, index=index), wishes()) for index in range(4)]


def test_the_same_seed_and_frames_give_the_same_dreams(real: tuple[KernelSpec, EagerEngine]) -> None:
    first, again, other = dream(real), dream(real), dream(real, seed=1)
    assert all((a.rgb == b.rgb).all() for a, b in zip(first, again, strict=True))
    assert all((a.residual == b.residual).all() for a, b in zip(first, again, strict=True))
    assert not (first[0].residual == other[0].residual).all()


def test_dreams_grow_with_the_warm_start_and_stay_within_the_range(
    real: tuple[KernelSpec, EagerEngine],
) -> None:
    pipeline = DreamPipeline(*real)
    sizes = [np.abs(pipeline.process(frame(), wishes()).residual).mean() for _ in range(6)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2 * sizes[0]
    assert sizes[-1] < 0.5


def test_a_still_picture_settles_with_the_default_preset(one_thread: None) -> None:
    """The dream stops growing, and less and less of it changes from frame to frame."""
    settings = load(DEFAULT).settings
    spec = kernel_spec(settings.dream, SIZE_HW)
    pipeline = DreamPipeline(spec, EagerEngine(spec))
    dreams = [pipeline.process(frame(), settings) for _ in range(60)]
    sizes = [float(np.abs(dreamed.residual).mean()) for dreamed in dreams]
    flickers = [value for dreamed in dreams if (value := steadiness(dreamed)) is not None]
    changes = [np.abs(b.rgb.astype(float) - a.rgb).mean() for a, b in pairwise(dreams)]
    assert np.mean(sizes[45:]) < 1.2 * np.mean(sizes[30:45])
    assert np.mean(flickers[-15:]) < 0.75 * np.mean(flickers[:8])
    assert np.mean(changes[-15:]) < 1.05 * np.mean(changes[:8])


def test_the_dream_flies_and_the_camera_stays() -> None:
    pattern = soft_pattern()
    pipeline = DreamPipeline(spec_of(), adding_first(pattern))
    pipeline.process(frame(), wishes())
    flight = {"feedback_pan_x": 0.25, "motion_persistence": 1.0}  # of 96 pixels, in half a second
    dreamed = pipeline.process(frame(index=15), wishes(**flight))
    np.testing.assert_allclose(dreamed.residual[:, 14:], pattern[:, 2:-12], atol=0.01)
    assert np.abs(dreamed.residual[:, :10]).max() < 1e-6, "nothing flies in from outside"
    assert (dreamed.rgb[:, :20] == frame().rgb[:, :20]).all()


def test_after_a_pause_nothing_leaps_and_time_that_goes_back_stands() -> None:
    flows = []
    for index in (30, 3000, -30):
        pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
        pipeline.process(frame(index=60), wishes())
        dreamed = pipeline.process(frame(index=60 + index), wishes(feedback_zoom=0.5))
        assert dreamed.carried is not None
        flows.append(dreamed.carried)
    assert (flows[0] == flows[1]).all()
    assert np.abs(flows[2] - soft_pattern()).max() < 1e-6


def test_persistence_goes_with_the_time_of_the_frames() -> None:
    waving = wishes(motion_persistence_mode="square", motion_persistence_period_s=1.0)
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    times_s = [100.0, 100.4, 100.6, 101.1]  # a device's clock: counted from the first frame
    kept = [pipeline.process(Frame(frame().rgb, time_s, 0), waving) for time_s in times_s]
    assert [dreamed.settings.motion.persistence for dreamed in kept] == [0.9, 0.9, 0.9, 0.9]
    waving = change(waving, {"motion.persistence_low": 0.2})
    media = [pipeline.process(Frame(frame().rgb, 0.0, 0, media_s), waving) for media_s in (5.1, 5.6, 6.2)]
    assert [dreamed.settings.motion.persistence for dreamed in media] == [0.9, 0.2, 0.9]


def test_a_random_persistence_is_that_of_the_seed_and_the_frame() -> None:
    wild = wishes(motion_persistence_mode="random", motion_persistence_low=0.0)

    def kept(seed: int, first: int) -> list[float]:
        pipeline = DreamPipeline(spec_of(), adding(soft_pattern()), seed=seed)
        frames = (frame(index=index) for index in range(first, 6))
        return [pipeline.process(given, wild).settings.motion.persistence for given in frames]

    assert kept(1, 0)[3:] == kept(1, 3), "wherever it begins"
    assert kept(1, 0) != kept(2, 0)


def test_what_moves_may_be_kept_and_what_stands_let_go_of() -> None:
    pipeline = DreamPipeline(spec_of(), adding_first(soft_pattern()))
    pipeline.process(frame(), wishes())
    dreamed = pipeline.process(frame(8), wishes(motion_still=0.0, motion_persistence=1.0))
    assert np.abs(dreamed.residual)[12:-12, 12:-12].mean() > 0.03
    assert np.abs(pipeline.process(frame(8), wishes(motion_still=0.0)).residual).max() < 1e-6


def test_motion_wakes_and_a_standing_picture_falls_asleep() -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    settings = wishes(motion_stillness=1.0, motion_attack_s=0.1, motion_release_s=0.2)
    moving = [pipeline.process(frame(4 * index, index=index), settings) for index in range(15)]
    standing = [pipeline.process(frame(56, index=index), settings) for index in range(15, 40)]
    assert (moving[0].wake, moving[0].speed_px) == (0.0, None)
    assert moving[-1].wake > 0.95
    assert moving[-1].speed_px == pytest.approx(4 * 160 / 192, abs=0.5)
    assert moving[-1].settings.motion.persistence < 0.5
    assert standing[-1].wake < 0.05
    assert np.abs(standing[-1].residual).mean() > 2 * np.abs(moving[-1].residual).mean()


def test_without_a_wish_nobody_is_woken() -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    settings = wishes()
    for index in range(4):
        dreamed = pipeline.process(frame(4 * index, index=index), settings)
    assert dreamed.wake == 0
    assert dreamed.settings is settings


def test_the_dream_may_start_from_a_given_picture() -> None:
    given, engine = frame(seed=5), adding_first(soft_pattern() * 0)
    pipeline = DreamPipeline(spec_of(), engine)
    pipeline.start_from(given.rgb)
    dreamed = pipeline.process(frame(), wishes(motion_persistence=0.5, motion_still=0.1))
    small = cv2.resize(given.rgb, SIZE_HW[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    np.testing.assert_allclose(engine.given[0][0][0].transpose(1, 2, 0), small, atol=1e-5)
    assert not dreamed.cut
    shown = np.abs(dreamed.rgb.astype(float) - given.rgb)
    assert shown.mean() < 5
    after = pipeline.process(frame(), wishes(motion_persistence=0.5))
    np.testing.assert_allclose(after.residual, 0.5 * dreamed.residual, atol=1e-5)


@pytest.mark.parametrize("size_wh", [(192, 128), (64, 300), (300, 40), (1, 1)])
def test_a_given_picture_of_another_shape_gives_its_middle(size_wh: tuple[int, int]) -> None:
    rgb = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    middle = cropped(rgb, (192, 128))
    assert max(abs(middle.shape[1] - middle.shape[0] * 1.5), 1.5) == 1.5
    assert (middle.shape[0] == size_wh[1]) or (middle.shape[1] == size_wh[0])
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    pipeline.start_from(rgb)
    assert pipeline.process(frame(), wishes()).rgb.shape == (128, 192, 3)


MOVING_ALL = {
    "feedback_zoom": 0.4, "feedback_rotate": -9.0, "motion_persistence_mode": "random", "motion_still": 0.9,
    "motion_stillness": 0.5,
}  # fmt: skip


def test_a_dream_goes_on_from_its_state_as_if_it_had_never_stopped(
    real: tuple[KernelSpec, EagerEngine],
) -> None:
    settings = wishes(**MOVING_ALL)
    frames = [replace(frame(2 * index, index=index), media_s=index / 30) for index in range(6)]
    straight = DreamPipeline(*real, seed=3)
    expected = [straight.process(given, settings) for given in frames]
    first, second = (DreamPipeline(*real, seed=3) for _ in range(2))
    for given in frames[:3]:
        first.process(given, settings)
    second.restore(first.state())
    for given, dreamed in zip(frames[3:], expected[3:], strict=True):
        again = second.process(given, settings)
        assert (again.residual == dreamed.residual).all()
        assert (again.rgb == dreamed.rgb).all()
        assert again.wake == dreamed.wake


@pytest.mark.parametrize("first", [0, 1, 5])
def test_octaves_have_their_turns_one_a_frame(first: int) -> None:
    octaves = [adding(soft_pattern()) for _ in range(3)]
    pipeline = DreamPipeline(replace(spec_of(), octaves=3, octave_scale=1.2, spread=True), Relay(octaves))
    pipeline.restore({"dreamed": np.array(first), "wake": np.array(0.0)})
    for number in range(first, first + 3):
        before = len(octaves[number % 3].given)
        pipeline.process(frame(index=number), wishes())
        assert len(octaves[number % 3].given) == before + 1
    assert [len(octave.given) for octave in octaves] == [1, 1, 1]


@pytest.mark.parametrize("stop", [3, 4])
def test_a_spread_dream_goes_on_from_its_state_with_the_octave_whose_turn_it_is(
    one_thread: None, stop: int
) -> None:
    spec = replace(spec_of(), spread=True)
    relay = Relay([EagerEngine(part) for part in spec.parts])
    frames = [frame(2 * index, index=index) for index in range(6)]
    straight, first, second = (DreamPipeline(spec, relay, seed=3) for _ in range(3))
    expected = [straight.process(given, wishes()) for given in frames]
    for given in frames[:stop]:
        first.process(given, wishes())
    second.restore(first.state())
    for given, dreamed in zip(frames[stop:], expected[stop:], strict=True):
        assert (second.process(given, wishes()).residual == dreamed.residual).all()


def test_a_spread_dream_is_as_deep_as_one_of_all_octaves(one_thread: None) -> None:
    spec = spec_of()
    spread = replace(spec, spread=True)
    relay = Relay([EagerEngine(part) for part in spread.parts])
    depths = []
    for one, engine in ((spec, EagerEngine(spec)), (spread, relay)):
        pipeline = DreamPipeline(one, engine)
        dreams = [pipeline.process(frame(), wishes(motion_persistence=0.8)) for _ in range(20)]
        depths.append(np.mean([np.abs(dreamed.residual).mean() for dreamed in dreams[-4:]]))
    assert depths[1] == pytest.approx(depths[0], rel=0.15)


def test_the_state_before_the_first_frame_is_one_and_what_is_none_is_refused() -> None:
    pipeline = DreamPipeline(spec_of(), adding(soft_pattern()))
    state = pipeline.state()
    pipeline.process(frame(), wishes())
    pipeline.restore(state)
    assert pipeline.process(frame(), wishes()).carried is None
    with pytest.raises(ValueError, match="no state"):
        pipeline.restore({"grey": frame().rgb})


@pytest.mark.parametrize("left", [0.0, 0.25, 1.0])
def test_a_dream_that_leaves_is_seen_for_its_share(left: float) -> None:
    comes, goes = soft_pattern(), soft_pattern(seed=8)
    pipeline, old = DreamPipeline(spec_of(), adding(comes)), adding(goes)
    leaving = Leaving(spec_of(), old, wishes(dream_step_size=0.3).dream, left)
    dreamed = pipeline.process(frame(), wishes(), leaving)
    np.testing.assert_allclose(dreamed.residual, (1 - left) * comes + left * goes, atol=1e-6)
    second = pipeline.process(frame(index=1), wishes())
    np.testing.assert_allclose(second.residual, comes + 0.9 * dreamed.residual, atol=0.02)
    assert old.given[0][1][0] == np.float32(0.3)


def test_both_dreams_start_from_the_same_picture_with_the_same_jitter() -> None:
    new, old = adding(soft_pattern()), adding(soft_pattern(seed=8))
    pipeline = DreamPipeline(spec_of(), new)
    for index in range(2):
        pipeline.process(frame(index=index), wishes(), Leaving(spec_of(), old, wishes().dream, 0.5))
    for one, other in zip(new.given, old.given, strict=True):
        for mine, its in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, its)
    assert (new.given[0][2] != new.given[1][2]).any()


def test_flicker_of_known_arrays() -> None:
    carried, trust = np.ones((2, 2, 3), np.float32), np.ones((2, 2), np.float32)
    assert flicker(carried, carried, trust) == 0.0
    assert flicker(2 * carried, carried, trust) == pytest.approx(0.5)
    assert flicker(-carried, carried, trust) == pytest.approx(2.0)
    half = np.array([[1.0, 0.2], [0.9, 0.5]], np.float32)
    residual = carried.copy()
    residual[0, 1], residual[1, 1], residual[1, 0] = 99, 99, 3
    assert flicker(residual, carried, half) == pytest.approx(2 / 4)


def test_there_is_no_flicker_where_nothing_can_be_compared() -> None:
    ones, trust = np.ones((2, 2, 3), np.float32), np.ones((2, 2), np.float32)
    assert flicker(ones, None, None) is None
    assert flicker(ones, ones, 0 * trust) is None
    assert flicker(0 * ones, ones, trust) is None


def test_a_pipeline_loads_no_torch() -> None:
    code = "import sys, livedream.pipeline; assert not {'torch', 'openvino', 'av'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.gpu
@pytest.mark.skipif("not __import__('torch').cuda.is_available()", reason="there is no CUDA device")
def test_on_a_gpu_memory_stays_flat() -> None:
    import torch

    from livedream.engines.captured import CapturedEngine

    spec = spec_of()
    pipeline = DreamPipeline(spec, CapturedEngine(spec, "cuda"))
    held = []
    for number in range(120):
        pipeline.process(frame(number % 20), wishes(look_scene=0.5))
        held.append(torch.cuda.memory_allocated())
    assert max(held[60:]) <= max(held[20:60])


class Shown:
    """References that give one picture and note what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[set[str], int]] = []

    def look_up(self, wanted: Any, dream: Any, rgb: Rgb, number: int) -> dict[Any, NDArray[np.float32]]:
        self.asked.append((set(wanted), number))
        return {"style": np.full((1, 3, 192, 192), 0.25, np.float32)}


def test_a_style_goes_to_the_engine_and_the_frame_itself_comes_last() -> None:
    spec = replace(spec_of(), style=("stem",), content=("image",))
    engine, shown = adding(np.zeros((*SIZE_HW, 3), np.float32)), Shown()
    pipeline = DreamPipeline(spec, engine, references=shown)
    for number in range(2):
        pipeline.process(Frame(texture(number), 0.0, number), wishes())
    assert shown.asked == [({"style", "frame"}, 0), ({"style", "frame"}, 1)]
    for given, seed in zip(engine.given, range(2), strict=True):
        *_, style, frame = given
        assert (style == 0.25).all()
        assert frame.shape == (1, 3, *SIZE_HW)
        assert np.abs(frame - to_image(shrink(texture(seed), SIZE_HW[::-1]))).max() < 1e-6


def ranked_by(settings: Settings, frames: int = 3) -> list[NDArray[Any]]:
    engine = adding(np.zeros((*SIZE_HW, 3), np.float32))
    pipeline = DreamPipeline(replace(spec_of(), rank="strongest"), engine)
    for number in range(frames):
        pipeline.process(Frame(texture() if number == 0 else texture() // 2, 0.0, number), settings)
    return [given[-1] for given in engine.given]


def test_a_scene_cut_ranks_anew() -> None:
    first, second, *_ = ranked_by(
        wishes(
            dream_rank="strongest", dream_rank_by="first", motion_cut_share=1.0, motion_tolerance_levels=1.0
        )
    )
    assert not np.array_equal(first, second)
