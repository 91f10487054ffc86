"""The card of the mapping mode: what is chosen, what it is bound to, and how the knob turns it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from livedream.control.midi_binding import Binding
from livedream.settings import by_target
from livedream.ui.panel.editors import ChoiceBox
from livedream.ui.panel.field_row import number_field
from livedream.ui.panel.number_box import NumberBox
from livedream.ui.panel.panel_paint import SwitchButton
from livedream.ui.panel.panel_style import GAP, LINE_PX, MARGIN, dress
from livedream.ui.panel.quiet_button import QuietButton
from livedream.ui.panel.setting_text import readable

WIDE_PX = 356
THRESHOLD = number_field("threshold", "Of the knob's way, from where it is on.", 0, 1, default=0.5)
OTHERS = "Other commands and settings"


class MapCard(QFrame):
    """Edits the binding of what is chosen.

    chosen: another target. rebound: the binding as it is and as it is wanted. forgotten: the target whose
    binding is to go. left: the mapping is over.
    """

    chosen = pyqtSignal(str)
    rebound = pyqtSignal(object, object)
    forgotten = pyqtSignal(str)
    left = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("picker")
        dress(self)
        self._shown: tuple[object, ...] = ()
        self.target = ""
        self._binding: Binding | None = None
        self.title, self.sentence = QLabel(), QLabel()
        self.title.setObjectName("title")
        self.sentence.setObjectName("quiet")
        self.sentence.setWordWrap(True)
        self.low, self.high, self.threshold = (NumberBox(THRESHOLD) for _ in range(3))
        self.pickup = SwitchButton()
        self.others = ChoiceBox()
        self._boxes = QWidget()
        self._lay_out()

    def offer(self, targets: Iterable[str]) -> None:
        """List what can be bound without being seen."""
        with QSignalBlocker(self.others):
            self.others.clear()
            self.others.addItems([OTHERS, *targets])

    def show_target(self, target: str, binding: Binding | None, sentence: str) -> None:
        """Show what is chosen, "" for nothing, and a sentence on what is to be done."""
        shown = (target, binding, sentence)
        if shown == self._shown:
            return
        other = target != self.target
        self._shown, self.target, self._binding = shown, target, binding
        self.title.setText(title_of(target))
        self.sentence.setText(sentence)
        self.forget.setVisible(binding is not None)
        self._show_boxes(binding)
        with QSignalBlocker(self.others):
            place = self.others.findText(target) if target else 0
            self.others.setCurrentIndex(max(0, place))
        if other or binding is not None:
            self.adjust()

    def adjust(self) -> None:
        """Take the height that is needed at its width."""
        around = self.parentWidget()
        assert around is not None, "it lies on the window"
        self.setFixedWidth(min(WIDE_PX, max(200, around.width() - 2 * MARGIN)))
        layout = self.layout()
        assert layout is not None, "it has been laid out"
        layout.activate()
        self.resize(self.width(), max(layout.heightForWidth(self.width()), layout.sizeHint().height()))

    def _show_boxes(self, binding: Binding | None) -> None:
        is_knob = binding is not None and binding.source.kind in ("cc", "cc14")
        info = None if binding is None else binding.info
        has_range = info is not None and info.is_number and is_knob
        has_threshold = is_knob and (info is None or info.kind == "switch")
        has_pickup = is_knob and info is not None and info.kind != "switch"
        for shown, parts in (
            (has_range, self._range),
            (has_threshold, self._thresholds),
            (has_pickup, self._pickups),
        ):
            for part in parts:
                part.setVisible(shown)
        self._boxes.setVisible(has_range or has_threshold or has_pickup)
        if binding is None:
            return
        if has_range and info is not None:
            for box, value, end in ((self.low, binding.low, info.low), (self.high, binding.high, info.high)):
                box.use(info)
                box.place(float(end or 0.0) if value is None else value)
        self.threshold.place(binding.threshold)
        with QSignalBlocker(self.pickup):
            self.pickup.setChecked(binding.pickup)

    def _want(self, **changed: Any) -> None:
        if self._binding is not None:
            wanted = replace(self._binding, **changed)
            if wanted != self._binding:
                self.rebound.emit(self._binding, wanted)

    def _pick(self, text: str) -> None:
        if text != OTHERS:
            self.chosen.emit(text)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        line = QHBoxLayout(self._boxes)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        self._range = (QLabel("from"), self.low, QLabel("to"), self.high)
        self._thresholds = (QLabel("on from"), self.threshold)
        self._pickups = (self.pickup, QLabel("pick-up"))
        for part in (*self._range, *self._thresholds, *self._pickups):
            line.addWidget(part)
        line.addStretch(1)
        column.addWidget(self._boxes)
        self.forget, self.done = QuietButton("Unlearn"), QuietButton("Done")
        below = QHBoxLayout()
        below.addWidget(self.others, 1)
        below.addWidget(self.forget)
        below.addWidget(self.done)
        column.addLayout(below)
        self._name_and_connect()

    def _name_and_connect(self) -> None:
        self.others.setFixedHeight(LINE_PX)
        self.others.setAccessibleName(OTHERS.lower())
        self.others.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.others.currentTextChanged.connect(self._pick)
        for box, name in ((self.low, "low"), (self.high, "high"), (self.threshold, "threshold")):
            box.setAccessibleName(name)
            box.setFixedSize(66, LINE_PX)
            box.valueChanged.connect(lambda value, name=name: self._want(**{name: value}))
        self.pickup.setAccessibleName("pick-up")
        self.pickup.setToolTip("The knob does nothing until it passes the value that stands: nothing jumps")
        self.pickup.toggled.connect(lambda on: self._want(pickup=on))
        self.forget.setToolTip("Bind it to nothing (Delete)")
        self.forget.clicked.connect(lambda: self.forgotten.emit(self.target))
        self.done.setToolTip("Leave the mapping (Esc)")
        self.done.clicked.connect(self.left)


def title_of(target: str) -> str:
    """Return the name of a target for people."""
    info = by_target().get(target)
    if info is not None and info.section:
        return f"{info.section} {readable(info)}"
    return target.capitalize() if target else "Mapping"
