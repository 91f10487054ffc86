from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.runtime.cross_fade import Beside, CrossFade, van_der_corput
from livedream.settings import Settings, change

EYES = change(Settings(), {"dream.layers": {"eyes": 1.0}, "look.strength": 0.5})
LINES = change(Settings(), {"dream.layers": {"lines": 1.0}, "look.strength": 1.5})


def test_what_is_seen_first_is_seen_at_once() -> None:
    mix = CrossFade(EYES, 1.0).follow(EYES, "eyes", 0.0)
    assert (mix.settings, mix.leaving) == (EYES, None)


def test_another_mood_begins_with_the_first_frame_and_takes_more_and_more_turns() -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    mixes = [fade.follow(LINES, "lines", 5.0 + frame / 30) for frame in range(31)]
    assert all(mix.settings.dream == LINES.dream for mix in mixes)
    is_new = [mix.leaving is None for mix in mixes]
    assert is_new[0], "it is seen at once"
    assert sum(is_new[:10]) < 5 < sum(is_new[10:20]) + 1 < 8 < sum(is_new[20:30])
    assert {mix.left for mix in mixes if mix.leaving is not None} == {1.0}, "one dream for each frame"
    assert all(mix.leaving.layers == EYES.dream.layers for mix in mixes if mix.leaving is not None)
    strengths = [mix.settings.look.strength for mix in mixes]
    assert strengths[0] == pytest.approx(0.5, abs=0.01)
    assert all(before < after for before, after in pairwise(strengths))
    assert fade.is_over
    assert (mixes[-1].settings, mixes[-1].leaving) == (LINES, None)


def test_what_a_hand_changes_is_seen_at_once_and_in_mid_fade_with_the_mood() -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    louder = change(EYES, {"look.strength": 2.0})
    assert fade.follow(louder, "eyes", 1.0).settings.look.strength == 2.0
    fade.follow(LINES, "lines", 2.0)
    turned = change(LINES, {"look.gamma": 2.0})
    half = fade.follow(turned, "lines", 2.5).settings
    assert half.look.gamma == pytest.approx((EYES.look.gamma + 2.0) / 2)


def test_a_fade_that_is_overtaken_goes_on_from_what_is_seen() -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    fade.follow(LINES, "lines", 1.0)
    seen = fade.follow(LINES, "lines", 1.75).settings.look.strength
    again = fade.follow(EYES, "eyes", 1.76).settings.look.strength
    assert again == pytest.approx(seen, abs=0.03), "nothing leaps"


def test_without_a_time_it_changes_at_once() -> None:
    fade = CrossFade(EYES, 0.0)
    fade.follow(EYES, "eyes", 0.0)
    mix = fade.follow(LINES, "lines", 1.0)
    assert (mix.settings, mix.leaving, fade.is_over) == (LINES, None, True)


def test_until_an_engine_is_there_all_goes_on_but_what_a_hand_turns() -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    by_hand = {"look.gamma": 1.5, "dream.roughness": 0.4, "dream.octaves": 3}
    wanted = change(LINES, by_hand)
    mix = fade.hold_back(wanted, by_hand, 1.0)
    expected = change(EYES, {"look.gamma": 1.5, "dream.roughness": 0.4})
    assert (mix.settings, mix.leaving) == (expected, None)
    mix = fade.follow(wanted, "lines", 9.0)
    assert mix.settings.dream == wanted.dream
    assert mix.settings.look.strength == pytest.approx(0.5, abs=0.01), "it fades from what was seen"


@given(st.integers(0, 8), st.integers(0, 1000))
def test_the_turns_are_spread_evenly(power: int, start: int) -> None:
    count = 2**power
    terms = sorted(van_der_corput(start * count + number) for number in range(count))
    places = [int(term * count) for term in terms]
    assert places == list(range(count)), "one in each part of the range"


def test_in_the_middle_of_a_fader_two_dreams_take_turns_for_as_long_as_it_stays_there() -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    mixes = [fade.beside(EYES, Beside(LINES, 0.5)) for _ in range(200)]
    assert sum(mix.leaving is None for mix in mixes) == pytest.approx(100, abs=2)
    assert {mix.settings.look.strength for mix in mixes} == {1.0}
    assert {tuple(mix.leaving.layers) for mix in mixes if mix.leaving is not None} == {("eyes",)}
    few = [fade.beside(EYES, Beside(LINES, 0.1)) for _ in range(200)]
    assert sum(mix.leaving is None for mix in few) == pytest.approx(20, abs=3)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_even_at_an_end_a_fader_s_mix_is_of_the_other_s_engine(share: float) -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    mixes = [fade.beside(EYES, Beside(LINES, share)) for _ in range(20)]
    assert all(mix.settings.dream == LINES.dream for mix in mixes)


def test_from_a_fader_nothing_leaps() -> None:
    for share, goes_to, mood in ((0.98, LINES, "lines"), (0.5, EYES, "eyes"), (0.02, EYES, "eyes")):
        fade = CrossFade(EYES, 1.0)
        fade.follow(EYES, "eyes", 0.0)
        seen = fade.beside(EYES, Beside(LINES, share)).settings.look.strength
        first = fade.follow(goes_to, mood, 1.0)
        assert first.settings.look.strength == pytest.approx(seen, abs=0.03)
        assert fade.follow(goes_to, mood, 2.1).settings == goes_to


def test_while_an_engine_is_waited_for_a_fader_s_mix_stays() -> None:
    fade = CrossFade(EYES, 1.0)
    fade.follow(EYES, "eyes", 0.0)
    seen = fade.beside(EYES, Beside(LINES, 0.5)).settings
    assert fade.hold_back(change(EYES, {"dream.octaves": 1}), {}, 1.0).settings == seen
