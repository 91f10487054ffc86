"""A value beside the settings: shown and changed as a setting is."""

from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from livedream.ui.panel.field_row import FieldRow, choice_field, number_field

Show = Callable[[QWidget], QWidget]


def wanted_of(field: FieldRow) -> list[Any]:
    wanted: list[Any] = []
    field.wanted.connect(wanted.append)
    return wanted


def test_a_number_is_slid_and_followed(shown: Show) -> None:
    field = FieldRow(number_field("depth", "How far.", -1, 1), "depth")
    shown(field)
    wanted = wanted_of(field)
    field.follow(0.5)
    assert wanted == []
    assert field.editor.body is not None
    QTest.keyClick(field.editor.body, Qt.Key.Key_Right)
    assert wanted == [pytest.approx(0.52)]


def test_a_short_one_has_no_slider(shown: Show) -> None:
    field = FieldRow(number_field("start", "Where.", 0, 1), "from", is_short=True)
    shown(field)
    assert field.editor.body is not None
    assert not field.editor.body.isVisible()
    assert field.editor.head is not None
    assert field.editor.head.accessibleName() == "from"


def test_a_choice(shown: Show) -> None:
    choice = FieldRow(choice_field("curve", "How.", ("linear", "root")), "curve")
    shown(choice)
    chosen = wanted_of(choice)
    choice.editor.head.setCurrentText("root")  # type: ignore[union-attr]
    choice.follow("linear")
    assert chosen == ["root"]
