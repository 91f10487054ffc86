"""A line in which something is typed that Enter means and Escape does not."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit


class EntryLine(QLineEdit):
    """Takes a text. entered: it is meant so. left: it is not."""

    entered = pyqtSignal(str)
    left = pyqtSignal()

    def begin(self, text: str) -> None:
        """Take a text to begin with, all of it selected."""
        self.setText(text)
        self.selectAll()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Keep the text at Enter, leave at Escape."""
        key = None if a0 is None else a0.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(self.text())
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(a0)
