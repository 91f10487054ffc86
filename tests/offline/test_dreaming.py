from collections.abc import Callable
from typing import Any

import numpy as np

from livedream.fade import Blend, blend
from livedream.frame import Frame
from livedream.offline.dreaming import FrameDreamer, dreamed, spec_for
from livedream.presets import load
from livedream.settings import Settings, change

SETTINGS = change(load("eyes").settings, {"dream.working_px": 4096})


def frames(count: int) -> list[Frame]:
    rng = np.random.default_rng(1)
    return [
        Frame(rng.integers(0, 255, (64, 96, 3), np.uint8), index / 25, index, index / 25)
        for index in range(count)
    ]


def settings_with(**look: float) -> Settings:
    return change(SETTINGS, {f"look.{word}": value for word, value in look.items()})


def test_what_goes_on_from_a_state_is_what_was_not_interrupted(fake_engines: Callable[..., Any]) -> None:
    whole = [
        outcome.rgb
        for outcome in dreamed(frames(6), lambda _: Blend(SETTINGS), FrameDreamer(fake_engines(), 5))
    ]
    first = FrameDreamer(fake_engines(), 5)
    begun = [outcome.rgb for outcome in dreamed(frames(6)[:3], lambda _: Blend(SETTINGS), first)]
    later = FrameDreamer(fake_engines(), 5)
    later.restore(first.state())
    rest = [outcome.rgb for outcome in dreamed(frames(6)[3:], lambda _: Blend(SETTINGS), later)]
    np.testing.assert_array_equal(np.stack(whole), np.stack(begun + rest))


def test_a_state_of_nothing_begins_anew(fake_engines: Callable[..., Any]) -> None:
    fresh, restored = FrameDreamer(fake_engines()), FrameDreamer(fake_engines())
    restored.restore(fresh.state())
    pictures = [dreamer.dream(frames(1)[0], Blend(SETTINGS)).rgb for dreamer in (fresh, restored)]
    np.testing.assert_array_equal(*pictures)


def test_another_seed_dreams_otherwise(fake_engines: Callable[..., Any]) -> None:
    pictures = [
        FrameDreamer(fake_engines(), seed).dream(frames(1)[0], Blend(SETTINGS)).rgb for seed in (0, 1)
    ]
    assert (pictures[0] != pictures[1]).any()


def test_another_engine_is_fetched_when_the_settings_ask_for_one(fake_engines: Callable[..., Any]) -> None:
    engines = fake_engines()
    other = change(SETTINGS, {"dream.steps": 2})
    list(dreamed(frames(4), lambda index: Blend(other if index >= 2 else SETTINGS), FrameDreamer(engines)))
    assert engines.specs == [spec_for(SETTINGS.dream, (96, 64)), spec_for(other.dream, (96, 64))]


def test_settings_are_those_of_each_frame(fake_engines: Callable[..., Any]) -> None:
    strengths = [0.0, 0.0, 3.0]
    outcomes = dreamed(
        frames(3),
        lambda index: Blend(settings_with(strength=strengths[index])),
        FrameDreamer(fake_engines()),
    )
    changed = [np.abs(outcome.rgb.astype(int) - outcome.frame.rgb).mean() for outcome in outcomes]
    assert changed[0] == changed[1] == 0 < changed[2]


def test_the_first_dream_starts_from_a_picture_that_is_given(fake_engines: Callable[..., Any]) -> None:
    picture = np.full((64, 96, 3), 250, np.uint8)
    plain, given = (
        FrameDreamer(fake_engines(), 0, first).dream(frames(1)[0], Blend(SETTINGS)).rgb.mean()
        for first in (None, picture)
    )
    assert given > plain + 20


def test_of_two_dreams_that_fade_both_are_dreamed(fake_engines: Callable[..., Any]) -> None:
    engines = fake_engines()
    other = change(SETTINGS, {"dream.layers": {"lines": 1.0}, "dream.working_px": 6144})
    halfway = blend(SETTINGS, other, 0.5)
    FrameDreamer(engines).dream(frames(1)[0], halfway)
    assert halfway.leaving is not None
    assert engines.specs == [spec_for(other.dream, (96, 64)), spec_for(halfway.leaving, (96, 64))]
    assert engines.specs[0].size_hw == engines.specs[1].size_hw
