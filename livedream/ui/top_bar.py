"""The bar over the picture: where it comes from, which way round it is seen, and what is open."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from livedream.runtime.status import Status
from livedream.ui.elided_label import ElidedLabel
from livedream.ui.panel.panel_style import GAP, TEXT, dress

BUTTON_PX = 30
SOURCE_PX = 90
"""How much of the source's name is seen in the narrowest bar."""

SWITCHES = {
    "mirror": ("Mirror view", "Mirror the picture in this window, never what goes out (M)"),
    "mirror output": ("Mirror out", "Mirror what goes out, whatever this window shows (O)"),
    "moods": ("Moods", "The moods under the picture, open or folded (G)"),
    "panel": ("Panel", "The controls beside the picture, open or folded (C)"),
}
"""Label and tip of each switch, by what it asks the window for."""


class TopBar(QWidget):
    """Shows the source and switches what the window shows; `right` is there for more.

    do: takes the name of what is asked for.
    """

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        dress(self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.source = ElidedLabel(colour=TEXT)
        self.switches = {name: self._switch(name, do) for name in SWITCHES}
        self._more = QWidget()
        self.right = QHBoxLayout(self._more)
        self.right.setContentsMargins(0, 0, 0, 0)
        self.right.setSpacing(GAP)
        line = QHBoxLayout(self)
        line.setContentsMargins(GAP + 2, GAP, GAP + 2, GAP)
        line.setSpacing(GAP)
        line.addWidget(self.source)
        line.addWidget(self.switches["mirror"])
        line.addWidget(self.switches["mirror output"])
        line.addStretch(1)
        line.addWidget(self._more)
        line.addWidget(self.switches["moods"])
        line.addWidget(self.switches["panel"])

    def fit(self, width_px: int) -> None:
        """Show what there is room for, the most important first; the source always."""
        left_px = width_px - 2 * (GAP + 2) - SOURCE_PX
        names = ("panel", "moods", "", "mirror", "mirror output")
        for part in (self.switches[name] if name else self._more for name in names):
            left_px -= part.sizeHint().width() + GAP
            part.setVisible(left_px >= 0)

    def show_status(self, status: Status) -> None:
        """Show where the picture comes from, and the rate that is measured."""
        self.source.set_text(source_line(status))
        self.show_switch("mirror output", on=status.mirrored)

    def show_switch(self, name: str, *, on: bool) -> None:
        """Show how a switch stands."""
        self.switches[name].setChecked(on)

    def _switch(self, name: str, do: Callable[[str], None]) -> QPushButton:
        label, tip = SWITCHES[name]
        switch = Switch(label)
        switch.setToolTip(tip)
        switch.clicked.connect(lambda _: do(name))
        return switch


class Switch(QPushButton):
    """A button that shows a state which is not its own: a click asks, and what is shown is what is."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.setCheckable(True)
        self.setProperty("quiet", True)
        self.setFixedHeight(BUTTON_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def nextCheckState(self) -> None:  # noqa: N802
        """Leave the state to the window."""


def source_line(status: Status) -> str:
    """Return the source's name, size and measured rate in one line, or what is being opened."""
    if status.opening:
        return f"opening {status.opening} ..."
    width, height = status.source_wh
    parts = [
        status.source or "no source yet",
        f"{width}\N{MULTIPLICATION SIGN}{height}" if width else "",
        f"{status.source_fps:.1f} frames/s" if status.source_fps else "",
    ]
    return "  \N{MIDDLE DOT}  ".join(part for part in parts if part)
