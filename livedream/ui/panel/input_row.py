"""One thing that turns the show from elsewhere: its switch, how it is, and how to mend it."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from livedream.health import Health, State
from livedream.ui.panel.panel_paint import SwitchButton, begin
from livedream.ui.panel.panel_style import BAD, EDGE, GAP, GOOD, WARN
from livedream.ui.panel.trouble_card import TroubleCard

DOT_PX = 8
DOTS = {"off": EDGE, "starting": WARN, "live": GOOD, "stale": WARN, "failed": BAD}
"""The colour of each state; the words beside it say the same."""

METER_PX = 6


class InputRow(QWidget):
    """Shows the health of an input and asks to switch it. asked: on or off; again: to try once more.

    editor: what is chosen before it is switched on, beside the name; below: likewise, in a line of its own.
    """

    asked = pyqtSignal(bool)
    again = pyqtSignal()

    def __init__(
        self, name: str, tip: str, editor: QWidget | None = None, below: QWidget | None = None
    ) -> None:
        super().__init__()
        self.switch, self.dot, self.now, self.trouble = SwitchButton(), StateDot(), QLabel(), TroubleCard()
        self.switch.setAccessibleName(name)
        self.switch.setToolTip(tip)
        self.now.setObjectName("quiet")
        self.now.setWordWrap(True)
        self.now.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.switch.clicked.connect(self.asked)
        self.trouble.again.clicked.connect(self.again)
        label = QLabel(name)
        label.setToolTip(tip)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP // 2)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.switch, 0, 0)
        grid.addWidget(label, 0, 1)
        if editor is not None:
            grid.addWidget(editor, 0, 2)
        if below is not None:
            grid.addWidget(below, 1, 1, 1, 2)
        grid.addWidget(self.dot, 2, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.now, 2, 1, 1, 2)
        grid.addWidget(self.trouble, 3, 0, 1, 3)

    def show_health(self, health: Health) -> None:
        """Show how it is; what mends it can be copied."""
        is_failed = health.state == "failed"
        with QSignalBlocker(self.switch):
            self.switch.setChecked(health.state != "off")
        self.switch.update()
        self.dot.show_state(health.state)
        words = "cannot start" if is_failed else health.message or health.state
        if words != self.now.text():
            self.now.setText(words)
        told = Health(health.state, sentence(health.message), health.remedy)
        self.trouble.show_health(told)


class StateDot(QWidget):
    """A dot in the colour of a state."""

    def __init__(self) -> None:
        super().__init__()
        self._state: State = "off"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(DOT_PX + 4, DOT_PX + 10)

    def show_state(self, state: State) -> None:
        """Show another state."""
        if state != self._state:
            self._state = state
            self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the dot."""
        painter = begin(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(DOTS[self._state])
        painter.drawEllipse(QRectF(2, (self.height() - DOT_PX) / 2, DOT_PX, DOT_PX))


class LevelMeter(QWidget):
    """Shows how loud what is heard is, as a bar."""

    def __init__(self) -> None:
        super().__init__()
        self._level = 0.0
        self.setFixedHeight(METER_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("how loud what is heard is")

    @property
    def level(self) -> float:
        """Return the level that is shown, 0 to 1."""
        return self._level

    def show_level(self, level: float) -> None:
        """Show another level; what looks the same is not painted."""
        rounded = round(level, 2)
        if rounded != self._level:
            self._level = rounded
            self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the bar."""
        painter, box, round_px = begin(self), QRectF(self.rect()), METER_PX / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(EDGE)
        painter.drawRoundedRect(box, round_px, round_px)
        if self._level > 0:
            box.setWidth(max(METER_PX, self._level * box.width()))
            painter.setBrush(GOOD)
            painter.drawRoundedRect(box, round_px, round_px)


def sentence(problem: str) -> str:
    """Write a problem as a sentence of its own; "" stays so."""
    return problem[:1].upper() + problem[1:] + ("" if problem[-1:] in ("", ".") else ".")
