from typing import Any, Never

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from livedream.errors import InputError
from livedream.ui.panel.panic_row import MODES, RESETS, PanicRow


@pytest.mark.parametrize("name", [*MODES, *RESETS])
def test_each_button_does_its_command_and_says_what_became_of_it(stage: Any, name: str) -> None:
    QTest.mouseClick(stage.panel.panic.buttons[name], Qt.MouseButton.LeftButton)
    QTest.keyClick(stage.panel.panic.buttons[name], Qt.Key.Key_Space)

    assert stage.commands.moves == [name, name]
    assert stage.said == [name, name]


@pytest.mark.parametrize("mode", ["", *MODES])
def test_the_state_is_the_shows_and_not_the_clicks(stage: Any, mode: str) -> None:
    panel = stage.panel
    panel.panic.set_panic(mode)
    panel.panic.buttons["blackout"].click()

    assert [name for name in MODES if panel.panic.buttons[name].isChecked()] == [mode] * bool(mode)


def test_a_refusal_is_said(qtbot: QtBot) -> None:
    class Refusing:
        def do(self, name: str) -> Never:
            raise InputError(f"{name} cannot be done")

    row = PanicRow(Refusing())
    qtbot.addWidget(row)
    with qtbot.waitSignal(row.said) as said:
        row.buttons["bypass"].click()
    assert said.args == ["bypass cannot be done"]
