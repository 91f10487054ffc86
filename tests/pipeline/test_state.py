"""What a dream starts from: its own state, or a picture that is given."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from livedream.imaging import crop
from livedream.pipeline import DreamPipeline

MOVING_ALL = {
    "feedback_zoom": 0.4,
    "feedback_rotate": -9.0,
    "motion_persistence_mode": "random",
    "motion_still": 0.9,
    "motion_stillness": 0.5,
}


def test_a_dream_goes_on_from_its_state_as_if_it_had_never_stopped(studio: Any, real: Any) -> None:
    settings = studio.wishes(**MOVING_ALL)
    frames = [replace(studio.frame(2 * index, index=index), media_s=index / 30) for index in range(6)]
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


def test_the_state_before_the_first_frame_is_one_and_what_is_none_is_refused(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    state = pipeline.state()
    pipeline.process(studio.frame(), studio.wishes())
    pipeline.restore(state)
    assert pipeline.process(studio.frame(), studio.wishes()).carried is None
    with pytest.raises(ValueError, match="no state"):
        pipeline.restore({"grey": studio.frame().rgb})


def test_the_dream_may_start_from_a_given_picture(studio: Any) -> None:
    given, engine = studio.frame(seed=5), studio.adding_first(studio.pattern() * 0)
    pipeline = DreamPipeline(studio.spec(), engine)
    pipeline.start_from(given.rgb)
    dreamed = pipeline.process(studio.frame(), studio.wishes(motion_persistence=0.5, motion_still=0.1))
    small = cv2.resize(given.rgb, studio.size_hw[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    np.testing.assert_allclose(engine.given[0][0][0].transpose(1, 2, 0), small, atol=1e-5)
    assert not dreamed.cut
    shown = np.abs(dreamed.rgb.astype(float) - given.rgb)
    assert shown.mean() < 5
    after = pipeline.process(studio.frame(), studio.wishes(motion_persistence=0.5))
    np.testing.assert_allclose(after.residual, 0.5 * dreamed.residual, atol=1e-5)


@pytest.mark.parametrize("size_wh", [(192, 128), (64, 300), (300, 40), (1, 1)])
def test_a_given_picture_of_another_shape_gives_its_middle(studio: Any, size_wh: tuple[int, int]) -> None:
    rgb = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    middle = crop(rgb, (192, 128))
    assert max(abs(middle.shape[1] - middle.shape[0] * 1.5), 1.5) == 1.5
    assert (middle.shape[0] == size_wh[1]) or (middle.shape[1] == size_wh[0])
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    pipeline.start_from(rgb)
    assert pipeline.process(studio.frame(), studio.wishes()).rgb.shape == (128, 192, 3)


def test_a_frame_of_another_shot_starts_from_the_picture_alone(studio: Any, real: Any) -> None:
    settings = studio.wishes(motion_persistence=0.9)
    frames = [replace(studio.frame(0, index=index), media_s=index / 30) for index in range(3)]
    other = replace(studio.frame(1, index=0), media_s=0.0, shot=1)
    pipeline = DreamPipeline(*real, seed=3)
    for given in frames:
        pipeline.process(given, settings)
    cut = pipeline.process(other, settings)
    assert cut.speed_px is None
    assert pipeline.process(replace(other, index=1, media_s=1 / 30), settings).speed_px is not None
