from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from livedream.ui.tab_order import tab_after


def test_a_part_that_comes_back_from_another_window_has_its_old_place(qtbot: QtBot) -> None:
    window, elsewhere, part = QWidget(), QWidget(), QWidget()
    for top in (window, elsewhere):
        qtbot.addWidget(top)
    inner = QVBoxLayout(part)
    first, second = QPushButton("first"), QPushButton("second")
    for one in (first, QLabel("no stop"), second):
        inner.addWidget(one)
    column, other = QVBoxLayout(window), QVBoxLayout(elsewhere)
    before, after = QPushButton("before"), QPushButton("after")
    for one in (before, part, after):
        column.addWidget(one)
    other.addWidget(part)
    column.insertWidget(1, part)
    assert tab_after(before, part) is second
    stop, seen = before, [before]
    while (stop := stop.nextInFocusChain()) is not before:  # type: ignore[assignment]
        if stop.focusPolicy() != Qt.FocusPolicy.NoFocus:
            seen.append(stop)
    assert seen == [before, first, second, after]
