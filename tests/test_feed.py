"""What a kernel is given besides its picture, by itself and in a pipeline."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.dream.inputs import PICTURE_PX
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.feed import Feed, Turn
from livedream.frame import Frame, Rgb, to_image
from livedream.imaging import fit_square, shrink
from livedream.pipeline import DreamPipeline
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("block.1"), (64, 96), 2, 1.4, 2, 1.0)
DREAM = DreamSettings(layers={"block.1": 1.0})


def turn(number: int = 0) -> Turn:
    rgb = np.random.default_rng(number).integers(0, 256, (64, 96, 3), np.uint8)
    return Turn(rgb, number, number / 30)


class Shown:
    """References that give one picture and note what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[set[str], str, int]] = []

    def look_up(
        self, wanted: Any, dream: DreamSettings, rgb: Rgb, number: int
    ) -> dict[Any, NDArray[np.float32]]:
        self.asked.append((set(wanted), dream.style, number))
        return {"style": np.full((1, 3, PICTURE_PX, PICTURE_PX), 0.25, np.float32)}


def same(one: list[NDArray[Any]], other: list[NDArray[Any]]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_what_is_drawn_is_that_of_the_seed_and_the_number() -> None:
    given = Feed(3, None).inputs(SPEC, DREAM, turn(7))
    assert same(given, Feed(3, None).inputs(SPEC, DREAM, turn(7)))
    assert not same(given, Feed(3, None).inputs(SPEC, DREAM, turn(8)))
    assert not same(given, Feed(4, None).inputs(SPEC, DREAM, turn(7)))


def test_pictures_are_looked_up_for_the_dream_that_wants_them() -> None:
    shown, spec = Shown(), replace(SPEC, taps=(*SPEC.taps, *taps_at("stem", objective="style")))
    feed = Feed(0, shown)
    for style in ("one.png", "other.png"):
        *_, picture = feed.inputs(spec, DreamSettings(layers={"block.1": 1.0}, style=style), turn(5))
        assert (picture == 0.25).all()
    feed.inputs(SPEC, DREAM, turn())
    assert shown.asked == [({"style"}, "one.png", 5), ({"style"}, "other.png", 5)]


@pytest.mark.parametrize(("rank_by", "seen"), [("first", [0, 0, 0]), ("frame", [0, 1, 2])])
def test_channels_are_ranked_by_the_first_frame_or_by_each(rank_by: Any, seen: list[int]) -> None:
    spec, feed = replace(SPEC, rank="strongest"), Feed(0, None)
    dream = DreamSettings(layers={"block.1": 1.0}, rank="strongest", rank_by=rank_by)
    for number, of in enumerate(seen):
        *_, picture = feed.inputs(spec, dream, turn(number))
        np.testing.assert_array_equal(picture, fit_square(turn(of).rgb, PICTURE_PX))


def test_after_it_is_forgotten_the_next_frame_ranks() -> None:
    spec, feed = replace(SPEC, rank="strongest"), Feed(0, None)
    dream = DreamSettings(layers={"block.1": 1.0}, rank="strongest", rank_by="first")
    feed.inputs(spec, dream, turn(0))
    feed.ranking = None
    *_, picture = feed.inputs(spec, dream, turn(1))
    np.testing.assert_array_equal(picture, fit_square(turn(1).rgb, PICTURE_PX))


def test_a_kernel_is_fed_what_the_settings_say_and_another_jitter_each_frame(studio: Any) -> None:
    engine = studio.painter(lambda _, image: np.zeros_like(image))
    pipeline = DreamPipeline(studio.spec(layers=("stem", "block.1")), engine)
    settings = studio.wishes(dream_layers={"block.1": 0.5, "stem": 2.0}, **{"dream_step_size": 0.03})
    for _ in range(4):
        pipeline.process(studio.frame(), settings)
    _, step, _, stem, block = engine.given[0]
    assert step[0] == np.float32(0.03)
    assert (stem == 2.0).all()
    assert (block == 0.5).all()
    assert len({given[2].tobytes() for given in engine.given}) == 4


def test_a_style_goes_to_the_engine_and_the_frame_itself_comes_last(studio: Any) -> None:
    beside = (*taps_at("stem", objective="style"), *taps_at("image", objective="content"))
    spec = replace(studio.spec(), taps=(*studio.spec().taps, *beside))
    engine, shown = studio.adding(np.zeros((*studio.size_hw, 3), np.float32)), Shown()
    pipeline = DreamPipeline(spec, engine, references=shown)
    for number in range(2):
        pipeline.process(Frame(studio.texture(number), 0.0, number), studio.wishes())
    assert shown.asked == [({"style", "frame"}, "", 0), ({"style", "frame"}, "", 1)]
    for given, seed in zip(engine.given, range(2), strict=True):
        *_, style, frame = given
        assert (style == 0.25).all()
        assert frame.shape == (1, 3, *studio.size_hw)
        assert np.abs(frame - to_image(shrink(studio.texture(seed), studio.size_hw[::-1]))).max() < 1e-6
