"""The bar over the picture: where it comes from, which way round it is seen, and what is open."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from livedream.runtime.status import Status
from livedream.ui.panel.panel_paint import begin, chevron, draw, pen, ring
from livedream.ui.panel.panel_style import DIM, EDGE, GAP, LIT, RADIUS, RAISED, TEXT, dress, type_of

BUTTON_PX = 30
PADDING_PX, ARROW_PX = 10, 16
SOURCE_PX, WIDEST_SOURCE_PX = 110, 260
"""How much of the source's name is seen in the narrowest bar, and for how long a name others give way."""

SWITCHES = {
    "mirror": ("Mirror view", "Mirror", "Mirror the picture in this window, never what goes out (M)"),
    "mirror output": ("Mirror out", "Out", "Mirror what goes out, whatever this window shows (O)"),
    "moods": ("Moods", "Moods", "The moods under the picture, open or folded (G)"),
    "panel": ("Panel", "Panel", "The controls beside the picture, open or folded (C)"),
}
"""Label, label where there is little room, and tip of each switch, by what it asks the window for."""


class TopBar(QWidget):
    """Shows the source and switches what the window shows; `right` is there for more.

    do: takes the name of what is asked for.
    """

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        dress(self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._width_px = 0
        self.source = SourceButton()
        self.source.clicked.connect(lambda: do("source"))
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
        """Show what there is room for, the most important first; the source always.

        Before a part goes, labels are shortened, then the source's name.
        """
        self._width_px = width_px
        more = self._more.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        first = [self.switches[name] for name in ("panel", "moods")]
        last = [self.switches[name] for name in ("mirror", "mirror output")]
        parts = [*first, *reversed(more), *last]
        room_px = width_px - 2 * (GAP + 2)
        source_px = min(WIDEST_SOURCE_PX, max(SOURCE_PX, self.source.name_px()))
        for label in (0, 1):
            for name, switch in self.switches.items():
                switch.setText(SWITCHES[name][label])
            needed_px = sum(part.sizeHint().width() + GAP for part in parts)
            if needed_px + source_px <= room_px:
                break
        left_px = room_px - SOURCE_PX
        for part in parts:
            left_px -= part.sizeHint().width() + GAP
            part.setVisible(left_px >= 0)
        self._more.setVisible(any(not part.isHidden() for part in more))

    def show_status(self, status: Status) -> None:
        """Show where the picture comes from, and the rate that is measured."""
        before = self.source.name_px()
        self.source.set_lines(source_lines(status))
        if self._width_px and self.source.name_px() != before:
            self.fit(self._width_px)
        self.show_switch("mirror output", on=status.mirrored)

    def show_switch(self, name: str, *, on: bool) -> None:
        """Show how a switch stands."""
        self.switches[name].setChecked(on)

    def _switch(self, name: str, do: Callable[[str], None]) -> QPushButton:
        label, _, tip = SWITCHES[name]
        switch = Switch(label)
        switch.setToolTip(tip)
        switch.clicked.connect(lambda _: do(name))
        return switch


class OpeningButton(QAbstractButton):
    """A button of the bar that opens something below it."""

    def __init__(self, wide: QSizePolicy.Policy) -> None:
        super().__init__()
        self.setFixedHeight(BUTTON_PX)
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Open with Enter and the arrow that points down, too."""
        if e is not None and e.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}:
            self.click()
        else:
            super().keyPressEvent(e)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the ground, the sign of what opens, and the ring of the focus."""
        painter, box = begin(self), QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(pen(EDGE, 1.0))
        painter.setBrush(LIT if self.underMouse() else RAISED)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        at = QPointF(box.right() - PADDING_PX - 4, box.center().y() + 1)
        draw(painter, chevron(down=True), at, 5.0, pen(DIM, 2.0))
        if self.hasFocus():
            ring(painter, self)


class SourceButton(OpeningButton):
    """Shows where the picture comes from; a click asks for the list of sources."""

    def __init__(self) -> None:
        super().__init__(QSizePolicy.Policy.Preferred)
        self._lines: tuple[str, ...] = ("",)
        self.setMinimumWidth(SOURCE_PX)

    def text_shown(self) -> str:
        """Return all of its line, whether there is room for it or not."""
        return self._lines[0]

    def name_px(self) -> int:
        """Return how wide it must be for the shortest of its lines."""
        width = QFontMetricsF(type_of()).horizontalAdvance(self._lines[-1])
        return ceil(width) + 2 * PADDING_PX + ARROW_PX

    def line_within(self, width_px: float) -> str:
        """Return the longest of its lines that fits, or what fits of the shortest."""
        metrics = QFontMetricsF(type_of())
        fits = (line for line in self._lines if metrics.horizontalAdvance(line) <= width_px)
        return next(fits, metrics.elidedText(self._lines[-1], Qt.TextElideMode.ElideRight, width_px))

    def set_lines(self, lines: tuple[str, ...]) -> None:
        """Show another line, in one of these lengths, the longest first."""
        if lines != self._lines:
            self._lines, line = lines, lines[0]
            self.setAccessibleName(f"source: {line}")
            self.setToolTip(f"{line}\nChoose a camera, a film or a picture (Ctrl O)")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size at which all of it is seen."""
        width = QFontMetricsF(type_of()).horizontalAdvance(self._lines[0])
        return QSize(round(width) + 2 * PADDING_PX + ARROW_PX, BUTTON_PX)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: N802
        """Draw as much of the line as there is room for."""
        super().paintEvent(e)
        painter = begin(self)
        line = QRectF(self.rect()).adjusted(PADDING_PX, 0, -ARROW_PX - PADDING_PX / 2, 0)
        painter.setFont(type_of())
        painter.setPen(TEXT)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(line, left, self.line_within(line.width()))


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


def source_lines(status: Status) -> tuple[str, ...]:
    """Return the source's name, size and measured rate, then the same without the size, then the name alone.

    While another source is opened, that is told instead.
    """
    if status.opening:
        return (f"opening {status.opening} ...",)
    width, height = status.source_wh
    name = status.source or "no source yet"
    size = f"{width}\N{MULTIPLICATION SIGN}{height}" if width else ""
    rate = f"{status.source_fps:.1f} fps" if status.source_fps else ""
    return tuple(_joined(*parts) for parts in ((name, size, rate), (name, rate), (name,)))


def _joined(*parts: str) -> str:
    return " \N{MIDDLE DOT} ".join(part for part in parts if part)
