"""A row of the matrix: what it shows, and what it asks for when a person edits it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QPushButton, QWidget

from livedream.settings.modulation_row import ModulationRow
from livedream.ui.panel.matrix_row import FIELDS, WAVE_FIELDS, MatrixRow

WAVE = ModulationRow("sine 4 beats", "look.depth", 0.25)
SOUND = ModulationRow("bass", "look.depth", 0.25)
SOURCES = ("depth", "bass", "sine 4 beats", "saw 1 beat")


@pytest.fixture
def opened(shown: Callable[[QWidget], QWidget]) -> Callable[[ModulationRow], MatrixRow]:
    def open_(row: ModulationRow) -> MatrixRow:
        made = MatrixRow(row, SOURCES)
        shown(made)
        made.header.click()
        return made

    return open_


def changes_of(row: MatrixRow) -> list[tuple[ModulationRow, ModulationRow]]:
    changes: list[tuple[ModulationRow, ModulationRow]] = []
    row.changed.connect(lambda before, after: changes.append((before, after)))
    return changes


Opened = Callable[[ModulationRow], MatrixRow]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("source", "saw 1 beat"),
        ("depth", -0.5),
        ("curve", "square"),
        ("smoothing_s", 0.3),
        ("side", "up"),
        ("start", 0.2),
        ("end", 0.8),
    ],
)
def test_each_field_asks_for_a_row_with_another_value(opened: Opened, key: str, value: Any) -> None:
    row = opened(WAVE)
    changes = changes_of(row)
    row.fields[key].editor.wanted.emit(value)
    assert changes == [(WAVE, replace(WAVE, **{key: value}))]


@pytest.mark.parametrize(
    ("key", "value", "source"),
    [
        ("shape", "random", "random 4 beats"),
        ("unit", "hz", "sine 4 hz"),
        ("pace", 1.0, "sine 1 beat"),
        ("pace", 0.25, "sine 0.25 beats"),
        ("phase", 0.5, "sine 4 beats +0.5"),
    ],
)
def test_a_wave_is_edited_by_its_parts(opened: Opened, key: str, value: Any, source: str) -> None:
    row = opened(WAVE)
    changes = changes_of(row)
    row.fields[key].editor.wanted.emit(value)
    assert changes == [(WAVE, replace(WAVE, source=source))]


def test_only_a_wave_has_the_fields_of_one(opened: Opened) -> None:
    wave, sound = opened(WAVE), opened(SOUND)
    assert all(wave.fields[key].isVisible() for key in (*WAVE_FIELDS, *FIELDS))
    assert not any(sound.fields[key].isVisible() for key in WAVE_FIELDS)


def test_what_is_shown_is_not_asked_for(opened: Opened) -> None:
    row = opened(WAVE)
    changes = changes_of(row)
    row.show_row(replace(WAVE, depth=0.9, curve="root", source="saw 8 beats"))
    assert changes == []
    assert row.fields["pace"].editor.box.value() == 8  # type: ignore[attr-defined]


def test_it_can_be_removed(opened: Opened) -> None:
    row, gone = opened(WAVE), list[object]()
    row.removed.connect(gone.append)
    remove = next(button for button in row.findChildren(QPushButton) if button.text() == "Remove")
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert gone == [WAVE]


def test_bars_that_look_the_same_are_not_painted(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    row, painted = opened(WAVE), list[object]()
    row.show_value(0.5, 0.1)
    monkeypatch.setattr(row.header, "update", lambda *place: painted.append(place))
    row.show_value(0.5001, 0.1001)
    assert painted == []
    row.show_value(0.6, 0.1)
    assert len(painted) == 1


def test_a_row_says_what_it_is(opened: Opened) -> None:
    assert opened(WAVE).header.accessibleName() == "sine 4 beats moves look.depth by +0.25"
