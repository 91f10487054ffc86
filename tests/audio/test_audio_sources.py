from __future__ import annotations

import math

import pytest

from livedream.audio.audio_analysis import LEVELS, Heard
from livedream.audio.audio_sources import LOST_S, SOURCES, audio_sources

HEARD = Heard(10.0, {name: 0.1 * number for number, name in enumerate(LEVELS, 1)}, 0.8, 9.9)


def test_there_is_one_for_each_level_and_one_for_onsets() -> None:
    sources = audio_sources(lambda _: HEARD)
    assert tuple(sources) == SOURCES == (*LEVELS, "onset")
    assert [sources[name].at(10.1) for name in LEVELS] == [HEARD.levels[name] for name in LEVELS]


def test_an_onset_falls_and_what_is_lost_is_0() -> None:
    sources = audio_sources(lambda _: HEARD)
    assert sources["onset"].at(9.9) == 0.8
    assert sources["onset"].at(9.9 + 0.12) == pytest.approx(0.8 / math.e)
    assert sources["bass"].at(10.0 + LOST_S) == 0.0


def test_what_was_heard_is_asked_for_at_its_time() -> None:
    asked: list[float] = []

    def heard(now_s: float) -> Heard:
        asked.append(now_s)
        return Heard(-math.inf)

    sources = audio_sources(heard)
    assert [sources["bass"].at(1.0), sources["onset"].at(2.0)] == [0.0, 0.0]
    assert asked == [1.0, 2.0]
