"""How the panel follows the settings store: changes of any thread, shown fifteen times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from livedream.errors import InputError
from livedream.runtime.store import Change, SettingsStore
from livedream.settings import SettingInfo, Settings, change

FOLLOW_MS = 66


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The settings at one moment, as far as controls show them.

    hand: as they stand without the layers above the hand; that is what a control moves. live: as they are
    dreamed. moved: words that modulation covers. held: words that the hand keeps.
    """

    preset: Settings
    hand: Settings
    live: Settings
    moved: frozenset[str]
    held: frozenset[str]

    def differs(self, info: SettingInfo) -> bool:
        """Return whether the hand has made a setting other than it is in the preset."""
        return bool(info.value_of(self.hand) != info.value_of(self.preset))

    def value(self, info: SettingInfo) -> Any:
        """Return what a setting is under the hand."""
        return info.value_of(self.hand)


def standpoint(store: SettingsStore) -> Standpoint:
    """Read the store."""
    standing = store.standing()
    moved, panic = store.layer("modulation"), store.layer("panic")
    hand = _hand(store, standing.preset, standing.settings) if moved or panic else standing.settings
    return Standpoint(standing.preset, hand, standing.settings, frozenset(moved), store.held)


def _hand(store: SettingsStore, preset: Settings, live: Settings) -> Settings:
    try:
        return change(preset, store.layer("hand"))
    except InputError:  # the preset has changed since it was read; the next look is soon
        return live


class Follower(Protocol):
    """Shows a setting."""

    def follow(self, now: Standpoint) -> None:
        """Show a setting as it stands now."""
        ...


class ChangedWords:
    """Gathers the words that change, in whatever thread they do; knows nothing of Qt."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._words: set[str] = set()
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None

    def begin(self) -> None:
        """Observe the store from now on."""
        if self._end is None:
            self._end = self._store.observe(self._note)

    def end(self, _: object = None) -> None:
        """Observe it no more."""
        if self._end is not None:
            self._end()
            self._end = None

    def add(self, words: Iterable[str]) -> None:
        """Count words as changed."""
        with self._lock:
            self._words.update(words)

    def take(self) -> set[str]:
        """Return what has changed since the last time."""
        with self._lock:
            words, self._words = self._words, set()
        return words

    def _note(self, news: Change) -> None:
        self.add(news.words)


class StoreLink(QObject):
    """Tells followers of what has changed, in the thread of the window. looked: once for all that has."""

    looked = pyqtSignal(object)

    def __init__(self, store: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self.store = store
        self.changed = ChangedWords(store)
        self.looks = 0
        self._held, self._preset = store.held, store.standing().preset
        self._followers: dict[str, list[Follower]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.look)
        self.destroyed.connect(self.changed.end)  # whatever way the panel goes

    @property
    def active(self) -> bool:
        """Return whether the store is followed."""
        return self._timer.isActive()

    def join(self, word: str, follower: Follower) -> None:
        """Let a follower show a setting, from now on."""
        self._followers.setdefault(word, []).append(follower)
        follower.follow(standpoint(self.store))

    def start(self) -> None:
        """Follow the store, beginning with how it stands now."""
        self.changed.begin()
        self.changed.add(self._followers)
        self.look()
        self._timer.start()

    def stop(self) -> None:
        """Follow it no more."""
        self._timer.stop()
        self.changed.end()

    def look(self) -> None:
        """Show what has changed since the last look."""
        words, held = self.changed.take(), self.store.held
        words |= held ^ self._held  # of what is held, and of a preset that looks the same, nobody is told
        preset = self.store.standing().preset
        if preset is not self._preset:
            words |= self._followers.keys()
        self._held, self._preset = held, preset
        if not words:
            return
        self.looks += 1
        now = standpoint(self.store)
        for word in words & self._followers.keys():
            for follower in self._followers[word]:
                follower.follow(now)
        self.looked.emit(now)
