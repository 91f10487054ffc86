"""A box in which a setting's number is typed, or stepped with the arrow keys."""

from __future__ import annotations

import math

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QValidator, QWheelEvent
from PyQt6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from livedream.settings import SettingInfo
from livedream.ui.panel.panel_style import LINE_PX
from livedream.ui.panel.setting_text import decimals, number_text

FARTHEST, DIGITS = 1e12, 12

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
EDITING = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


def give_back_keys(used: QWidget) -> None:
    """Take the focus from a control that was used, so that the keys of the show are heard again.

    What it lies on and can have the focus gets it, such as the panel, or else nothing: the window hears them.
    """
    window = used.window()
    if window is None or window.focusWidget() is not used:
        return
    around = used.parentWidget()
    while around is not None and around.focusPolicy() == Qt.FocusPolicy.NoFocus and not around.isWindow():
        around = around.parentWidget()
    if around is None or around.focusPolicy() == Qt.FocusPolicy.NoFocus:
        used.clearFocus()
    else:
        around.setFocus()


class PlainNumberBox(QDoubleSpinBox):
    """Takes the keys that write a number and leaves all others to the show; Enter gives the keys back."""

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Write, unless it is a key of the show."""
        if e is None:
            return
        if not e.modifiers() & EDITING and _is_no_part_of_numbers(e.text()):
            e.ignore()
            return
        super().keyPressEvent(e)
        if e.key() in ENTER:
            e.accept()  # it was meant for the number, and not for the decks
            give_back_keys(self)


class NumberBox(PlainNumberBox):
    """Takes any number; whether it is possible the registry says, not the box. left: nobody types now."""

    left = pyqtSignal()

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info, self._decimals = info, decimals(info)
        self.setDecimals(DIGITS)
        self.setRange(-FARTHEST, FARTHEST)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(QSize(78, LINE_PX))
        self.editingFinished.connect(self._leave)

    def use(self, info: SettingInfo) -> None:
        """Step and write as for another setting."""
        self._info, self._decimals = info, decimals(info)

    @property
    def typing(self) -> bool:
        """Return whether somebody is in the midst of a number."""
        line = self.lineEdit()
        return self.hasFocus() and line is not None and line.isModified()

    def place(self, value: float) -> None:
        """Show a value and tell nobody."""
        with QSignalBlocker(self):
            self.setValue(value)
            line = self.lineEdit()
            if line is not None and line.text() != (text := self.textFromValue(self.value())):
                line.setText(text)

    def stepBy(self, steps: int) -> None:  # noqa: N802
        """Go on by the setting's own steps."""
        self.setValue(self._info.nudge(self._info.clamp(self.value()), steps))

    def textFromValue(self, v: float) -> str:  # noqa: N802
        """Write a number with the digits that matter."""
        return number_text(v, self._decimals)

    def valueFromText(self, text: str | None) -> float:  # noqa: N802
        """Read a number; what was not changed is as it was."""
        if text == self.textFromValue(self.value()):
            return self.value()
        read = _number(text or "")
        return self.value() if read is None else read

    def validate(self, input: str | None, pos: int) -> tuple[QValidator.State, str, int]:
        """Accept all that is a number, and all that may become one."""
        text = input or ""
        state = QValidator.State.Intermediate if _number(text) is None else QValidator.State.Acceptable
        return state, text, pos

    def fixup(self, str: str | None) -> str:  # noqa: ARG002
        """Take back what is no number."""
        return self.textFromValue(self.value())

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        """Step with the focus only: who scrolls the panel changes nothing."""
        if e is not None and not self.hasFocus():
            e.ignore()
        else:
            super().wheelEvent(e)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Take back what was typed at Escape."""
        if e is not None and e.key() == Qt.Key.Key_Escape and self.typing:
            self.place(self.value())
            self._leave()
            self.selectAll()
            return
        super().keyPressEvent(e)

    def _leave(self) -> None:
        line = self.lineEdit()
        if line is not None:
            line.setModified(False)
        self.left.emit()


def _is_no_part_of_numbers(text: str) -> bool:
    return text.isprintable() and bool(text) and not (text.isdecimal() or text in "+-.,eE")


def _number(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
