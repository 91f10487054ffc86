from fractions import Fraction
from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.fade import Blend
from livedream.offline.settings_timeline import Segment, SettingsTimeline, load_timeline
from livedream.presets import load
from livedream.settings import change

EYES, LINES = load("eyes").settings, load("lines").settings
RATE = Fraction(25)


def timeline(tmp_path: Path, text: str, length_s: float | None = 60.0, *assignments: str) -> SettingsTimeline:
    file = tmp_path / "show.toml"
    file.write_text(text)

    def end_before(time_s: float) -> float | None:
        return length_s if length_s is not None and time_s > length_s else None

    return load_timeline(file, Segment(0.0, EYES), assignments, RATE, end_before)


def test_a_segment_holds_from_its_time_on(tmp_path: Path) -> None:
    show = timeline(
        tmp_path,
        '[[segment]]\nat = "0:00:10"\npreset = "lines"\n[[segment]]\nat = 20\nset = {dream.steps = 3}',
    )
    assert show.at(0) == show.at(9.99) == Blend(EYES)
    assert show.at(10) == show.at(19.9) == Blend(LINES)
    assert show.at(20) == show.at(1e6) == Blend(change(LINES, {"dream.steps": 3}))


def test_a_segment_at_0_needs_nothing_before_it(tmp_path: Path) -> None:
    assert timeline(tmp_path, '[[segment]]\nat = "0f"\npreset = "lines"').at(0) == Blend(LINES)


def test_set_on_the_command_line_holds_in_every_segment(tmp_path: Path) -> None:
    show = timeline(tmp_path, '[[segment]]\nat = 1\npreset = "lines"', 60.0, "dream.working_px=5000")
    assert show.at(2).settings.dream.working_px == 5000


def test_a_fade_begins_where_it_was_and_ends_where_it_will_be() -> None:
    show = SettingsTimeline([Segment(0.0, EYES), Segment(10.0, LINES, fade_s=4.0)])
    assert show.at(10.0) == Blend(EYES)
    assert show.at(14.0) == Blend(LINES)
    assert [show.at(10 + second).left for second in range(5)] == [0, 0.75, 0.5, 0.25, 0]
    strengths = [show.at(10 + second).settings.look.strength for second in range(5)]
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
        ("[[segment]]\nat = 1\npreset = '~nosuch12/eyez.toml'", "~nosuch12"),
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
        load_timeline(tmp_path / "none.toml", EYES, (), RATE, lambda _: None)


def test_what_a_dream_looks_at_is_named_from_the_timelines_folder(tmp_path: Path) -> None:
    show = timeline(tmp_path, '[[segment]]\nat = 0\nset = { "dream.style" = "paint.png" }\n')
    assert show.segments[0].settings.dream.style == str(tmp_path / "paint.png")
