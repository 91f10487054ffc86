"""The wishes: the settings as they stand, changed by people, read once per frame."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from livedream.settings import Settings, change


class SettingsStore:
    """Holds one frozen value; changing replaces it, so a snapshot never changes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()

    def snapshot(self) -> Settings:
        """Give the settings as they stand now."""
        return self._settings

    def change(self, changes: Mapping[str, Any], origin: str) -> Settings:
        """Make changes (word -> value); gives what stands then. Raises InputError, nothing changed."""
        return self.edit(lambda settings: change(settings, changes, origin))

    def replace(self, settings: Settings) -> None:
        """Put other settings in the place of those that stand."""
        self.edit(lambda _: settings)

    def edit(self, edited: Callable[[Settings], Settings]) -> Settings:
        """Put what `edited` makes of the settings in their place, and give it; nobody writes in between."""
        with self._lock:
            self._settings = edited(self._settings)
            return self._settings
