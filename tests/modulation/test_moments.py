import math
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.modulation.moments import LOOP_STEPS, Moment, loosened, persistence_at, settings_at, wave
from livedream.settings import MotionSettings, Settings, change
from livedream.settings.motion import Course

COURSES: tuple[Course, ...] = get_args(Course)
WAVES = [course for course in COURSES if course not in {"constant", "random"}]

shares = st.floats(0, 1)
times_s = st.floats(-1e6, 1e6)
moments = st.builds(Moment, times_s, st.integers(0, 10**9), st.integers(0, 99), shares)


def motion(**changes: Any) -> MotionSettings:
    return MotionSettings(
        **{"persistence": 0.9, "persistence_low": 0.4, "persistence_period_s": 2.0} | changes
    )


@pytest.mark.parametrize("course", WAVES)
@settings(max_examples=40)
@given(turns=times_s)
def test_a_wave_stays_between_0_and_1(course: Course, turns: float) -> None:
    assert 0 <= wave(course, turns) <= 1


@pytest.mark.parametrize("course", WAVES)
@settings(max_examples=40)
@given(turns=st.integers(-999, 999), sixteenths=st.integers(0, 15))
def test_a_wave_repeats_with_each_turn(course: Course, turns: int, sixteenths: int) -> None:
    assert wave(course, turns + sixteenths / 16) == wave(course, sixteenths / 16)


@pytest.mark.parametrize(
    ("course", "values"),
    [
        ("sine", [1, 0.5, 0, 0.5]),
        ("triangle", [1, 0.5, 0, 0.5]),
        ("saw", [1, 0.75, 0.5, 0.25]),
        ("square", [1, 1, 0, 0]),
    ],
)
def test_waves_go_as_their_names_say(course: Course, values: list[float]) -> None:
    assert [wave(course, quarter / 4) for quarter in range(4)] == pytest.approx(values, abs=1e-12)


def test_a_loop_goes_in_equal_steps_to_the_other_end_and_back() -> None:
    steps = [wave("loop", (step + 0.5) / (2 * LOOP_STEPS)) for step in range(2 * LOOP_STEPS)]
    assert steps == [1.0, 0.8, 0.6, 0.4, 0.2, 0.0, 0.2, 0.4, 0.6, 0.8]


@pytest.mark.parametrize("course", ["sine", "triangle"])
@given(turns=st.floats(0, 1))
def test_what_has_no_corner_to_jump_at_goes_without_a_jump(course: Course, turns: float) -> None:
    assert abs(wave(course, turns + 1e-4) - wave(course, turns)) < 4e-4


@pytest.mark.parametrize("course", ["constant", "random"])
def test_what_does_not_repeat_is_no_wave(course: Course) -> None:
    with pytest.raises(ValueError, match="no wave"):
        wave(course, 0.0)


@given(st.sampled_from(COURSES), moments, shares, shares, shares, st.floats(0.1, 600))
def test_persistence_never_leaves_its_ends(
    course: Course, moment: Moment, high: float, low: float, stillness: float, period_s: float
) -> None:
    wishes = MotionSettings(
        persistence=high, persistence_low=low, persistence_mode=course, persistence_period_s=period_s
    )
    value = persistence_at(wishes, moment)
    assert 0 <= value <= 1
    assert min(high, low) - 1e-12 <= value <= max(high, low) + 1e-12
    still = Settings(motion=wishes.model_copy(update={"stillness": stillness}))
    assert 0 <= settings_at(still, moment).motion.persistence <= value + 1e-12


def test_a_wave_begins_at_persistence_and_is_at_the_other_end_half_a_period_later() -> None:
    for course in ("sine", "triangle", "loop", "square"):
        wishes = motion(persistence_mode=course)
        assert persistence_at(wishes, Moment(time_s=0.0)) == pytest.approx(0.9)
        assert persistence_at(wishes, Moment(time_s=1.01)) == pytest.approx(0.4, abs=0.01)
        assert persistence_at(wishes, Moment(time_s=2.0)) == pytest.approx(0.9)


def test_random_is_the_same_for_the_same_seed_and_frame_and_another_for_others() -> None:
    wishes = motion(persistence_mode="random")
    drawn = [persistence_at(wishes, Moment(index=index)) for index in range(400)]
    assert drawn == [persistence_at(wishes, Moment(time_s=9.0, index=index)) for index in range(400)]
    assert drawn != [persistence_at(wishes, Moment(index=index, seed=1)) for index in range(400)]
    assert len(set(drawn)) == 400
    assert sum(drawn) / 400 == pytest.approx(0.65, abs=0.03)
    assert min(drawn) < 0.42
    assert max(drawn) > 0.88


@given(moments)
def test_settings_that_do_not_go_up_and_down_are_given_as_they_are(moment: Moment) -> None:
    wishes = Settings()
    assert settings_at(wishes, moment) is wishes


@given(st.sampled_from(COURSES), moments)
def test_nothing_else_is_changed(course: Course, moment: Moment) -> None:
    wishes = change(Settings(), {"motion.persistence_mode": course, "motion.stillness": 0.5})
    now = settings_at(wishes, moment)
    back = {
        "motion.persistence": wishes.motion.persistence,
        "dream.step_size": wishes.dream.step_size,
        "look.depth": wishes.look.depth,
    }
    assert change(now, back) == wishes


def test_a_standing_picture_is_dreamed_deeper_and_a_moving_one_not_at_all() -> None:
    wishes = change(Settings(), {"motion.stillness": 1.0, "dream.step_size": 0.01})
    standing, moving = (settings_at(wishes, Moment(wake=wake)) for wake in (0.0, 1.0))
    assert standing.dream.step_size == pytest.approx(0.02)
    assert standing.motion.persistence == wishes.motion.persistence
    assert moving.dream.step_size == 0
    assert moving.motion.persistence == 0


@given(st.floats(0, 0.98), shares)
def test_what_is_loosened_settles_at_a_smaller_depth(persistence: float, share: float) -> None:
    depth, before = 1 / (1 - loosened(persistence, share)), 1 / (1 - persistence)
    assert depth == pytest.approx(max(1.0, share + (1 - share) * before), rel=1e-9)


@given(shares, shares, shares)
def test_the_more_is_loosened_the_less_persists(persistence: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    values = loosened(persistence, less), loosened(persistence, more)
    assert 0 <= values[1] <= values[0] + 1e-12
    assert values[0] <= persistence + 1e-12
    assert loosened(persistence, 0.0) == persistence
    assert math.isclose(loosened(persistence, 1.0), 0.0)
