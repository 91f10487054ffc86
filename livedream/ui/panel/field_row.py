"""A value that is no setting of the store: its name and the control that a setting of its kind has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedream.settings import SettingInfo
from livedream.settings.section import Scale
from livedream.ui.panel.editors import ChoiceBox, editor_for
from livedream.ui.panel.name_label import NameLabel

NARROWEST_PX, SHORT_PX = 70, 96
"""Of a list of choices, and of one that stands beside another."""


class FieldRow(QWidget):
    """Shows a value and changes it.

    is_short: without a slider. wanted: the value that a person gives. reset_wanted: the default is asked for.
    """

    wanted = pyqtSignal(object)
    reset_wanted = pyqtSignal()

    def __init__(self, info: SettingInfo, name: str, *, is_short: bool = False) -> None:
        super().__init__()
        self.info, self.editor = info, editor_for(info)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip(info.help)
        rows, head = QVBoxLayout(self), QHBoxLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        head.addWidget(NameLabel(name, unit=info.unit), 1)
        if isinstance(self.editor.head, ChoiceBox):
            self.editor.head.setMinimumWidth(NARROWEST_PX)
            if is_short:
                self.editor.head.setMaximumWidth(SHORT_PX)
        if self.editor.head is not None:
            head.addWidget(self.editor.head, 0, Qt.AlignmentFlag.AlignVCenter)
        rows.addLayout(head)
        if self.editor.body is not None:
            rows.addWidget(self.editor.body)
            self.editor.body.setHidden(is_short)
        for widget in (self.editor.head, self.editor.body):
            if widget is not None:
                widget.setAccessibleName(name)
                widget.setAccessibleDescription(info.help)
        self.editor.setParent(self)
        self.editor.wanted.connect(self.wanted)
        self.editor.reset_wanted.connect(self.reset_wanted)

    def follow(self, value: Any) -> None:
        """Show a value, unless a person is in the midst of another."""
        if not self.editor.busy:
            self.editor.show_value(value)


def number_field(
    word: str, help_: str, low: float, high: float, *, default: float = 0.0, log: bool = False, unit: str = ""
) -> SettingInfo:
    """Describe a number that is edited as a setting is; log: its slider is logarithmic."""
    step = 1.05 if log else (high - low) / 100
    scale: Scale = "logarithmic" if log else "linear"
    return SettingInfo(
        word, "number", default, help_, unit, "frame", "", low=low, high=high, scale=scale, step=step
    )


def choice_field(word: str, help_: str, choices: Collection[str]) -> SettingInfo:
    """Describe one of several names."""
    return SettingInfo(word, "choice", next(iter(choices)), help_, "", "frame", "", choices=tuple(choices))
