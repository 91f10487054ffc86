import math
from collections.abc import Callable
from typing import Any

import pytest

from livedream.settings import Settings, change

Told = Callable[..., str]
WEIGHTED = ("dream.layers", "dream.guide_layers", "dream.style_layers", "dream.content_layers")


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("word", ["dream.layers", "dream.channels"])
def test_a_weight_that_is_not_finite_is_refused(told: Told, word: str, weight: float) -> None:
    """It would make every pixel of every dream NaN, and the warm start would keep it so."""
    table = {"eyes": weight} if word == "dream.layers" else {"eyes": {3: weight}}
    assert "eyes" in told({word: table})


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("dream.layers", 3),
        ("dream.guide", 3),
        ("dream.layers", {"eyes": "much"}),
        ("dream.channels", {"eyes": 1}),
        ("dream.channels", {"eyes": {"left": 1.0}}),
    ],
)
def test_tables_and_names_of_the_wrong_kind_are_told(told: Told, word: str, wrong: Any) -> None:
    assert word in told({word: wrong})


def test_channels_written_as_text_are_numbers() -> None:
    channels = change(Settings(), {"dream.channels": {"eyes": {"17": 1}}}).dream.channels
    assert {layer: dict(weights) for layer, weights in channels.items()} == {"eyes": {17: 1.0}}


@pytest.mark.parametrize("word", [*WEIGHTED, "dream.channels"])
def test_a_weight_may_be_up_to_a_hundred_either_way(told: Told, word: str) -> None:
    def table(weight: float) -> dict[str, Any]:
        return {"eyes": {3: weight}} if word == "dream.channels" else {"eyes": weight}

    for weight in (-100.0, 0.0, 100.0):
        made = change(Settings(), {word: table(weight)}).model_dump()
        assert made["dream"][word.removeprefix("dream.")] == table(weight)
    for weight in (-100.001, 100.001):
        message = told({word: table(weight)})
        assert f"{word}.eyes" in message
        assert repr(weight) in message


@pytest.mark.parametrize("word", ["dream.sequence", "dream.labels"])
def test_what_is_one_name_in_place_of_a_list_is_told(told: Told, word: str) -> None:
    assert dict(change(Settings(), {word: ["eyes"]}).model_dump()["dream"])[word[6:]] == ("eyes",)
    assert word in told({word: "eyes"})
