from typing import Any

import pytest

from livedream.errors import InputError
from livedream.presets import apply_assignments
from livedream.settings import ColourSettings, Settings, change


@pytest.mark.parametrize("target", [[1, 0.5, 0], (0.0, 0.0, 1.0), []])
def test_a_target_is_a_colour_or_none(target: Any) -> None:
    assert change(Settings(), {"colour.target": target}).colour.target == tuple(target)


@pytest.mark.parametrize(
    "target",
    [
        "red",
        "",
        None,
        0.5,
        [1, 0],
        [1, 0, 0, 0],
        [1, 0, 1.5],
        [-0.1, 0, 0],
        [1, "0", 0],
        [True, 0, 0],
        [1, float("nan"), 0],
        {"red": 1},
    ],
)
def test_what_is_no_colour_is_told_with_what_is_one(target: Any) -> None:
    with pytest.raises(InputError) as caught:
        change(Settings(), {"colour.target": target})
    message = str(caught.value)
    assert message.startswith(f"--set: colour.target = {target!r} is not possible")
    assert "[red, green, blue], each 0 to 1" in message
    assert "[] is none" in message


def test_a_target_is_set_by_word_and_taken_away_by_word() -> None:
    wanted = apply_assignments(Settings(), ["colour.target=[1, 0.5, 0]"])
    assert wanted.colour.target == (1.0, 0.5, 0.0)
    assert apply_assignments(wanted, ["colour.target=[]"]) == Settings()


def test_what_is_kept_is_taken_off_what_is_added() -> None:
    assert ColourSettings().colourfulness == 1
    assert ColourSettings(keep=0.5, saturation=1.5).colourfulness == 0.75
    assert ColourSettings(keep=1, saturation=2).colourfulness == 0
