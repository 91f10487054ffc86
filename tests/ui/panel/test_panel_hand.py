from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from livedream.runtime.store import SettingsStore
from livedream.settings import Settings
from livedream.ui.panel.panel_hand import PanelHand


@pytest.fixture
def store() -> SettingsStore:
    return SettingsStore(Settings())


@pytest.fixture
def hand(qtbot: QtBot, store: SettingsStore) -> Iterator[PanelHand]:
    hand = PanelHand(store)
    yield hand
    hand.stop()


def test_the_first_value_is_written_at_once_and_of_the_others_the_newest(
    qtbot: QtBot, store: SettingsStore, hand: PanelHand
) -> None:
    written = []
    store.observe(lambda news: written.append(news.settings.look.depth))

    for number in range(100):
        hand.put("look.depth", number / 100)

    assert written == [0.0]
    assert hand.waits("look.depth")
    qtbot.waitUntil(lambda: len(written) == 2)
    assert written == [0.0, 0.99]
    assert not hand.waits("look.depth")


def test_each_setting_waits_for_itself(qtbot: QtBot, store: SettingsStore, hand: PanelHand) -> None:
    hand.put("look.depth", 0.1)
    hand.put("look.depth", 0.2)
    hand.put("look.gamma", 9.0)
    hand.put("look.light", 0.3)

    with qtbot.waitSignal(hand.refused) as refused:
        pass

    assert refused.args[0] == "look.gamma"
    assert "look.gamma = 9.0 is not possible" in refused.args[1]
    hand.flush()
    assert (store.snapshot().look.depth, store.snapshot().look.light) == (0.2, 0.3)


def test_stopped_it_has_written_all(store: SettingsStore, hand: PanelHand) -> None:
    hand.put("look.depth", 0.1)
    hand.put("look.depth", 0.2)
    hand.stop()
    assert store.snapshot().look.depth == 0.2


def test_what_is_cleared_is_not_written_later(qtbot: QtBot, store: SettingsStore, hand: PanelHand) -> None:
    hand.put("look.depth", 0.1)
    hand.put("look.depth", 0.2)
    hand.clear("look.depth")
    hand.flush()
    assert store.snapshot().look.depth == 0.44


def test_what_is_held_is_in_the_hand(store: SettingsStore, hand: PanelHand) -> None:
    store.change({"look.depth": 0.9}, "test", "modulation")
    hand.hold("look.depth", on=True)
    assert store.layer("hand") == {"look.depth": 0.44}
    hand.hold("look.depth", on=False)
    assert not store.held
