"""The order of the Tab key for parts that go from one place of a window to another."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget


def tab_after(before: QWidget, part: QWidget) -> QWidget:
    """Let the Tab key go from a widget to a part, and through all in it; return the last of them.

    A part that was in another window comes last in the order otherwise.
    """
    found = [part]
    while (following := found[-1].nextInFocusChain()) is not None and part.isAncestorOf(following):
        found.append(following)
    for one in found:
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus:
            QWidget.setTabOrder(before, one)
            before = one
    return before
