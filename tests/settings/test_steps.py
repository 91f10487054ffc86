"""What is told of a dream's settings is what they do: which of them needs another engine."""

from __future__ import annotations

from typing import Any

import pytest

from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.settings import DreamSettings, SettingInfo, Settings, by_word, change, describe

PLAIN = Settings()
FULL = change(
    PLAIN,
    {
        "dream.layers": {"lines": 1.0, "eyes": 0.5},
        "dream.channel_groups": 3,
        "dream.rank": "strongest",
        "dream.octaves": 3,
        "dream.steps": 3,
        "dream.optimiser": "adam",
        "dream.laplacian_levels": 2,
        "dream.total_variation": 0.1,
        "dream.decay": 0.1,
        "dream.octave_swing": 0.2,
        "dream.flips": "all",
        "dream.turns": True,
        "dream.finer": 2.0,
    },
)
"""In which every part of a kernel has something to do."""

PLACES = (0.0, 0.25, 0.37, 0.5, 0.75, 1.0)

SET_BY_HAND = [
    info
    for info in describe()
    if info.section == "dream" and (info.is_number or info.kind in {"switch", "choice"})
]
BUILD = [info for info in SET_BY_HAND if info.lifetime == "engine" or "needs another engine" in info.help]
OF_A_FRAME = [info for info in SET_BY_HAND if info not in BUILD]
HERE = [info for info in BUILD if info.word != "dream.network"]
"""The weights of other networks are not here."""


def spec_of(dream: DreamSettings) -> KernelSpec:
    return kernel_spec(dream, working_size_hw((1280, 720), dream.working_px))


def others(info: SettingInfo, now: Any) -> list[Any]:
    values = [info.at(place) for place in PLACES] if info.is_number else list(info.choices) or [not now]
    return [value for value in values if value != now]


@pytest.mark.parametrize("info", OF_A_FRAME, ids=[info.word for info in OF_A_FRAME])
@pytest.mark.parametrize("base", [PLAIN, FULL], ids=["plain", "full"])
def test_what_is_read_for_each_frame_needs_no_other_engine_unless_that_is_told(
    info: SettingInfo, base: Settings
) -> None:
    before = spec_of(base.dream)
    for value in others(info, info.value_of(base)):
        assert spec_of(change(base, {info.word: value}).dream) == before, value


@pytest.mark.parametrize("info", HERE, ids=[info.word for info in HERE])
def test_what_is_told_to_need_another_engine_does(info: SettingInfo) -> None:
    before = spec_of(PLAIN.dream)
    found = (spec_of(change(PLAIN, {info.word: value}).dream) for value in others(info, info.default))
    assert any(spec != before for spec in found)


@pytest.mark.parametrize("word", ["dream.total_variation", "dream.decay"])
def test_what_pulls_back_needs_no_other_engine_once_it_is_on(word: str) -> None:
    weights = [value for place in PLACES if (value := by_word()[word].at(place)) > 0]
    assert len({spec_of(change(PLAIN, {word: weight}).dream) for weight in weights}) == 1
