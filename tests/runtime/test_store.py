"""Layers of settings, and who hears of a change."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError, LivedreamError
from livedream.presets import apply_assignments
from livedream.runtime.store import ABOVE, Change, Layer, SettingsStore, differences
from livedream.settings import Settings, change

PRESET = change(Settings(), {"look.depth": 0.3, "dream.octaves": 3})


def test_a_snapshot_never_changes() -> None:
    store = SettingsStore(Settings())
    before = store.snapshot()
    store.change({"dream.steps": 5}, "test")
    assert before.dream.steps == Settings().dream.steps
    assert store.snapshot().dream.steps == 5


def test_each_layer_covers_those_below_and_cleared_shows_them_again() -> None:
    store, depths = SettingsStore(PRESET), []
    for layer, depth in zip(ABOVE, (0.4, 0.5, 0.6), strict=True):
        store.change({"look.depth": depth}, "test", layer)
        depths.append(store.snapshot().look.depth)
    assert depths == [0.4, 0.5, 0.6]
    store.change({"look.depth": 0.9}, "test", "hand")
    assert store.snapshot().look.depth == 0.6, "panic covers the hand"
    for layer in reversed(ABOVE):
        store.clear(layer)
        depths.append(store.snapshot().look.depth)
    assert depths[3:] == [0.5, 0.9, 0.3]
    assert store.snapshot() == PRESET


def test_each_layer_can_be_looked_at_and_cleared_word_by_word() -> None:
    store = SettingsStore(PRESET)
    store.change({"look.light": 0.2, "look.gamma": 2.0}, "test", "modulation")
    shown = store.layer("modulation")
    assert shown == {"look.light": 0.2, "look.gamma": 2.0}
    shown.clear()
    assert store.layer("modulation"), "what is given is a copy"
    store.clear("modulation", ["look.light", "look.depth"])
    assert store.layer("modulation") == {"look.gamma": 2.0}
    assert store.layer("preset") == {"look.depth": 0.3, "dream.octaves": 3}
    assert store.layer("hand") == {}


def test_a_preset_takes_along_what_a_hand_did_but_not_what_it_holds() -> None:
    store = SettingsStore(PRESET)
    store.change({"look.gamma": 1.5, "look.light": 0.1}, "test")
    store.change({"look.strength": 2.0}, "test", "modulation")
    store.hold(["look.gamma"])
    assert store.held == {"look.gamma"}
    store.load(Settings())
    assert store.layer("hand") == {"look.gamma": 1.5}
    assert store.snapshot() == change(Settings(), {"look.gamma": 1.5, "look.strength": 2.0})
    store.hold(["look.gamma"], on=False)
    store.load(PRESET)
    assert store.snapshot() == change(PRESET, {"look.strength": 2.0})


def test_what_is_cleared_is_not_held_any_more() -> None:
    store = SettingsStore(PRESET)
    store.change({"look.gamma": 1.5}, "test")
    store.hold(["look.gamma"])
    store.clear("hand")
    assert store.held == frozenset()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dream.step_size": 0.1, "dream.steps": 0}, r"slider: dream\.steps = 0"),
        ({"dream.layers": {"no such layer": 1.0}}, "no such layer"),
        ({"dream.network": "vgg16"}, "vgg16"),
        ({"dream.guide": "/no/such/picture.png"}, "picture"),
        ({"look.dept": 0.3}, r"look\.depth"),
        ({"look.depth": math.nan}, r"look\.depth"),
    ],
)
@pytest.mark.parametrize("layer", ABOVE)
def test_what_cannot_be_dreamed_does_not_get_in(changes: dict[str, Any], said: str, layer: Layer) -> None:
    store = SettingsStore(PRESET)
    with pytest.raises(LivedreamError, match=said):
        store.change({"look.light": 0.5} | changes, "slider", layer)
    assert store.snapshot() is PRESET
    assert store.layer(layer) == {}


def test_a_preset_that_cannot_be_dreamed_leaves_all_as_it_was(tmp_path: Path) -> None:
    store = SettingsStore(PRESET)
    store.change({"look.gamma": 1.5}, "test")
    gone = change(Settings(), {"dream.style": str(tmp_path / "gone.png")})
    with pytest.raises(LivedreamError, match=r"gone\.png"):
        store.load(gone)
    assert store.layer("hand") == {"look.gamma": 1.5}
    assert store.snapshot() == change(PRESET, {"look.gamma": 1.5})


def test_a_knob_goes_no_further_than_its_end_and_no_number_is_none() -> None:
    store = SettingsStore(PRESET)
    assert store.turn("look.depth", 7.0).look.depth == 1.0
    assert store.turn("dream.octaves", -math.inf).dream.octaves == 1
    assert store.turn("dream.octaves", 2.4, "modulation").dream.octaves == 2
    with pytest.raises(ValueError, match=r"look\.depth"):
        store.turn("look.depth", math.nan)


def test_an_edit_writes_what_it_changes() -> None:
    store = SettingsStore(PRESET)
    edited = store.edit(lambda settings: apply_assignments(settings, ["dream.octaves=4"]))
    assert edited is store.snapshot()
    assert store.layer("hand") == {"dream.octaves": 4}
    assert store.edit(lambda settings: settings) == edited


def test_the_preset_is_loaded_and_not_written() -> None:
    with pytest.raises(ValueError, match="preset"):
        SettingsStore(PRESET).change({"look.depth": 0.5}, "test", "preset")


values = st.dictionaries(
    st.sampled_from(["look.depth", "look.light", "motion.fill"]), st.floats(0, 1), min_size=1
)


@given(st.lists(st.tuples(st.sampled_from(ABOVE), st.booleans(), values), max_size=8))
def test_what_stands_is_the_layers_laid_over_the_preset(
    work: list[tuple[Layer, bool, dict[str, float]]],
) -> None:
    store = SettingsStore(PRESET)
    expected: dict[Layer, dict[str, float]] = {layer: {} for layer in ABOVE}
    for layer, clears, changes in work:
        if clears:
            store.clear(layer, changes)
            expected[layer] = {word: one for word, one in expected[layer].items() if word not in changes}
        else:
            store.change(changes, "test", layer)
            expected[layer] |= changes
    together: dict[str, float] = {}
    for layer in ABOVE:
        together |= expected[layer]
    assert store.snapshot() == change(PRESET, together)
    assert differences(PRESET, store.snapshot()).keys() <= together.keys()


def test_observers_hear_of_each_change_in_order_until_they_have_heard_enough() -> None:
    store, heard = SettingsStore(PRESET), list[Change]()
    end = store.observe(heard.append)
    store.change({"look.light": 0.2}, "test", "modulation")
    store.turn("look.depth", 0.5)
    store.load(Settings())
    store.clear("modulation")
    store.clear("modulation")
    assert [(one.layer, set(one.words)) for one in heard] == [
        ("modulation", {"look.light"}),
        ("hand", {"look.depth"}),
        ("preset", {"look.depth", "dream.octaves"}),
        ("modulation", {"look.light"}),
    ]
    assert heard[-1].settings is store.snapshot()
    assert heard[1].settings.look.depth == 0.5
    end()
    store.turn("look.depth", 0.6)
    assert len(heard) == 4


def test_an_observer_may_write() -> None:
    store, heard = SettingsStore(PRESET), list[float]()

    def answer(news: Change) -> None:
        heard.append(news.settings.look.depth)
        if news.settings.look.depth < 0.5:
            store.turn("look.depth", news.settings.look.depth + 0.1)

    store.observe(answer)
    store.turn("look.depth", 0.3)
    assert heard == pytest.approx([0.3, 0.4, 0.5])


def test_many_write_at_once_nothing_is_lost_and_who_reads_does_not_wait() -> None:
    store, heard, begin = SettingsStore(PRESET), list[Change](), threading.Barrier(4)
    store.observe(heard.append)
    words = ["look.light", "look.gamma", "motion.fill", "colour.keep"]

    def write(word: str) -> None:
        begin.wait(30)
        for number in range(1, 51):
            store.turn(word, number / 100 + 0.3, "modulation")

    threads = [threading.Thread(target=write, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert store.snapshot().look.depth == 0.3
    for thread in threads:
        thread.join()
    assert store.layer("modulation") == dict.fromkeys(words, 0.8)
    assert len(heard) == 200
    for word in words:
        section, name = word.split(".")
        seen = [getattr(getattr(one.settings, section), name) for one in heard if word in one.words]
        assert seen == sorted(seen), "in order"


def test_a_slow_observer_keeps_nobody_from_reading_or_writing() -> None:
    store, entered, go_on, heard = SettingsStore(PRESET), threading.Event(), threading.Event(), list[float]()

    def slow(news: Change) -> None:
        heard.append(news.settings.look.depth)
        entered.set()
        go_on.wait(30)

    store.observe(slow)
    writer = threading.Thread(target=store.turn, args=("look.depth", 0.5))
    writer.start()
    assert entered.wait(30)
    assert store.snapshot().look.depth == 0.5
    assert store.turn("look.depth", 0.7).look.depth == 0.7, "while the other still tells"
    go_on.set()
    writer.join(30)
    assert heard == [0.5, 0.7]


def test_a_refusal_is_an_input_error_with_the_origin() -> None:
    with pytest.raises(InputError, match="knob 3"):
        SettingsStore(PRESET).change({"look.depth": "much"}, "knob 3")


def test_what_stands_is_told_with_its_preset_and_what_lies_above_it() -> None:
    store = SettingsStore(PRESET)
    store.change({"look.depth": 0.2, "look.strength": 0.7}, "test")
    store.change({"look.depth": 0.3}, "test", "modulation")
    preset, settings, above = store.standing()
    assert preset is PRESET
    assert settings is store.snapshot()
    assert above == {"look.depth": 0.3, "look.strength": 0.7}
    store.load(Settings())
    assert store.standing().above == {"look.depth": 0.3}, "the hand lets go of what it does not hold"


def test_a_picture_that_opens_slowly_keeps_no_other_writer_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, leave, store = threading.Event(), threading.Event(), SettingsStore(Settings())

    def opened(self: object, dream: object) -> None:
        entered.set()
        assert leave.wait(60)

    monkeypatch.setattr("livedream.runtime.store.References.check", opened)
    opening = threading.Thread(target=store.change, args=({"dream.guide": "far away"}, "test"))
    opening.start()
    assert entered.wait(60)
    store.change({"look.depth": 0.9}, "test")
    store.load(PRESET)
    leave.set()
    opening.join(60)
    assert store.snapshot().dream.guide == "far away"


def test_what_is_cleared_opens_nothing_though_its_preset_has_a_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was opened with the preset; opened again it could have gone, and nothing could be reset any more."""
    store = SettingsStore(change(Settings(), {"dream.guide": "far away"}))
    store.change({"dream.guide": "", "look.depth": 0.9}, "test")
    monkeypatch.setattr("livedream.runtime.store.References.check", lambda *_: 1 / 0)
    written = store.written()
    assert store.clear("hand").dream.guide == "far away"
    assert store.restore(written, "undo").dream.guide == ""
    assert store.load(written.preset).dream.guide == "far away"


def test_a_dream_goes_on_where_its_weights_have_gone_and_is_not_chosen_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.dream.catalog.networks_folder", lambda: tmp_path)
    weights = tmp_path / "googlenet.safetensors"
    weights.touch()
    store, other = SettingsStore(PRESET), {"dream.network": "googlenet", "dream.layers": {"inception4c": 1.0}}
    store.change(other, "test")
    weights.unlink()
    assert store.change({"dream.octaves": 3}, "test", "modulation").dream.octaves == 3
    with pytest.raises(InputError, match="no layer 'inception9'"):
        store.change({"dream.layers": {"inception9": 1.0}}, "test")
    store.load(PRESET)
    with pytest.raises(InputError, match="is missing"):
        store.change(other, "test")
