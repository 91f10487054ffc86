"""The scene behind what passes before it: a wall, and a board that moves."""

from itertools import pairwise

import numpy as np
import pytest

from livedream.motion.flow import FlowEstimator, Motion
from livedream.motion.sampling import Grey
from livedream.motion.scene_memory import STAYS_S, Recall, Scene, follow
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


def followed(pictures: list[Grey], most: float = 1.0) -> list[tuple[Motion, Recall | None]]:
    estimator, current = FlowEstimator(), None
    made = []
    for number, (old, new) in enumerate(pairwise(pictures)):
        motion = estimator.measure(new, old, MotionSettings())
        found = follow(current, new, motion, most, STEP_S, learns=number % EVERY_FRAMES == 0)
        current = found.scene
        made.append((found.motion, found.recall))
    return made


def crossing() -> list[Grey]:
    return [scene(-WIDE_PX)] * 6 + [scene(left) for left in range(-WIDE_PX, WIDTH, STEP_PX)]


def test_what_is_uncovered_comes_back_from_where_it_was_seen() -> None:
    pictures = crossing()
    made = followed(pictures)
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
    whole, half = followed(crossing()), followed(crossing(), most=0.5)
    for (_, a), (_, b) in zip(whole[1:], half[1:], strict=True):
        assert a is not None
        assert b is not None
        if a.share is not None and b.share is not None:
            np.testing.assert_allclose(b.share, a.share / 2, atol=1e-6)


def test_the_scene_s_dream_is_brought_up_to_date_where_the_scene_is_seen() -> None:
    learned = [recall.learned for _, recall in followed([scene(50)] * 20)[1:] if recall is not None]
    assert [part is not None for part in learned] == [
        number % EVERY_FRAMES == 0 for number in range(1, len(learned) + 1)
    ]
    for part in filter(lambda part: part is not None, learned):
        assert part is not None
        assert part.min() > 0.9


def test_what_stays_becomes_part_of_the_scene_and_what_moves_does_not() -> None:
    arrives = [scene(-WIDE_PX)] * 3 + [scene(60)] * 40
    parts = [recall.learned for _, recall in followed(arrives)[1:] if recall and recall.learned is not None]
    board = (slice(30, 60), slice(68, 92))
    frames_to_stay = STAYS_S / STEP_S
    assert parts[0][board].max() < 0.3, "it has only just come"
    assert EVERY_FRAMES * (len(parts) - 1) > frames_to_stay
    assert parts[-1][board].min() > 0.9
    passes = followed(crossing())
    parts = [recall.learned for _, recall in passes[6:] if recall and recall.learned is not None]
    assert all(part.mean() < 0.95 for part in parts[1:3])


def test_where_the_scene_is_seen_all_of_the_dream_is_kept_and_moves_with_it() -> None:
    motion, _ = followed(crossing())[16]
    left = -WIDE_PX + STEP_PX * 11
    beside = motion.flow[ROWS, left + WIDE_PX + 12 :]
    assert np.abs(beside).mean() < 0.1
    assert motion.kept[ROWS, left + WIDE_PX + 12 :].min() > 0.95


def test_a_pan_is_followed() -> None:
    recalls = [recall for _, recall in followed([scene(-WIDE_PX, pan) for pan in range(0, 40, 2)])[1:]]
    since = 1
    for recall in recalls:
        assert recall is not None
        since += 1
        inner = recall.flow[20:70, 40:120].reshape(-1, 2)
        assert inner.mean(axis=0) == pytest.approx((2 * (since - 1), 0), abs=0.4)
        since = 1 if recall.learned is not None else since


def test_a_cut_another_size_and_being_told_to_begin_anew() -> None:
    estimator = FlowEstimator()
    still = estimator.measure(scene(0), scene(0), MotionSettings())
    cut = estimator.measure(texture(8), scene(0), MotionSettings())
    assert cut.cut
    smaller = scene(0)[:64]
    less = estimator.measure(smaller, smaller, MotionSettings())
    current = None
    for picture, motion, begins in (
        (scene(0), still, True),
        (scene(0), still, False),
        (texture(8), cut, True),
        (texture(8), still, False),
        (smaller, less, True),
    ):
        found = follow(current, picture, motion, 1.0, STEP_S, learns=False)
        assert (found.recall is None, found.motion is motion) == (begins, begins)
        current = found.scene
    assert follow(None, smaller, less, 1.0, STEP_S, learns=False).recall is None


def test_a_scene_that_was_followed_can_be_followed_again() -> None:
    motion = FlowEstimator().measure(scene(6), scene(0), MotionSettings())
    current = follow(None, scene(0), motion, 1.0, STEP_S, learns=False).scene
    before = {name: part.copy() for name, part in current.state().items()}
    first, again = (follow(current, scene(6), motion, 1.0, STEP_S, learns=True) for _ in range(2))
    for name, part in current.state().items():
        np.testing.assert_array_equal(part, before[name])
    for name, part in first.scene.state().items():
        np.testing.assert_array_equal(part, again.scene.state()[name])


def test_it_goes_on_from_its_state() -> None:
    pictures, estimator = crossing(), FlowEstimator()
    motions = [estimator.measure(new, old, MotionSettings()) for old, new in pairwise(pictures)]
    one = None
    for picture, motion in zip(pictures[1:12], motions[:11], strict=True):
        one = follow(one, picture, motion, 1.0, STEP_S, learns=False).scene
    assert one is not None
    other = Scene.restored({name: part.copy() for name, part in one.state().items()})
    for picture, motion in zip(pictures[12:], motions[11:], strict=True):
        found = [follow(each, picture, motion, 1.0, STEP_S, learns=True) for each in (one, other)]
        (one, other), (a, b) = ([each.scene for each in found], [each.recall for each in found])
        assert a is not None
        assert b is not None
        assert (a.flow == b.flow).all()
        assert (a.share is None) == (b.share is None)
        assert (a.learned is None) == (b.learned is None)
    assert Scene.restored({}) is None
