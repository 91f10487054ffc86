"""What momentum leaves of steps that change from frame to frame, and where it goes."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from livedream.dreamed import Dreamed
from livedream.pipeline import DreamPipeline


def alternating(studio: Any) -> Any:
    """Make an engine whose steps go up, with a pattern on them that goes to and fro."""
    pattern = (studio.pattern() * np.float32(0.1)).transpose(2, 0, 1)[None]
    return studio.painter(lambda number, _: np.float32(0.004) + pattern * np.float32((-1) ** number))


def changes(dreams: list[Dreamed]) -> list[float]:
    steps = [b.residual - a.residual for a, b in pairwise(dreams)]
    return [float(np.abs(step - step.mean()).mean()) for step in steps]


@pytest.mark.parametrize(("momentum", "left"), [(0.0, 1.0), (0.5, 1 / 3), (0.8, 1 / 9)])
def test_momentum_steadies_what_changes_from_frame_to_frame(
    studio: Any, momentum: float, left: float
) -> None:
    """Of what alternates (1 - m) / (1 + m) is left, and all of what always goes one way."""
    settings = studio.wishes(motion_persistence=0.999, dream_momentum=momentum)
    plain = studio.wishes(motion_persistence=0.999)
    steadied, as_is = (
        [pipeline.process(studio.frame(), wish) for _ in range(30)]
        for pipeline, wish in (
            (DreamPipeline(studio.spec(), alternating(studio)), settings),
            (DreamPipeline(studio.spec(), alternating(studio)), plain),
        )
    )
    assert changes(steadied)[-1] == pytest.approx(left * changes(as_is)[-1], rel=0.25)
    assert steadied[-1].residual.mean() == pytest.approx(as_is[-1].residual.mean(), rel=0.1)


@pytest.mark.parametrize(("seed", "share"), [(0, 0.5), (9, 0.0)])
def test_the_steps_before_go_along_with_the_motion_and_end_at_a_cut(
    studio: Any, seed: int, share: float
) -> None:
    """The first step is the whole dream here, so that half of it comes once more, where it now is."""
    dreams = []
    for momentum in (0.0, 0.5):
        pipeline = DreamPipeline(studio.spec(), studio.adding_first(studio.pattern()))
        wishes = studio.wishes(motion_persistence=1.0, motion_cut_keep=1.0, dream_momentum=momentum)
        pipeline.process(studio.frame(), wishes)
        dreams.append(pipeline.process(studio.frame(8, seed=seed), wishes))
    without, with_momentum = (dreamed.residual[12:-12, 12:-12] for dreamed in dreams)
    assert dreams[0].cut == (seed == 9)
    np.testing.assert_allclose(with_momentum, (1 + share) * without, atol=0.02)
