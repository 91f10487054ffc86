"""The place beside the picture for what is open for a while: the picture is smaller, and never covered."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QWidget

from livedream.ui.panel.control_panel import WIDE_PX

SHARE = 0.45
"""Of the width, at most, that is taken."""

NARROWEST_PX = 160


class SidePane(QScrollArea):
    """Holds one widget, which is scrolled where it is higher; without one it is away.

    resized: how wide what it holds is to be.
    """

    resized = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.hide()

    def hold(self, widget: QWidget) -> None:
        """Show a widget, in place of the one before."""
        if widget is not self.widget():
            self.takeWidget()
            self.setWidget(widget)
        widget.show()
        self.show()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Tell what there is room for."""
        super().resizeEvent(a0)
        viewport = self.viewport()
        assert viewport is not None, "a scroll area has one"
        self.resized.emit(viewport.width())

    def fit(self, width_px: int) -> None:
        """Take a part of a width. width_px: of the picture and the pane together."""
        self.setFixedWidth(min(WIDE_PX, max(NARROWEST_PX, round(SHARE * width_px))))
