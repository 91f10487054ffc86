"""The controls of the flight: a fader or a stick in its middle stands still."""

from __future__ import annotations

import pytest

from livedream.settings import SettingInfo, by_word

FLIGHT = [by_word()[f"feedback.{name}"] for name in ("zoom", "rotate", "pan_x", "pan_y")]


@pytest.mark.parametrize("info", FLIGHT, ids=[info.name for info in FLIGHT])
def test_in_its_middle_a_control_stands_still_and_it_goes_as_far_either_way(info: SettingInfo) -> None:
    assert info.at(0.5) == info.default == 0.0
    for share in (0.1, 0.25, 0.5):
        assert info.at(0.5 - share) == pytest.approx(-info.at(0.5 + share))


@pytest.mark.parametrize("info", FLIGHT, ids=[info.name for info in FLIGHT])
def test_a_key_there_and_back_stands_still_again(info: SettingInfo) -> None:
    flying = info.nudge(0.0, 1)
    assert flying > 0.0
    assert info.nudge(flying, -1) == 0.0
