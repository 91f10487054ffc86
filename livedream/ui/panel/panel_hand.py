"""The hand on the controls: what it does goes into the store, of each setting the newest value."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from livedream.errors import LivedreamError
from livedream.runtime.store import SettingsStore
from livedream.settings import by_word
from livedream.ui.panel.store_link import standpoint

WRITE_MS = 16


class PanelHand(QObject):
    """Writes into the hand's layer of a store.

    The first value is written at once, of those that follow within 16 ms the newest. refused: a word and the
    sentence that says why its value is not possible. touched: a word that must be shown anew.
    """

    refused = pyqtSignal(str, str)
    touched = pyqtSignal(str)

    def __init__(self, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._waiting: dict[str, Any] = {}
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
        """Return whether a value is still to be written."""
        return word in self._waiting

    def flush(self) -> None:
        """Write all that waits."""
        waiting, self._waiting = self._waiting, {}
        for word, value in waiting.items():
            self._write(word, value)

    def stop(self) -> None:
        """Write all that waits, and wait no more."""
        self._timer.stop()
        self.flush()

    def clear(self, word: str) -> None:
        """Let a setting be again what it is in the preset."""
        self._waiting.pop(word, None)
        try:
            self._store.clear("hand", [word])
        except (LivedreamError, ValueError) as fault:
            self.refused.emit(word, str(fault))
        self.touched.emit(word)

    def hold(self, word: str, *, on: bool) -> None:
        """Keep a setting as it is now through changes of the preset, or let it go."""
        self.flush()
        if on and word not in self._store.layer("hand"):
            self._write(word, by_word()[word].value_of(standpoint(self._store).hand))
        self._store.hold([word], on=on)
        self.touched.emit(word)

    def _go_on(self) -> None:
        if self._waiting:
            self.flush()
            self._timer.start()

    def _write(self, word: str, value: Any) -> None:
        try:
            self._store.change({word: value}, "panel")
        except (LivedreamError, ValueError) as fault:
            self.refused.emit(word, str(fault))
            self.touched.emit(word)
