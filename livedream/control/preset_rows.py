"""PresetRows: what a preset that is shown brings for the controls, and what stays from preset to preset."""

from __future__ import annotations

from collections.abc import Callable

from livedream.control.matrix import Matrix
from livedream.errors import InputError
from livedream.modulation.macros import MACROS
from livedream.presets import Preset
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import BY_ITSELF, SettingsStore


class PresetRows:
    """Puts the rows of the preset that is shown into a matrix, and lets the macros stay where they are.

    A preset that is saved gets the rows that stand then.

    playlist: None if the show has one look only. tell: takes a sentence on each source that there is not.
    """

    def __init__(
        self, store: SettingsStore, matrix: Matrix, playlist: Playlist | None, tell: Callable[[str], None]
    ) -> None:
        self._store, self._matrix, self._tell = store, matrix, tell
        self._playlist = playlist
        if playlist is not None:
            playlist.rows = lambda: matrix.rows_to_save
        self._shown: Preset | None = None if playlist is None else playlist.shown
        self._take()

    def step(self) -> None:
        """Take the rows of a preset that has come, and hold the macros."""
        if not self._store.held.issuperset(MACROS):
            self._store.hold(MACROS, origin=BY_ITSELF)
        if self._playlist is not None and self._playlist.shown is not self._shown:
            self._shown = self._playlist.shown
            self._take()

    def _take(self) -> None:
        shown = self._shown
        rows = () if shown is None else shown.rows
        self._matrix.use_preset(rows)
        for sentence in self._matrix.resting:
            self._tell(f"{shown.name if shown else ''}: {sentence}")
        for row in rows:
            try:
                self._matrix.check_source(row.source)
            except InputError as fault:
                self._tell(f"{shown.name if shown else ''}: {fault}")
