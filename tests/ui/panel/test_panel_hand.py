import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from livedream.errors import InputError
from livedream.references import References
from livedream.runtime.store import SettingsStore
from livedream.settings import DreamSettings, Settings
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


class Opening:
    """Stands for what opens pictures, which takes until the test lets it; `fault` is raised then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fault: Exception | None = None) -> None:
        self.let, self.named, self._fault = threading.Semaphore(0), list[str](), fault
        monkeypatch.setattr(References, "check", lambda _, dream: self._check(dream))

    def _check(self, dream: DreamSettings) -> None:
        self.named.append(dream.guide)
        self.let.acquire(timeout=60)
        if self._fault is not None:
            raise self._fault


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (InputError("it cannot be seen"), "it cannot be seen"),
        (OSError("gone"), "dream.guide is not possible: OSError: gone"),
    ],
)
def test_what_has_to_be_opened_keeps_nobody_waiting_and_is_refused_later(
    qtbot: QtBot,
    store: SettingsStore,
    hand: PanelHand,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    why: str,
) -> None:
    opening = Opening(monkeypatch, fault)
    hand.put("dream.guide", "slow.mp4")
    assert hand.waits("dream.guide")
    hand.put("look.depth", 0.1)
    hand.flush()
    assert store.snapshot().look.depth == 0.1
    with qtbot.waitSignal(hand.refused) as refused:
        opening.let.release()
    assert refused.args == ["dream.guide", why]
    assert not hand.waits("dream.guide")
    assert store.layer("hand") == {"look.depth": 0.1}


def test_of_what_is_named_meanwhile_the_newest_is_opened_and_it_can_be_let_go(
    qtbot: QtBot, store: SettingsStore, hand: PanelHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = Opening(monkeypatch)
    for name in ("a.png", "b.png", "c.png"):
        hand.put("dream.guide", name)
    hand.stop()
    opening.let.release(2)
    qtbot.waitUntil(lambda: store.snapshot().dream.guide == "c.png")
    assert opening.named == ["a.png", "c.png"]
    hand.clear("dream.guide")
    qtbot.waitUntil(lambda: "dream.guide" not in store.layer("hand"))


def test_holding_a_guide_that_is_being_opened_keeps_that(
    qtbot: QtBot, store: SettingsStore, hand: PanelHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = Opening(monkeypatch)
    hand.put("dream.guide", "a.png")
    hand.hold("dream.guide", on=True)
    opening.let.release(2)
    qtbot.waitUntil(lambda: store.layer("hand") == {"dream.guide": "a.png"})
    assert store.held == {"dream.guide"}
