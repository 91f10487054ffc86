from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from livedream.dreamed import flicker
from livedream.pipeline import DreamPipeline


def test_what_a_second_frame_carries_is_at_working_size(studio: Any) -> None:
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    first, second = (pipeline.process(studio.frame(left), studio.wishes()) for left in (0, 4))
    assert (first.carried, first.trust, first.speed_px) == (None, None, None)
    assert second.carried is not None
    assert second.trust is not None
    assert second.carried.shape == second.residual.shape == (*studio.size_hw, 3)
    assert second.trust.shape == studio.size_hw
    assert second.speed_px is not None
    assert second.speed_px > 0
    pipeline.reset()
    third = pipeline.process(studio.frame(4), studio.wishes())
    assert [one.is_first for one in (first, second, third)] == [True, False, True]


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
