from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.offline.settings_timeline import Segment, SettingsTimeline, glide, load_timeline
from livedream.presets import load
from livedream.settings import Settings, change

EYES, LINES = load("eyes").settings, load("lines").settings
RATE = Fraction(25)


def timeline(tmp_path: Path, text: str, length_s: float | None = 60.0, *assignments: str) -> SettingsTimeline:
    file = tmp_path / "show.toml"
    file.write_text(text)
    return load_timeline(file, EYES, assignments, RATE, length_s)


def test_a_segment_holds_from_its_time_on(tmp_path: Path) -> None:
    show = timeline(
        tmp_path,
        '[[segment]]\nat = "0:00:10"\npreset = "lines"\n[[segment]]\nat = 20\nset = {dream.steps = 3}',
    )
    assert show.at(0) == show.at(9.99) == EYES
    assert show.at(10) == show.at(19.9) == LINES
    assert show.at(20) == show.at(1e6) == change(LINES, {"dream.steps": 3})


def test_a_segment_at_0_needs_nothing_before_it(tmp_path: Path) -> None:
    assert timeline(tmp_path, '[[segment]]\nat = "0f"\npreset = "lines"').at(0) == LINES


def test_set_on_the_command_line_holds_in_every_segment(tmp_path: Path) -> None:
    show = timeline(tmp_path, '[[segment]]\nat = 1\npreset = "lines"', 60.0, "dream.working_px=5000")
    assert show.at(2).dream.working_px == 5000


@given(st.floats(0, 1))
def test_numbers_glide_and_what_needs_an_engine_changes_at_once(share: float) -> None:
    before = change(
        Settings(), {"look.strength": 1.0, "dream.jitter_px": 2, "dream.steps": 1, "dream.smoothing_px": 1.0}
    )
    after = change(
        Settings(), {"look.strength": 3.0, "dream.jitter_px": 9, "dream.steps": 4, "dream.smoothing_px": 2.0}
    )
    between = glide(before, after, share)
    assert between.look.strength == pytest.approx(1 + 2 * share)
    arrived = after if share > 0 else before
    assert between.dream.jitter_px == arrived.dream.jitter_px
    assert between.dream.steps == arrived.dream.steps
    assert between.dream.smoothing_px == arrived.dream.smoothing_px


@given(st.floats(0.001, 0.999))
def test_layers_that_come_and_go_are_both_there_meanwhile(share: float) -> None:
    before = change(Settings(), {"dream.layers": {"eyes": 1.0, "fur": 0.5}})
    after = change(Settings(), {"dream.layers": {"lines": 2.0, "fur": 0.5}})
    layers = glide(before, after, share).dream.layers
    assert layers == pytest.approx({"eyes": 1 - share, "fur": 0.5, "lines": 2 * share})


def test_the_layer_that_nobody_named_fades_too() -> None:
    lines = change(Settings(), {"dream.layers": {"lines": 1.0}})
    assert glide(Settings(), lines, 0.25).dream.layers == {"eyes": 0.75, "lines": 0.25}


def test_a_fade_begins_where_it_was_and_ends_where_it_will_be() -> None:
    show = SettingsTimeline([Segment(0.0, EYES), Segment(10.0, LINES, fade_s=4.0)])
    assert show.at(10.0) == EYES
    assert show.at(14.0) == LINES
    strengths = [show.at(10 + second).look.strength for second in range(5)]
    assert strengths == pytest.approx(
        [EYES.look.strength + (LINES.look.strength - EYES.look.strength) * part / 4 for part in range(5)]
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"\[\[segment\]\]"),
        ("[[segment]", "TOML"),
        ("[segment]\nat = 1", r"\[\[segment\]\]"),
        ("[[segment]]\nat = 1\n[other]\nx = 1", r"\[\[segment\]\]"),
        ("[[segment]]\npreset = 'eyes'", "time"),
        ("[[segment]]\nat = 'soon'", "soon"),
        ("[[segment]]\nat = 1\nprest = 'eyes'", "prest"),
        ("[[segment]]\nat = 1\npreset = 'eyez'", "eyez"),
        ("[[segment]]\nat = 1\nset = {dream.stepz = 3}", "dream.steps"),
        ("[[segment]]\nat = 1\nset = {dream.steps = 3000}", "1 to 50"),
        ("[[segment]]\nat = 1\nset = 'dream.steps'", "set"),
        ("[[segment]]\nat = 1\nfade_s = -2", "fade_s"),
        ("[[segment]]\nat = 1\nfade_s = 'long'", "fade_s"),
        ("[[segment]]\nat = 9\n[[segment]]\nat = 3", "order"),
        ("[[segment]]\nat = 9\n[[segment]]\nat = 9", "order"),
        ("[[segment]]\nat = 5\nfade_s = 5\n[[segment]]\nat = 9", "at most 4"),
        ("[[segment]]\nat = 61", "ends at 0:01:00"),
    ],
)
def test_a_timeline_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        timeline(tmp_path, text)
    assert "show.toml" in str(caught.value) or "eyez" in str(caught.value)
    assert "\n" not in str(caught.value).removesuffix(")")


def test_a_timeline_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_timeline(tmp_path / "none.toml", EYES, (), RATE, None)
