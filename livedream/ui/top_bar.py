"""The bar over the picture: where it comes from, which way round it is seen, and what is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import ceil
from unicodedata import bidirectional

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from livedream.runtime.status import Status
from livedream.ui.more_menu import MoreMenu
from livedream.ui.panel.panel_paint import begin, chevron, draw, pen, ring
from livedream.ui.panel.panel_style import DIM, EDGE, GAP, LIT, RADIUS, RAISED, TEXT, dress, type_of
from livedream.ui.tab_order import tab_after

FIRST_STRONG, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

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
    """Shows the source and switches what the window shows; what there is no room for is in a menu.

    do: takes the name of what is asked for.
    """

    def __init__(self, do: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        dress(self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._width_px, self._below = 0, tuple[QWidget, ...]()
        self.source = SourceButton()
        self.source.clicked.connect(lambda: do("source"))
        self.menu = MoreMenu(self)
        self.switches = {name: self._switch(name, do) for name in SWITCHES}
        self.more = MoreButton()
        self.more.clicked.connect(self._open_menu)
        self._left = [self.switches["mirror"], self.switches["mirror output"]]
        self._right: list[QWidget] = [self.switches["moods"], self.switches["panel"]]
        self._held: tuple[list[QWidget], tuple[QWidget, ...]] | None = None
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(GAP + 2, GAP, GAP + 2, GAP)
        self._line.setSpacing(GAP)
        self._line.addWidget(self.source)
        self._place([], ())

    def add_part(self, part: QWidget) -> None:
        """Put a part before the switches at the right end."""
        self._right.insert(len(self._right) - 2, part)
        if isinstance(part, Switch):
            part.clicked.connect(self.menu.hide)
        self._held = None
        self.fit(self._width_px, self._below)

    def fit(self, width_px: int, below: Sequence[QWidget] = ()) -> None:
        """Show what there is room for, the most important first; the source always. The rest is in the menu.

        Before a part goes, labels are shortened, then the source's name. below: what there is no room for
        below the bar.
        """
        self._width_px, self._below = width_px, tuple(below)
        *added, moods, panel = self._right
        parts = [panel, moods, *reversed(added), *self._left]
        room_px = width_px - 2 * (GAP + 2) - (_wide_px(self.more) if below else 0)
        source_px = min(WIDEST_SOURCE_PX, max(SOURCE_PX, self.source.name_px()))
        for label in (0, 1):
            for name, switch in self.switches.items():
                switch.setText(SWITCHES[name][label])
            needed_px = sum(map(_wide_px, parts))
            if needed_px + source_px <= room_px:
                break
        left_px = room_px - SOURCE_PX
        if needed_px > left_px and not below:
            left_px -= _wide_px(self.more)
        held: list[QWidget] = []
        for part in parts:
            left_px -= _wide_px(part)
            if left_px < 0:
                held.append(part)
        for name, switch in self.switches.items():
            if switch in held:
                switch.setText(SWITCHES[name][0])
        self._place([part for part in (*self._left, *self._right) if part in held], self._below)

    def _open_menu(self) -> None:
        self.menu.open_under(self.more)

    def _place(self, held: list[QWidget], below: tuple[QWidget, ...]) -> None:
        """Put parts into the menu, and all others into the bar."""
        if (held, below) == self._held:
            return
        self._held = held, below
        while self._line.count() > 1:
            self._line.takeAt(1)
        left, right = ([part for part in parts if part not in held] for parts in (self._left, self._right))
        for part in left:
            self._line.addWidget(part)
        self._line.addStretch(1)
        for part in (*right, self.more):
            self._line.addWidget(part)
        before: QWidget = self.source
        for part in (*left, *right, self.more):
            part.show()
            before = tab_after(before, part)
        self.menu.hold(held, below)
        self.more.setVisible(bool(held or below))
        if self.more.isHidden():
            self.menu.hide()

    def show_status(self, status: Status) -> None:
        """Show where the picture comes from, and the rate that is measured."""
        before = self.source.name_px()
        self.source.set_lines(source_lines(status))
        if self._width_px and self.source.name_px() != before:
            self.fit(self._width_px, self._below)
        self.show_switch("mirror output", on=status.mirrored)

    def show_switch(self, name: str, *, on: bool) -> None:
        """Show how a switch stands."""
        self.switches[name].setChecked(on)

    def _switch(self, name: str, do: Callable[[str], None]) -> QPushButton:
        label, _, tip = SWITCHES[name]
        switch = Switch(label)
        switch.setToolTip(tip)
        switch.clicked.connect(self.menu.hide)
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


class MoreButton(OpeningButton):
    """Opens what there is no room for."""

    def __init__(self) -> None:
        super().__init__(QSizePolicy.Policy.Fixed)
        self.setAccessibleName("more")
        self.setToolTip("What there is no room for in the window")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(ARROW_PX + 2 * PADDING_PX - 4, BUTTON_PX)


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
            self.setToolTip(f"<qt>{escape(line)}<br>Choose a camera, a film or a picture (Ctrl O)</qt>")
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


def _wide_px(part: QWidget) -> int:
    return part.sizeHint().width() + GAP


def source_lines(status: Status) -> tuple[str, ...]:
    """Return the source's name, size and measured rate, then the same without the size, then the name alone.

    While another source is opened, that is told instead.
    """
    if status.opening:
        return (f"opening {_isolated(status.opening)} ...",)
    width, height = status.source_wh
    name = _isolated(status.source) or "no source yet"
    size = f"{width}\N{MULTIPLICATION SIGN}{height}" if width else ""
    rate = f"{status.source_fps:.1f} fps" if status.source_fps else ""
    return tuple(_joined(*parts) for parts in ((name, size, rate), (name, rate), (name,)))


def _isolated(name: str) -> str:
    """Return a name in one line; what is read from the right keeps the figures after it in their order."""
    line = " ".join(name.split())
    is_from_right = any(bidirectional(letter) in ("R", "AL") for letter in line)
    return f"{FIRST_STRONG}{line}{POP}" if is_from_right else line


def _joined(*parts: str) -> str:
    return " \N{MIDDLE DOT} ".join(part for part in parts if part)
