"""The hand on the controls: what it does goes into the store, of each setting the newest value."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from livedream.control.coalescer import is_slow
from livedream.control.lane import Lane
from livedream.control.parameter_turns import GONE
from livedream.errors import LivedreamError
from livedream.runtime.store import SettingsStore
from livedream.settings import by_word
from livedream.ui.panel.store_link import standpoint

WRITE_MS = 16


class PanelHand(QObject):
    """Writes into the hand's layer of a store.

    The first value is written at once, of those that follow within 16 ms the newest. What may name a picture
    or a clip, which takes its time to open, is written in a lane of its own, one after the other; lane: makes
    it. refused: a word and the sentence that says why its value is not possible. touched: a word that must be
    shown anew.
    """

    refused = pyqtSignal(str, str)
    touched = pyqtSignal(str)

    def __init__(
        self, store: SettingsStore, parent: QObject | None = None, lane: Callable[[str], Lane] = Lane
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._waiting: dict[str, Any] = {}
        self._opening, self._opened = lane("pictures of the panel"), ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(WRITE_MS)
        self._timer.timeout.connect(self._go_on)

    def put(self, word: str, value: Any) -> None:
        """Write a value, now or soon."""
        self._waiting[word] = value
        if not self._timer.isActive():
            self.flush()
            self._timer.start()

    def waits(self, word: str) -> bool:
        """Return whether a value is still to be written, or is being opened."""
        return word in self._waiting or word == self._opened

    def flush(self) -> None:
        """Write all that waits; what is to be opened waits for what is being opened."""
        waiting, self._waiting = self._waiting, {}
        for word, value in waiting.items():
            if not is_slow(word):
                self._write(word, value)
            elif self._opening.busy:
                self._waiting[word] = value
            else:
                self._opened = word
                self._opening.put(partial(self._open, word, value))
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Write all that waits, and wait for no more than what is being opened."""
        self._timer.stop()
        self.flush()

    def clear(self, word: str) -> None:
        """Let a setting be again what it is in the preset."""
        if is_slow(word):
            self.put(word, GONE)
            return
        self._waiting.pop(word, None)
        self._write(word, GONE)
        self.touched.emit(word)

    def hold(self, word: str, *, on: bool) -> None:
        """Keep a setting as it is now through changes of the preset, or let it go."""
        self.flush()
        if on and word not in self._store.layer("hand") and not self.waits(word):
            self._waiting[word] = by_word()[word].value_of(standpoint(self._store).hand)
            self.flush()
        self._store.hold([word], on=on)
        self.touched.emit(word)

    def _go_on(self) -> None:
        if self._waiting:
            self.flush()
            self._timer.start()

    def _write(self, word: str, value: Any) -> None:
        if why := self._fault(word, value):
            self.refused.emit(word, why)
            self.touched.emit(word)

    def _open(self, word: str, value: Any) -> None:
        """Write a value in the lane's thread."""
        try:
            why = self._fault(word, value)
        except Exception as fault:  # the lane goes on, whatever a decoder raises
            why = f"{word} is not possible: {type(fault).__name__}: {fault}"
        self._opened = ""
        with suppress(RuntimeError):  # what Qt raises if the window was closed meanwhile
            if why:
                self.refused.emit(word, why)
            self.touched.emit(word)

    def _fault(self, word: str, value: Any) -> str:
        """Write a value, or let go of it; returns why that is not possible, "" if it was."""
        try:
            if value is GONE:
                self._store.clear("hand", [word])
            else:
                self._store.change({word: value}, "panel")
        except (LivedreamError, ValueError) as fault:
            return str(fault)
        return ""
