"""The controls of a setting by its kind: slider and box, switch, list of choices, line of text."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PyQt6.QtCore import QObject, QPointF, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

from livedream.settings import SettingInfo
from livedream.ui.panel.number_box import ENTER, NumberBox, give_back_keys
from livedream.ui.panel.panel_paint import SwitchButton, begin, chevron, draw, pen
from livedream.ui.panel.panel_style import DIM, LINE_PX
from livedream.ui.panel.scale_slider import ScaleSlider
from livedream.ui.panel.setting_text import example, typed_value, value_text


class Editor(QObject):
    """What a person changes a setting with.

    head: stands beside the name; body: below it, as wide as the panel. wanted: a value that a person gives.
    settled: a person has let go. reset_wanted: the preset's value is asked for.
    """

    wanted = pyqtSignal(object)
    settled = pyqtSignal()
    reset_wanted = pyqtSignal()

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self.info = info
        self.head: QWidget | None = None
        self.body: QWidget | None = None

    @property
    def busy(self) -> bool:
        """Return whether a person is in the midst of a change."""
        return False

    @abstractmethod
    def show_value(self, value: Any) -> None:
        """Show a value and tell nobody."""

    def show_live(self, value: Any) -> None:
        """Show the value that is dreamed, where another than the hand's is; None where it is not."""


class NumberEditor(Editor):
    """A slider and a box."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info)
        self.slider, self.box = ScaleSlider(info), NumberBox(info)
        self.head, self.body = self.box, self.slider
        self._value = float(info.default)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self._let_go)
        self.slider.nudged.connect(self._nudge)
        self.slider.reset_wanted.connect(self.reset_wanted)
        self.box.valueChanged.connect(self._typed)
        self.box.left.connect(self.settled)

    @property
    def busy(self) -> bool:
        """Return whether the slider is held, or a number is being typed."""
        return self.slider.isSliderDown() or self.box.typing

    def show_value(self, value: Any) -> None:
        """Move slider and box."""
        self._value = float(value)
        self.slider.place(value)
        self.box.place(value)

    def show_live(self, value: Any) -> None:
        """Mark a value on the slider."""
        self.slider.mark(value)

    def _slid(self) -> None:
        self._value = self.slider.number
        self.box.place(self._value)
        if not (self.slider.isSliderDown() and self.info.lifetime == "engine"):
            self._want()  # an engine is built for where the slider is let go, not for all on the way

    def _let_go(self) -> None:
        if self.info.lifetime == "engine":
            self._want()
        self.settled.emit()

    def _nudge(self, by: int) -> None:
        self.show_value(self.info.nudge(self.info.clamp(self._value), by))
        self._want()

    def _typed(self, value: float) -> None:
        self._value = value
        if self.info.clamp(value) == value:
            self.slider.place(value)
        self._want()

    def _want(self) -> None:
        whole = self.info.kind == "integer" and self._value.is_integer()
        self.wanted.emit(int(self._value) if whole else self._value)


class SwitchEditor(Editor):
    """A switch."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info)
        self.head = self.switch = SwitchButton()
        self.switch.toggled.connect(self.wanted.emit)

    def show_value(self, value: Any) -> None:
        """Set the switch."""
        with QSignalBlocker(self.switch):
            self.switch.setChecked(bool(value))
        self.switch.update()


class ChoiceEditor(Editor):
    """A list of choices that opens."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info)
        self.head = self.box = ChoiceBox()
        self.box.addItems(list(info.choices))
        self.box.setFixedHeight(LINE_PX)
        self.box.setMaximumWidth(170)
        self.box.closed.connect(self.settled)
        self.box.currentTextChanged.connect(self.wanted.emit)

    @property
    def busy(self) -> bool:
        """Return whether the list is open."""
        return self.box.is_open

    def show_value(self, value: Any) -> None:
        """Choose; what is not in the list yet is added."""
        with QSignalBlocker(self.box):
            if self.box.findText(str(value)) < 0:
                self.box.addItem(str(value))
            self.box.setCurrentText(str(value))


OWN_KEYS = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_F4,
}
"""What chooses in a list, or opens it; all other keys are the show's."""


class ChoiceBox(QComboBox):
    """Keeps its choice while the panel is scrolled, and gives the keys back once it is made.

    closed: its list is open no more.
    """

    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.is_open = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def showPopup(self) -> None:  # noqa: N802
        """Open the list."""
        self.is_open = True
        super().showPopup()

    def hidePopup(self) -> None:  # noqa: N802
        """Close the list."""
        super().hidePopup()
        was_open, self.is_open = self.is_open, False
        self.closed.emit()
        if was_open:
            give_back_keys(self)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Choose with the arrow keys; write only where one can."""
        if e is None:
            return
        if not self.isEditable() and e.key() not in OWN_KEYS:
            e.ignore()
            return
        super().keyPressEvent(e)
        if e.key() in ENTER:
            e.accept()
            give_back_keys(self)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the sign that it opens."""
        super().paintEvent(e)
        at = QPointF(self.width() - 14, self.height() / 2)
        draw(begin(self), chevron(down=True), at, 4.5, pen(DIM, 1.8))

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        """Step with the focus only."""
        if e is not None and not self.hasFocus():
            e.ignore()
        else:
            super().wheelEvent(e)


class TextEditor(Editor):
    """A line of text, which Enter makes the value."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info)
        self.body = self.line = TextLine()
        self.line.setFixedHeight(LINE_PX)
        self.line.setPlaceholderText(example(info))
        self.line.returnPressed.connect(self._entered)
        self.line.left.connect(self.settled)

    @property
    def busy(self) -> bool:
        """Return whether somebody is writing."""
        return self.line.hasFocus() and self.line.isModified()

    def show_value(self, value: Any) -> None:
        """Write a value."""
        if (text := value_text(value)) != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)
        self.line.setModified(False)

    def _entered(self) -> None:
        self.line.setModified(False)
        self.wanted.emit(typed_value(self.info, self.line.text()))


class TextLine(QLineEdit):
    """A line that says when it is left: at Escape, or as the focus goes, as it does at Enter."""

    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.editingFinished.connect(self._done)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Take back what was written at Escape."""
        if a0 is not None and a0.key() == Qt.Key.Key_Escape and self.isModified():
            self.setModified(False)
            self.left.emit()
            return
        super().keyPressEvent(a0)
        if a0 is not None and a0.key() in ENTER:
            a0.accept()  # it was meant for the line, and not for the decks
            give_back_keys(self)

    def _done(self) -> None:
        if not self.hasFocus():
            self.setModified(False)
            self.left.emit()


def editor_for(info: SettingInfo) -> Editor:
    """Make the control of a setting."""
    if info.is_number:
        return NumberEditor(info)
    kinds: dict[str, type[Editor]] = {"switch": SwitchEditor, "choice": ChoiceEditor}
    return kinds.get(info.kind, TextEditor)(info)
