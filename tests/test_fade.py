from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.fade import Blend, blend
from livedream.pipeline import DreamPipeline, Leaving
from livedream.presets import load
from livedream.settings import Settings, change

EYES, LINES = load("eyes").settings, load("lines").settings


@given(st.floats(0, 1))
def test_numbers_glide_and_the_rest_changes_at_once(share: float) -> None:
    before = change(Settings(), {"look.strength": 1.0, "motion.persistence_mode": "constant"})
    after = change(Settings(), {"look.strength": 3.0, "motion.persistence_mode": "sine"})
    settings = blend(before, after, share).settings
    assert settings.look.strength == pytest.approx(1 + 2 * share)
    assert settings.motion.persistence_mode == (after if share > 0 else before).motion.persistence_mode


@given(st.floats(0.001, 0.999))
def test_dreams_that_differ_in_numbers_alone_are_one(share: float) -> None:
    before = change(Settings(), {"dream.step_size": 0.01, "dream.roughness": 1.0})
    after = change(Settings(), {"dream.step_size": 0.03, "dream.roughness": 1.0})
    between = blend(before, after, share)
    assert between.leaving is None
    assert between.settings.dream.step_size == pytest.approx(0.01 + 0.02 * share)


@pytest.mark.parametrize(
    "changes",
    [
        {"dream.layers": {"lines": 1.0}},
        {"dream.layers": {"eyes": 0.5}},
        {"dream.steps": 3},
        {"dream.jitter_px": 2},
        {"dream.channels": {"eyes": {3: 1.0}}},
        {"dream.style": "itself"},
    ],
)
@given(share=st.floats(0.001, 0.999))
def test_other_dreams_take_each_other_s_place(changes: dict[str, object], share: float) -> None:
    before, after = Settings(), change(Settings(), changes | {"dream.step_size": 0.1})
    between = blend(before, after, share)
    assert between.settings.dream == after.dream
    assert between.leaving == before.dream
    assert between.left == pytest.approx(1 - share)


def test_the_dream_that_leaves_is_dreamed_at_the_other_s_size() -> None:
    between = blend(EYES, change(LINES, {"dream.working_px": 9000}), 0.5)
    assert between.leaving is not None
    assert between.leaving.working_px == 9000


def test_a_fade_begins_and_ends_with_one_dream() -> None:
    assert blend(EYES, LINES, 0.0) == Blend(EYES)
    assert blend(EYES, LINES, 1.0) == Blend(LINES)


@pytest.mark.parametrize("left", [0.0, 0.25, 1.0])
def test_a_dream_that_leaves_is_seen_for_its_share(studio: Any, left: float) -> None:
    comes, goes = studio.pattern(), studio.pattern(seed=8)
    pipeline, old = DreamPipeline(studio.spec(), studio.adding(comes)), studio.adding(goes)
    leaving = Leaving(studio.spec(), old, studio.wishes(dream_step_size=0.3).dream, left)
    dreamed = pipeline.process(studio.frame(), studio.wishes(), leaving)
    np.testing.assert_allclose(dreamed.residual, (1 - left) * comes + left * goes, atol=1e-6)
    second = pipeline.process(studio.frame(index=1), studio.wishes())
    np.testing.assert_allclose(second.residual, comes + 0.9 * dreamed.residual, atol=0.02)
    if left > 0:
        assert old.given[0][1][0] == np.float32(0.3)
    else:
        assert not old.given, "what nobody sees is not dreamed"


def test_both_dreams_start_from_the_same_picture_with_the_same_jitter(studio: Any) -> None:
    new, old = studio.adding(studio.pattern()), studio.adding(studio.pattern(seed=8))
    pipeline = DreamPipeline(studio.spec(), new)
    for index in range(2):
        leaving = Leaving(studio.spec(), old, studio.wishes().dream, 0.5)
        pipeline.process(studio.frame(index=index), studio.wishes(), leaving)
    for one, other in zip(new.given, old.given, strict=True):
        for mine, its in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, its)
    assert (new.given[0][2] != new.given[1][2]).any()
