from __future__ import annotations

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.catalog import network_info, network_names
from livedream.dream.spec import kernel_spec
from livedream.dream.taps import channel_weights, taps_of
from livedream.presets import apply_assignments, load, shipped
from livedream.runtime.layer_tour import (
    all_channels,
    layers_of,
    leading_layer,
    next_channel,
    next_layer,
    where,
)
from livedream.settings import Settings


def told(*assignments: str) -> Settings:
    return apply_assignments(Settings(), list(assignments))


def test_layers_come_in_order_and_round_and_round() -> None:
    settings, seen = Settings(), []
    for _ in range(5):
        settings = next_layer(settings, 1)
        seen.append(dict(settings.dream.layers))

    assert seen == [{name: 1.0} for name in ("creatures", "lines", "patterns", "eyes", "creatures")]


@hypothesis.settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([1, -1]), max_size=6))
def test_back_is_the_way_there_in_reverse(ways: list[int]) -> None:
    settings = told("dream.layers={patterns=1}")
    start = next_layer(next_layer(settings, 1), -1)
    for by in ways:
        settings = next_layer(settings, by)
    for by in reversed(ways):
        settings = next_layer(settings, -by)

    assert settings.dream.layers == start.dream.layers


def test_a_layer_between_two_moods_goes_to_its_neighbours() -> None:
    between = told("dream.layers={'block.6'=1}")

    assert dict(next_layer(between, 1).dream.layers) == {"eyes": 1.0}
    assert dict(next_layer(between, -1).dream.layers) == {"patterns": 1.0}


@pytest.mark.parametrize("name", shipped())
def test_from_every_preset_a_layer_is_dreamed_alone_and_the_look_stays(name: str) -> None:
    before = load(name).settings
    after = next_layer(before, 1)

    (tap,) = kernel_spec(after.dream, (64, 64)).taps
    assert tap.objective == after.dream.objective
    assert (after.look, after.motion, after.colour, after.feedback) == (
        before.look,
        before.motion,
        before.colour,
        before.feedback,
    )
    assert after.dream.step_size == before.dream.step_size


@pytest.mark.parametrize("name", network_names())
def test_every_layer_of_every_network_can_be_gone_to(name: str) -> None:
    info = network_info(name)
    settings, names = told(f"dream.network={name}"), layers_of(info)
    seen = set()
    for _ in names:
        settings = next_layer(settings, 1)
        seen |= set(settings.dream.layers)
        taps_of(settings.dream, info)
        channel_weights(next_channel(settings, -1).dream, info)

    assert seen == set(names)


def test_channels_go_through_all_single_ones_and_back_to_all() -> None:
    _, _, count = where(told("dream.layers={lines=1}"))
    settings, seen = told("dream.layers={lines=1}", f"dream.channels={{lines={{{count - 4}=1}}}}"), []
    for _ in range(6):
        settings = next_channel(settings, 1)
        seen.append(where(settings)[1])

    assert seen == [count - 3, count - 2, count - 1, None, 0, 1]


def test_before_the_first_channel_are_all_and_before_those_the_last() -> None:
    first = next_channel(told("dream.layers={eyes=1}"), 1)
    _, _, count = where(first)

    assert where(next_channel(first, -1))[1] is None
    assert where(next_channel(next_channel(first, -1), -1))[1] == count - 1


def test_one_channel_is_weighted_and_the_others_are_not() -> None:
    chosen = next_channel(told("dream.layers={eyes=1}", "dream.channels={eyes={33=1}}"), 1)
    (weights,) = channel_weights(chosen.dream, network_info("embedded")).values()

    assert weights[0, 34, 0, 0] == weights.sum() == 1


def test_from_a_choice_of_channels_the_next_one_is_the_first() -> None:
    assert where(next_channel(load("fur").settings, 1))[:2] == ("eyes", 0)


def test_all_channels_are_all() -> None:
    settings = all_channels(load("fur").settings)

    assert where(settings)[1] is None
    assert not settings.dream.channels


def test_the_leading_layer_is_the_heaviest_or_the_network_s_own() -> None:
    info = network_info("embedded")

    assert leading_layer(load("creatures").settings.dream, info) == "creatures"
    assert leading_layer(Settings().dream, info) == "eyes"
    assert leading_layer(load("mosaic").settings.dream, info) is None
    assert leading_layer(load("voyage").settings.dream, info) is None
