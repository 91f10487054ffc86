"""The card of the mapping mode: what it offers for each kind of binding, and what it asks for."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PyQt6.QtWidgets import QWidget

from livedream.control.midi_binding import Binding, MidiSource
from livedream.ui.panel.map_card import MapCard, title_of

KNOB, PAD = MidiSource(1, "cc", 21), MidiSource(1, "note", 36)
DEPTH = Binding(KNOB, "look.depth", 0.2, 0.8)


@pytest.fixture
def card(shown: Callable[[QWidget], QWidget]) -> Iterator[MapCard]:
    around = QWidget()
    around.resize(640, 400)
    card = MapCard(around)
    shown(around)
    card.offer(["tap", "look.depth"])
    yield card
    around.close()


@pytest.mark.parametrize(
    ("binding", "offered"),
    [
        (DEPTH, {"low", "high", "pickup"}),
        (Binding(KNOB, "tap"), {"threshold"}),
        (Binding(PAD, "tap"), set()),
        (Binding(KNOB, "dream.objective"), {"pickup"}),
        (None, set()),
    ],
)
def test_it_offers_what_a_binding_has(card: MapCard, binding: Binding | None, offered: set[str]) -> None:
    card.show_target("look.depth", binding, "Move a knob.")
    names = ("low", "high", "threshold", "pickup")
    assert {name for name in names if getattr(card, name).isVisible()} == offered
    assert card.forget.isVisible() == (binding is not None)
    assert card.sentence.text() == "Move a knob."


def test_range_and_pick_up_are_asked_for(card: MapCard) -> None:
    asked: list[tuple[Binding, Binding]] = []
    card.rebound.connect(lambda before, after: asked.append((before, after)))
    card.show_target("look.depth", DEPTH, "")
    assert (card.low.value(), card.high.value()) == (0.2, 0.8)
    assert asked == []
    card.low.setValue(0.3)
    card.high.setValue(0.9)
    card.pickup.click()
    assert asked == [
        (DEPTH, replace(DEPTH, low=0.3)),
        (DEPTH, replace(DEPTH, high=0.9)),
        (DEPTH, replace(DEPTH, pickup=False)),
    ]


def test_the_threshold_of_a_command_is_asked_for(card: MapCard) -> None:
    asked: list[Binding] = []
    card.rebound.connect(lambda _, after: asked.append(after))
    card.show_target("tap", Binding(KNOB, "tap"), "")
    card.threshold.setValue(0.9)
    assert asked == [Binding(KNOB, "tap", threshold=0.9)]


def test_what_is_not_on_the_screen_is_chosen_from_the_list(card: MapCard) -> None:
    chosen, forgotten = list[str](), list[str]()
    card.chosen.connect(chosen.append)
    card.forgotten.connect(forgotten.append)
    card.others.setCurrentText("tap")
    card.show_target("tap", Binding(KNOB, "tap"), "")
    card.forget.click()
    assert (chosen, forgotten) == (["tap"], ["tap"])


def test_titles_are_for_people() -> None:
    assert title_of("look.depth") == "look depth"
    assert title_of("reset dream") == "Reset dream"
    assert title_of("") == "Mapping"
