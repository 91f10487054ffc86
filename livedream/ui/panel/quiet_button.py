"""A button that does something small, and looks so."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton

from livedream.ui.panel.panel_style import LINE_PX


class QuietButton(QPushButton):
    """A low button with a thin edge; after a click the space bar is free."""

    def __init__(self, label: str, tip: str = "", height_px: int = LINE_PX) -> None:
        super().__init__(label)
        self.setProperty("quiet", True)
        self.setFixedHeight(height_px)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
