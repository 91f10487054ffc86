from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livedream.canvas.memory_canvas import MemoryCanvas
from livedream.pipeline import DreamPipeline
from livedream.preparing import Aim, Preparation
from livedream.settings import change


def test_what_was_prepared_ahead_is_dreamed_as_if_it_had_not_been(studio: Any) -> None:
    wishes, frames = studio.wishes(), [studio.frame(x=3 * number, index=number) for number in range(10)]
    plain, ahead = (DreamPipeline(studio.spec(), studio.adding(studio.pattern())) for _ in range(2))
    coming = None
    for frame, following in zip(frames, [*frames[1:], None], strict=True):
        wanted = plain.process(frame, wishes)
        ready = ahead.prepared(frame, wishes, coming)
        assert coming is None or ready is coming, "all of it holds, and nothing is done twice"
        coming = None if following is None else ahead.prepare(following, wishes, ready)
        found = ahead.begin(ready, wishes).finish()
        np.testing.assert_array_equal(found.rgb, wanted.rgb)
        np.testing.assert_array_equal(found.residual, wanted.residual)


CHANGES: dict[str, dict[str, object]] = {
    "strength": {"look.strength": 0.5},
    "persistence": {"motion.persistence": 0.5, "motion.stillness": 0.2},
    "gamma": {"look.gamma": 1.5},
    "motion": {"motion.tolerance_px": 3.0},
    "recall": {"motion.recall": 0.0},
    "flight": {"feedback.zoom": 0.5},
}


@pytest.mark.parametrize("what", ["nothing", "reset", "size", "shot", *CHANGES])
def test_of_what_was_prepared_only_that_is_used_which_still_holds(studio: Any, what: str) -> None:
    wishes, first, second = studio.wishes(), studio.frame(), studio.frame(x=4, index=1)
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    ready = pipeline.prepared(first, wishes)
    coming = pipeline.prepare(second, wishes, ready)
    pipeline.begin(ready, wishes).finish()
    if what == "reset":
        pipeline.reset()
    elif what == "size":
        pipeline.swap(studio.spec((96, 128)), studio.adding(studio.pattern((96, 128))))
    elif what == "shot":
        second = replace(second, shot=1)
    wishes = change(wishes, CHANGES.get(what, {}))
    found, anew = pipeline.prepared(second, wishes, coming), pipeline.prepared(second, wishes)
    assert (found is coming) == (what in ("nothing", "strength", "persistence"))
    np.testing.assert_array_equal(found.frame.rgb, anew.frame.rgb)
    np.testing.assert_array_equal(found.looked.small, anew.looked.small)
    assert (found.motion is None) == (anew.motion is None) == (what in ("reset", "shot"))
    assert (found.followed is None) == (anew.followed is None)
    assert (found.followed is None) == (what in ("reset", "shot", "recall", "flight"))
    if found.motion is not None and anew.motion is not None:
        np.testing.assert_array_equal(found.motion.flow, anew.motion.flow)
        np.testing.assert_array_equal(found.motion.trust, anew.motion.trust)


def test_where_the_dream_flies_the_motion_is_not_measured_anew(studio: Any) -> None:
    wishes, first, second = studio.wishes(), studio.frame(), studio.frame(x=4, index=1)
    pipeline = DreamPipeline(studio.spec(), studio.adding(studio.pattern()))
    ready = pipeline.prepared(first, wishes)
    coming = pipeline.prepare(second, change(wishes, {"feedback.zoom": 0.5}), ready)
    pipeline.begin(ready, wishes).finish()
    for zoom in (0.6, 0.0):
        found = pipeline.prepared(second, change(wishes, {"feedback.zoom": zoom}), coming)
        assert found.motion is coming.motion
        assert (found.followed is None) == (zoom > 0)


def test_there_is_no_motion_between_pictures_of_two_shapes(studio: Any) -> None:
    wishes, preparation, canvas = studio.wishes(), Preparation(), MemoryCanvas()
    tall = preparation.prepare(studio.frame(size_wh=(128, 192)), Aim(0.0, wishes, canvas, (96, 64)), None)
    wide = preparation.prepare(studio.frame(), Aim(0.1, wishes, canvas, (64, 96)), tall.as_before)
    assert wide.motion is None
    assert wide.followed is None
