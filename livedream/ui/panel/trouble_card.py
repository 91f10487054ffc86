"""What cannot start: why, how to mend it in words that can be copied, and a button to try again."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontDatabase, QGuiApplication
from PyQt6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from livedream.health import Health
from livedream.ui.panel.panel_style import GAP, SMALL_PX
from livedream.ui.panel.quiet_button import QuietButton

NARROWEST_PX = 84


class TroubleCard(QFrame):
    """Shows one health that has failed; hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.message, self.remedy = _text(), _text()
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self.remedy.setStyleSheet(f"font-family: '{mono}'; font-size: {SMALL_PX}px;")
        self.remedy.setObjectName("quiet")
        self.copy, self.again = QuietButton("Copy"), QuietButton("Try again")
        for button in (self.copy, self.again):
            button.setMinimumWidth(NARROWEST_PX)
        self.copy.setToolTip("Copy how to mend it")
        self.copy.clicked.connect(self._copy)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setSpacing(GAP)
        grid.addWidget(self.message, 0, 0, 1, 3)
        grid.addWidget(self.remedy, 1, 0, 1, 3)
        grid.addWidget(self.copy, 2, 1)
        grid.addWidget(self.again, 2, 2)
        grid.setColumnStretch(0, 1)
        self.hide()

    def show_health(self, health: Health) -> None:
        """Show why it cannot start; nothing for one that can."""
        failed = health.state == "failed"
        if failed and (health.message, health.remedy) != (self.message.text(), self.remedy.text()):
            # Set only when it changes, or what somebody has just selected would be let go.
            self.message.setText(health.message)
            self.remedy.setText(health.remedy)
            self.copy.setText("Copy")
        self.remedy.setVisible(bool(health.remedy))
        self.copy.setVisible(bool(health.remedy))
        self.setVisible(failed)

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.remedy.text())
            self.copy.setText("Copied")


def _text() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
