from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from livedream.ui.panel.entry_line import EntryLine


def test_enter_means_what_is_written_and_escape_does_not(shown: Callable[[QWidget], QWidget]) -> None:
    line, said = EntryLine(), list[str]()
    shown(line)
    line.entered.connect(said.append)
    line.left.connect(lambda: said.append("left"))
    line.begin("120.0")
    QTest.keyClicks(line, "90")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert said == ["90", "left"]
