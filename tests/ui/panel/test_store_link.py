import gc
import threading
import time
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, by_word, change
from livedream.ui.panel.store_link import Standpoint, StoreLink, standpoint

DEPTH = by_word()["look.depth"]


class Noting:
    def __init__(self) -> None:
        self.seen: list[Standpoint] = []
        self.threads: set[int] = set()

    def follow(self, now: Standpoint) -> None:
        self.seen.append(now)
        self.threads.add(threading.get_ident())


@pytest.fixture
def store() -> SettingsStore:
    return SettingsStore(Settings())


@pytest.fixture
def link(qtbot: QtBot, store: SettingsStore) -> Iterator[StoreLink]:
    owner = QObject()
    link = StoreLink(store, owner)
    yield link
    link.stop()


def test_a_flood_from_a_thread_is_looked_at_thirty_times_a_second(
    qtbot: QtBot, store: SettingsStore, link: StoreLink
) -> None:
    follower = Noting()
    link.join("look.depth", follower)
    link.start()
    looks = link.looks

    def flood() -> None:
        for number in range(10_000):
            store.change({"look.depth": number % 100 / 100}, "thread")
        store.change({"look.depth": 0.777}, "thread")

    begun_s = time.perf_counter()
    writer = threading.Thread(target=flood)
    writer.start()
    qtbot.waitUntil(lambda: DEPTH.value_of(follower.seen[-1].live) == 0.777)
    writer.join()

    assert link.looks - looks <= (time.perf_counter() - begun_s) / 0.032 + 2
    assert follower.threads == {threading.get_ident()}


def test_only_what_changes_is_shown_anew(qtbot: QtBot, store: SettingsStore, link: StoreLink) -> None:
    depth, gamma = Noting(), Noting()
    link.join("look.depth", depth)
    link.join("look.gamma", gamma)
    link.start()
    depth.seen.clear()
    gamma.seen.clear()

    store.change({"look.depth": 0.1}, "test")
    qtbot.waitUntil(lambda: bool(depth.seen))
    QTest.qWait(80)

    assert len(depth.seen) == 1
    assert not gamma.seen


def test_another_preset_shows_all_anew(qtbot: QtBot, store: SettingsStore, link: StoreLink) -> None:
    gamma = Noting()
    store.change({"look.gamma": 2.0}, "test")
    store.hold(["look.gamma"])
    link.join("look.gamma", gamma)
    link.start()
    gamma.seen.clear()

    store.load(change(Settings(), {"look.gamma": 2.0}))
    qtbot.waitUntil(lambda: bool(gamma.seen))

    assert not gamma.seen[-1].differs(by_word()["look.gamma"])


def test_stopped_it_hears_nothing_and_started_it_is_up_to_date(
    qtbot: QtBot, store: SettingsStore, link: StoreLink
) -> None:
    follower = Noting()
    link.join("look.depth", follower)
    link.start()
    link.stop()
    assert not store._observers
    assert not link.active
    store.change({"look.depth": 0.3}, "test")
    follower.seen.clear()
    link.start()
    assert DEPTH.value_of(follower.seen[-1].live) == 0.3


def test_started_twice_it_observes_once(store: SettingsStore, link: StoreLink) -> None:
    link.start()
    link.start()
    assert len(store._observers) == 1


def test_destroyed_with_its_owner_it_observes_no_more(qtbot: QtBot, store: SettingsStore) -> None:
    owner = QObject()
    link = StoreLink(store, owner)
    link.start()
    assert store._observers
    owner.deleteLater()
    del owner, link
    gc.collect()
    qtbot.waitUntil(lambda: not store._observers)
    store.change({"look.depth": 0.5}, "test")


def test_a_standpoint_is_what_the_hand_moves_under_what_is_dreamed(store: SettingsStore) -> None:
    store.change({"look.depth": 0.2}, "test")
    store.change({"look.depth": 0.9}, "test", "modulation")
    now = standpoint(store)
    assert [DEPTH.value_of(one) for one in (now.preset, now.hand, now.live)] == [0.44, 0.2, 0.9]
    assert now.moved == {"look.depth"}
    assert now.differs(DEPTH)
    store.clear("hand")
    assert not standpoint(store).differs(DEPTH)
