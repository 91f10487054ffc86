"""How deep a dream becomes, what a pan, a cut and a flight leave of it, with the real kernel."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.dreamed import Dreamed
from livedream.engines.eager import EagerEngine
from livedream.frame import Frame, Rgb
from livedream.pipeline import DreamPipeline
from livedream.presets import load
from livedream.resources import DEFAULT_PRESET
from livedream.settings import Settings, change

SIZE_WH = (192, 128)
SHOW = change(load(DEFAULT_PRESET).settings, {"dream.layers": {"lines": 1.0}})


@pytest.fixture(scope="module")
def dream(one_thread: None) -> Callable[..., list[Dreamed]]:
    """Dream pictures one after the other, 30 a second."""
    spec = kernel_spec(SHOW.dream, (64, 96))
    engine = EagerEngine(KernelProgram(spec))

    def run(pictures: list[Rgb], settings: Settings = SHOW) -> list[Dreamed]:
        pipeline = DreamPipeline(spec, engine)
        frames = [Frame(rgb, index / 30, index, media_s=index / 30) for index, rgb in enumerate(pictures)]
        return [pipeline.process(frame, settings) for frame in frames]

    return run


def depth(dreamed: Dreamed) -> float:
    return float(np.abs(dreamed.rgb.astype(np.float32) - dreamed.frame.rgb).mean() / 255)


def energy(dreamed: Dreamed) -> float:
    return float(np.square(dreamed.residual).mean())


def wide(seed: int = 0, width: int = 1000) -> Rgb:
    """Make a large picture with soft forms of several sizes."""
    rng, layers = np.random.default_rng(seed), np.zeros((128, width, 3), np.float32)
    for sigma in (2, 6, 18):
        soft = cv2.GaussianBlur(rng.standard_normal(layers.shape).astype(np.float32), (0, 0), sigma)
        layers += np.asarray(soft / soft.std(), np.float32)
    return np.clip(128 + 28 * layers, 0, 255).astype(np.uint8)


@pytest.mark.slow
def test_a_long_pan_keeps_its_dream(dream: Callable[..., list[Dreamed]]) -> None:
    picture = wide()
    pan = [np.ascontiguousarray(picture[:, round(2.5 * n) : round(2.5 * n) + 192]) for n in range(300)]
    energies = np.array([energy(dreamed) for dreamed in dream(pan)])
    settled = np.median(energies[60:])
    assert energies[60:].min() >= 0.7 * settled


@pytest.mark.slow
def test_pictures_of_every_kind_come_to_the_depth_asked_for(dream: Callable[..., list[Dreamed]]) -> None:
    rng = np.random.default_rng(3)
    face = wide(5)[:, :192]
    kinds = {
        "busy": face,
        "dark": (face * 0.25).astype(np.uint8),
        "wall": np.clip(200 + rng.normal(0, 2, face.shape), 0, 255).astype(np.uint8),
        "contrast": np.where(face > 128, 235, 20).astype(np.uint8),
    }
    depths = {kind: depth(dream([rgb] * 150)[-1]) for kind, rgb in kinds.items()}
    mean = np.mean(list(depths.values()))
    assert all(abs(one / mean - 1) < 0.2 for one in depths.values()), depths


@pytest.mark.slow
def test_depth_is_what_it_is_set_to_and_nothing_at_nothing(dream: Callable[..., list[Dreamed]]) -> None:
    face = wide(5)[:, :192]
    shown = [depth(dream([face] * 90, change(SHOW, {"look.depth": d}))[-1]) for d in (0.0, 0.3, 0.6)]
    assert shown[0] < 0.004
    assert shown[2] == pytest.approx(2 * shown[1], rel=0.2)


def test_after_a_cut_half_of_the_depth_is_there_in_seven_tenths_of_a_second_without_a_flash(
    dream: Callable[..., list[Dreamed]],
) -> None:
    one, other = wide(1)[:, :192], 255 - wide(9)[:, :192]
    dreams = dream([one] * 90 + [other] * 60)
    assert [place for place, dreamed in enumerate(dreams) if dreamed.cut] == [90]
    depths = [depth(dreamed) for dreamed in dreams]
    settled = float(np.mean(depths[60:90]))
    assert max(depths[90:]) < 1.35 * settled, "a flash"
    assert min(depths[90 + 21 :]) > 0.5 * settled


def test_manual_step_sizes_are_left_alone(dream: Callable[..., list[Dreamed]]) -> None:
    face = wide(5)[:, :192]
    manual = {"look.steer": False, "look.depth": 0.1}
    little, much = (
        depth(dream([face] * 30, change(SHOW, manual | {"dream.step_size": step}))[-1])
        for step in (0.001, 0.01)
    )
    assert much > 3 * little


def test_what_has_gone_leaves_no_ghost(dream: Callable[..., list[Dreamed]]) -> None:
    """A bright disc crosses a wall; a second later its path is neither brighter nor deeper than the rest."""
    columns, rows = np.meshgrid(np.arange(192), np.arange(128))
    scene = wide(4)[:, :192] // 4 + 90

    def at(x: float) -> Rgb:
        return np.where((np.hypot(columns - x, rows - 64) < 26)[..., None], np.uint8(245), scene).astype(
            np.uint8
        )

    crossing = [at(-30 + 5.0 * n) for n in range(60)] + [scene] * 45
    crossed = dream(crossing)
    assert not any(dreamed.cut for dreamed in crossed)
    path = (slice(38, 90), slice(20, 172))
    added = (crossed[-1].rgb.astype(np.float32) - scene).mean(axis=2)
    assert abs(float(added[path].mean() - added.mean())) < 3
    assert np.abs(added[path]).mean() == pytest.approx(np.abs(added).mean(), rel=0.25)


@pytest.mark.parametrize("stop", [3, 20])
def test_a_steered_dream_goes_on_from_its_state_as_if_it_had_never_stopped(
    one_thread: None, stop: int
) -> None:
    spec = kernel_spec(SHOW.dream, (64, 96))
    engine, picture = EagerEngine(KernelProgram(spec)), wide(7)
    views = [np.ascontiguousarray(picture[:, 2 * n : 2 * n + 192]) for n in range(24)]
    frames = [Frame(rgb, n / 30, n, media_s=n / 30) for n, rgb in enumerate(views)]
    straight, first, second = (DreamPipeline(spec, engine, seed=2) for _ in range(3))
    expected = [straight.process(frame, SHOW) for frame in frames]
    for frame in frames[:stop]:
        first.process(frame, SHOW)
    second.restore(first.state())
    for frame, dreamed in zip(frames[stop:], expected[stop:], strict=True):
        assert (second.process(frame, SHOW).rgb == dreamed.rgb).all()


@pytest.mark.parametrize("passes", [1, 3])
def test_a_young_dream_is_dreamed_at_least_twice_a_frame_and_an_old_one_as_often_as_asked(
    one_thread: None, passes: int
) -> None:
    settings = change(SHOW, {"dream.passes": passes})
    spec = kernel_spec(SHOW.dream, (64, 96))
    engine, calls = EagerEngine(KernelProgram(spec)), []

    class Counting:
        name, number_format, device = "counting", "float32", None

        def run(self, inputs: Any) -> Any:
            calls.append(inputs)
            return engine.run(inputs)

        def close(self) -> None:
            """Hold nothing."""

    pipeline, counts = DreamPipeline(spec, Counting()), []
    for n, rgb in enumerate([wide(1)[:, :192]] * 20 + [255 - wide(9)[:, :192]] * 20):
        before = len(calls)
        pipeline.process(Frame(rgb, n / 30, n, media_s=n / 30), settings)
        counts.append(len(calls) - before)
    young = max(2, passes)
    assert counts == [young] * 12 + [passes] * 8 + [young] * 12 + [passes] * 8


@pytest.mark.slow
def test_who_passes_does_not_take_the_dream_of_the_wall_along(dream: Callable[..., list[Dreamed]]) -> None:
    wall, board = wide(2)[:, :192], 255 - wide(7)[:, :60]
    pictures = [wall] * 60
    for left in range(-60, 192, 7):
        picture, start, end = wall.copy(), max(0, left), min(192, left + 60)
        picture[20:110, start:end] = board[20:110, start - left : end - left]
        pictures.append(picture)
    gone = len(pictures) - 1 - 60 // 7  # the right edge of the board leaves
    same = []
    for recall in (0.0, 0.9):
        dreams = dream(pictures, change(SHOW, {"motion.recall": recall, "motion.persistence": 1.0}))
        before, after = (dreams[place].residual[12:54, 20:50].ravel() for place in (59, gone))
        same.append(float(np.corrcoef(before, after)[0, 1]))
    assert same[1] > 0.5
    assert same[1] > same[0] + 0.05
