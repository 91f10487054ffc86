"""Settings that stand together under one header, and the search among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from livedream.settings import SettingInfo, describe
from livedream.ui.panel.fold import Fold
from livedream.ui.panel.setting_row import SettingRow
from livedream.ui.panel.setting_text import matches
from livedream.ui.panel.store_link import Standpoint

MakeRow = Callable[[SettingInfo], SettingRow]

SECTIONS = ("look", "colour", "motion", "feedback", "dream")
"""In which order settings are reached for on a stage."""


class SettingFold(Fold):
    """A header and the rows of some settings."""

    def __init__(
        self, title: str, infos: Sequence[SettingInfo], make_row: MakeRow, *, unfolded: bool = False
    ) -> None:
        self.infos = tuple(infos)
        self.rows: dict[str, SettingRow] = {}
        self._make_row = make_row
        self._before: bool | None = None
        super().__init__(title, self._make_rows, unfolded=unfolded)

    def search(self, searched: str) -> bool:
        """Show the rows that match, unfolded; for "" all, folded as before. Return whether any match."""
        found = {info.word for info in self.infos if matches(info, searched)}
        if not searched:
            if self._before is not None:
                self.unfold(on=self._before)
                self._before = None
        elif found:
            self._before = self.is_unfolded() if self._before is None else self._before
            self.unfold(on=True)
        for word, row in self.rows.items():
            row.setVisible(word in found)
        self.setVisible(bool(found))
        return bool(found)

    def count(self, now: Standpoint) -> None:
        """Say how many of its settings the hand has changed."""
        changed = sum(now.differs(info) for info in self.infos)
        self.note(f"{changed} changed" if changed else "")

    def _make_rows(self) -> QWidget:
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        for info in self.infos:
            self.rows[info.word] = row = self._make_row(info)
            rows.addWidget(row)
        return body


def first_glance() -> list[SettingInfo]:
    """List the settings that matter at first glance: what acts at once first, in the order of the stage."""

    def place(info: SettingInfo) -> tuple[bool, int]:
        known = info.section in SECTIONS
        return info.lifetime == "engine", SECTIONS.index(info.section) if known else len(SECTIONS)

    return sorted((info for info in describe() if info.basic), key=place)


def groups() -> dict[str, list[SettingInfo]]:
    """Return all other settings by group, in order."""
    found: dict[str, list[SettingInfo]] = {}
    for info in describe():
        if not info.basic:
            found.setdefault(info.group or info.section, []).append(info)
    return found
