"""The scene behind what passes before it: a wall, and a board that moves."""

from itertools import pairwise

import numpy as np
import pytest

from livedream.motion.flow import FlowEstimator, Motion
from livedream.motion.sampling import Grey
from livedream.motion.scene_memory import STAYS_S, Recall, SceneMemory
from livedream.settings import MotionSettings
from tests.motion.test_whole import WIDTH, texture

STEP_S, STEP_PX, WIDE_PX = 1 / 30, 6, 40
ROWS = slice(20, 70)
EVERY_FRAMES = 8


def scene(left: int, pan: int = 0) -> Grey:
    """A board whose left edge is at `left` before a wall; `pan`: how far the camera has turned."""
    picture = np.roll(texture(), -pan, axis=1)
    start, end = max(0, left), max(0, min(WIDTH, left + WIDE_PX))
    picture[ROWS, start:end] = texture(3)[ROWS, start - left : end - left]
    return picture


def follow(pictures: list[Grey], most: float = 1.0) -> list[tuple[Motion, Recall | None]]:
    memory, estimator = SceneMemory(), FlowEstimator()
    motions = [(new, estimator.measure(new, old, MotionSettings())) for old, new in pairwise(pictures)]
    return [
        memory.follow(new, motion, most, STEP_S, learns=number % EVERY_FRAMES == 0)
        for number, (new, motion) in enumerate(motions)
    ]


def crossing() -> list[Grey]:
    return [scene(-WIDE_PX)] * 6 + [scene(left) for left in range(-WIDE_PX, WIDTH, STEP_PX)]


def test_what_is_uncovered_comes_back_from_where_it_was_seen() -> None:
    pictures = crossing()
    made = follow(pictures)
    uncovered = 0.0
    for number, (_, recall) in enumerate(made[1:], start=2):
        assert recall is not None
        if recall.share is None:
            continue
        left = -WIDE_PX + STEP_PX * (number - 6)
        just = recall.share[ROWS, max(0, left - 2 * STEP_PX) : max(0, left)]
        uncovered += float(just.sum())
        assert recall.share[ROWS].sum() - just.sum() < 0.6 * recall.share.sum() + 1, "nothing else does"
        assert np.abs(recall.flow).max() < 1.5, "the wall has not moved"
    assert uncovered > 0.4 * 50 * (WIDTH - 20), "nearly all that the board has uncovered"


def test_most_of_it_is_as_much_as_is_wanted() -> None:
    whole, half = follow(crossing()), follow(crossing(), most=0.5)
    for (_, a), (_, b) in zip(whole[1:], half[1:], strict=True):
        assert a is not None
        assert b is not None
        if a.share is not None and b.share is not None:
            np.testing.assert_allclose(b.share, a.share / 2, atol=1e-6)


def test_the_scene_s_dream_is_brought_up_to_date_where_the_scene_is_seen() -> None:
    learned = [recall.learned for _, recall in follow([scene(50)] * 20)[1:] if recall is not None]
    assert [part is not None for part in learned] == [
        number % EVERY_FRAMES == 0 for number in range(1, len(learned) + 1)
    ]
    for part in filter(lambda part: part is not None, learned):
        assert part is not None
        assert part.min() > 0.9


def test_what_stays_becomes_part_of_the_scene_and_what_moves_does_not() -> None:
    arrives = [scene(-WIDE_PX)] * 3 + [scene(60)] * 40
    parts = [recall.learned for _, recall in follow(arrives)[1:] if recall and recall.learned is not None]
    board = (slice(30, 60), slice(68, 92))
    frames_to_stay = STAYS_S / STEP_S
    assert parts[0][board].max() < 0.3, "it has only just come"
    assert EVERY_FRAMES * (len(parts) - 1) > frames_to_stay
    assert parts[-1][board].min() > 0.9
    passes = follow(crossing())
    parts = [recall.learned for _, recall in passes[6:] if recall and recall.learned is not None]
    assert all(part.mean() < 0.95 for part in parts[1:3])


def test_where_the_scene_is_seen_all_of_the_dream_is_kept_and_moves_with_it() -> None:
    motion, _ = follow(crossing())[16]
    left = -WIDE_PX + STEP_PX * 11
    beside = motion.flow[ROWS, left + WIDE_PX + 12 :]
    assert np.abs(beside).mean() < 0.1
    assert motion.kept[ROWS, left + WIDE_PX + 12 :].min() > 0.95


def test_a_pan_is_followed() -> None:
    recalls = [recall for _, recall in follow([scene(-WIDE_PX, pan) for pan in range(0, 40, 2)])[1:]]
    since = 1
    for recall in recalls:
        assert recall is not None
        since += 1
        inner = recall.flow[20:70, 40:120].reshape(-1, 2)
        assert inner.mean(axis=0) == pytest.approx((2 * (since - 1), 0), abs=0.4)
        since = 1 if recall.learned is not None else since


def test_a_cut_another_size_and_being_told_to_begin_anew() -> None:
    memory, estimator = SceneMemory(), FlowEstimator()
    still = estimator.measure(scene(0), scene(0), MotionSettings())
    cut = estimator.measure(texture(8), scene(0), MotionSettings())
    assert cut.cut
    assert memory.follow(scene(0), still, 1.0, STEP_S, learns=False) == (still, None)
    assert memory.follow(scene(0), still, 1.0, STEP_S, learns=False)[1] is not None
    assert memory.follow(texture(8), cut, 1.0, STEP_S, learns=False) == (cut, None)
    assert memory.follow(texture(8), still, 1.0, STEP_S, learns=False)[1] is not None
    smaller = scene(0)[:64]
    less = estimator.measure(smaller, smaller, MotionSettings())
    assert memory.follow(smaller, less, 1.0, STEP_S, learns=False) == (less, None)
    memory.forget()
    assert memory.follow(smaller, less, 1.0, STEP_S, learns=False) == (less, None)


def test_it_goes_on_from_its_state() -> None:
    pictures, estimator = crossing(), FlowEstimator()
    memory, other = SceneMemory(), SceneMemory()
    assert memory.state() == {}
    motions = [estimator.measure(new, old, MotionSettings()) for old, new in pairwise(pictures)]
    for picture, motion in zip(pictures[1:12], motions[:11], strict=True):
        memory.follow(picture, motion, 1.0, STEP_S, learns=False)
    other.restore({name: part.copy() for name, part in memory.state().items()})
    for picture, motion in zip(pictures[12:], motions[11:], strict=True):
        a, b = (each.follow(picture, motion, 1.0, STEP_S, learns=True)[1] for each in (memory, other))
        assert a is not None
        assert b is not None
        assert (a.flow == b.flow).all()
        assert (a.share is None) == (b.share is None)
        assert (a.learned is None) == (b.learned is None)
    other.restore({})
    assert other.state() == {}
