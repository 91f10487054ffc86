"""A switch for an input tells off, live or why it cannot start, and leaves its state to the show."""

from collections.abc import Callable

import pytest
from PyQt6.QtWidgets import QWidget

from livedream.health import Health
from livedream.ui.panel.input_row import DOTS, InputRow, LevelMeter, sentence


@pytest.fixture
def row(shown: Callable[[QWidget], QWidget]) -> InputRow:
    row = InputRow("OSC", "Take messages")
    row.resize(320, 200)
    shown(row)
    return row


@pytest.mark.parametrize(
    ("health", "is_on", "words"),
    [
        (Health("off"), False, "off"),
        (Health("starting", "being opened"), True, "being opened"),
        (Health("live", "hears 127.0.0.1:9000"), True, "hears 127.0.0.1:9000"),
        (Health("failed", "the port is taken"), True, "cannot start"),
    ],
)
def test_each_state_is_told_in_words_and_by_switch_and_dot(
    row: InputRow, health: Health, is_on: bool, words: str
) -> None:
    row.show_health(health)
    assert (row.switch.isChecked(), row.now.text()) == (is_on, words)
    assert row.trouble.isVisible() == (health.state == "failed")
    seen = row.dot.grab().toImage().pixelColor(row.dot.width() // 2, row.dot.height() // 2)
    assert seen == DOTS[health.state]


def test_to_show_how_it_is_asks_for_nothing(row: InputRow) -> None:
    asked: list[bool] = []
    row.asked.connect(asked.append)
    row.show_health(Health("live"))
    row.show_health(Health("off"))
    assert asked == []
    row.switch.click()
    assert asked == [True]


def test_the_meter_shows_how_loud_it_is_and_paints_only_what_looks_otherwise(
    shown: Callable[[QWidget], QWidget], monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = LevelMeter()
    meter.resize(100, 6)
    shown(meter)
    silent = meter.grab().toImage().pixelColor(50, 3)
    meter.show_level(0.8)
    assert meter.grab().toImage().pixelColor(50, 3) != silent
    assert meter.grab().toImage().pixelColor(95, 3) == silent
    painted: list[int] = []
    monkeypatch.setattr(meter, "update", lambda: painted.append(1))
    meter.show_level(0.8001)
    assert painted == []


@pytest.mark.parametrize(("problem", "told"), [("", ""), ("no sound", "No sound."), ("It is.", "It is.")])
def test_a_problem_is_written_as_a_sentence(problem: str, told: str) -> None:
    assert sentence(problem) == told
