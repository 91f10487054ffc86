"""What the motion and the time of the frames do to a dream."""

from typing import Any

import numpy as np
import pytest

from livedream.frame import Frame
from livedream.pipeline import DreamPipeline
from livedream.settings import change


def test_the_dream_flies_and_the_camera_stays(studio: Any) -> None:
    pattern = studio.pattern()
    pipeline = DreamPipeline(studio.spec(), studio.adding_first(pattern))
    pipeline.process(studio.frame(), studio.wishes())
    # A quarter of 96 pixels a second, for half a second.
    flight = {"feedback_pan_x": 0.25, "motion_persistence": 1.0, "look_shutter": 0.0}
    dreamed = pipeline.process(studio.frame(index=15), studio.wishes(**flight))
    np.testing.assert_allclose(dreamed.residual[:, 14:], pattern[:, 2:-12], atol=0.01)
    assert np.abs(dreamed.residual[:, :10]).max() < 1e-6, "nothing flies in from outside"
    assert (dreamed.rgb[:, :20] == studio.frame().rgb[:, :20]).all()


def test_after_a_pause_nothing_leaps_and_time_that_goes_back_stands(studio: Any) -> None:
    flows = []
    for index in (30, 3000, -30):
        pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
        pipeline.process(studio.frame(index=60), studio.wishes())
        dreamed = pipeline.process(studio.frame(index=60 + index), studio.wishes(feedback_zoom=0.5))
        assert dreamed.carried is not None
        flows.append(dreamed.carried)
    assert (flows[0] == flows[1]).all()
    assert np.abs(flows[2] - studio.pattern()).max() < 1e-6


def test_persistence_goes_with_the_time_of_the_frames(studio: Any) -> None:
    waving = studio.wishes(motion_persistence_mode="square", motion_persistence_period_s=1.0)
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    times_s = [100.0, 100.4, 100.6, 101.1]  # a device's clock: counted from the first frame
    kept = [pipeline.process(Frame(studio.frame().rgb, time_s, 0), waving) for time_s in times_s]
    assert [dreamed.settings.motion.persistence for dreamed in kept] == [0.9, 0.9, 0.9, 0.9]
    waving = change(waving, {"motion.persistence_low": 0.2})
    media = [
        pipeline.process(Frame(studio.frame().rgb, 0.0, 0, media_s), waving) for media_s in (5.1, 5.6, 6.2)
    ]
    assert [dreamed.settings.motion.persistence for dreamed in media] == [0.9, 0.2, 0.9]


def test_a_random_persistence_is_that_of_the_seed_and_the_frame(studio: Any) -> None:
    wild = studio.wishes(motion_persistence_mode="random", motion_persistence_low=0.0)

    def kept(seed: int, first: int) -> list[float]:
        pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()), seed=seed)
        frames = (studio.frame(index=index) for index in range(first, 6))
        return [pipeline.process(given, wild).settings.motion.persistence for given in frames]

    assert kept(1, 0)[3:] == kept(1, 3), "wherever it begins"
    assert kept(1, 0) != kept(2, 0)


def test_what_moves_may_be_kept_and_what_stands_let_go_of(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding_first(studio.pattern()))
    pipeline.process(studio.frame(), studio.wishes())
    dreamed = pipeline.process(studio.frame(8), studio.wishes(motion_still=0.0, motion_persistence=1.0))
    assert np.abs(dreamed.residual)[12:-12, 12:-12].mean() > 0.03
    assert np.abs(pipeline.process(studio.frame(8), studio.wishes(motion_still=0.0)).residual).max() < 1e-6


def test_motion_wakes_and_a_standing_picture_falls_asleep(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    settings = studio.wishes(motion_stillness=1.0, motion_attack_s=0.1, motion_release_s=0.2)
    moving = [pipeline.process(studio.frame(4 * index, index=index), settings) for index in range(15)]
    standing = [pipeline.process(studio.frame(56, index=index), settings) for index in range(15, 40)]
    assert (moving[0].wake, moving[0].speed_px) == (0.0, None)
    assert moving[-1].wake > 0.95
    assert moving[-1].speed_px == pytest.approx(4 * 160 / 192, abs=0.5)
    assert moving[-1].settings.motion.persistence < 0.5
    assert standing[-1].wake < 0.05
    assert np.abs(standing[-1].residual).mean() > 2 * np.abs(moving[-1].residual).mean()


def test_without_a_wish_nobody_is_woken(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    settings = studio.wishes()
    for index in range(4):
        dreamed = pipeline.process(studio.frame(4 * index, index=index), settings)
    assert dreamed.wake == 0
    assert dreamed.settings is settings
