import tomllib
from typing import Any

import pytest

from livedream.settings import SettingInfo, describe, markdown
from livedream.settings.document import shown

ALL = list(describe())


@pytest.mark.parametrize("info", ALL, ids=[info.word for info in ALL])
def test_a_default_is_shown_as_a_preset_has_it(info: SettingInfo) -> None:
    read = tomllib.loads(f"value = {shown(info.default)}")["value"]
    assert read == (list(info.default) if isinstance(info.default, tuple) else info.default)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (2.0, "2"),
        (0.975, "0.975"),
        (78_000, "78000"),
        ("l2", '"l2"'),
        ((), "[]"),
        ((0.5, 1.0), "[0.5, 1.0]"),
        ({}, "{}"),
        ({"eyes": 1.0, "lines": 0.5}, "{eyes = 1, lines = 0.5}"),
        ({"eyes": {3: 1.0}}, "{eyes = {3 = 1}}"),
    ],
)
def test_values_are_shown_as_toml(value: Any, text: str) -> None:
    assert shown(value) == text


def test_every_setting_has_one_row_with_all_that_is_known_of_it() -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("| `")]
    assert len(rows) == len(ALL)
    for info, row in zip(ALL, rows, strict=True):
        word, address, allowed, by_hand, default, unit, lifetime, help_ = row.removeprefix("| ").split(" | ")
        assert (word, address, default) == (f"`{info.word}`", f"`{info.address}`", f"`{shown(info.default)}`")
        assert allowed == info.allowed
        assert by_hand.partition(" ")[2] == ("" if info.step is None else f"{info.step:g}")
        assert (unit, lifetime, help_) == (info.unit, info.lifetime, f"{info.help} |")
        assert info.address == "/" + "/".join(info.word.split("."))


def test_sections_are_in_their_order_each_with_what_it_is_about() -> None:
    headings = [line for line in markdown().splitlines() if line.startswith("## ")]
    assert headings == [f"## {name}" for name in ("dream", "motion", "feedback", "look", "colour", "macro")]
    assert (
        "## look\n\nHow deep the dream is, and how it is laid over the camera's picture.\n\n| word |"
        in markdown()
    )
