"""One setting in the panel: its name, its control, and whether a hand, a lock or modulation is on it."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from livedream.settings import SettingInfo
from livedream.ui.panel.editors import editor_for
from livedream.ui.panel.name_label import NameLabel
from livedream.ui.panel.panel_hand import PanelHand
from livedream.ui.panel.panel_paint import SignButton, back, pin
from livedream.ui.panel.panel_style import DIM, SMALL_PX, type_of
from livedream.ui.panel.setting_text import readable, short_unit, tip
from livedream.ui.panel.store_link import Standpoint

BADGE_PX = 92
MARKED = "the mark on the slider is where it is now."


class SettingRow(QWidget):
    """Shows a setting of the store and changes it.

    family: whether its section is told before its name.
    """

    def __init__(self, info: SettingInfo, hand: PanelHand, *, family: bool = False) -> None:
        super().__init__()
        self.info, self._hand = info, hand
        self._moved = False
        self._movers: tuple[str, ...] = ()
        name = readable(info)
        self.editor = editor_for(info)
        self.label = NameLabel(
            name, info.section if family else "", short_unit(info), rebuilds=info.lifetime == "engine"
        )
        self.badge = QLabel("moved")
        self.badge.setObjectName("badge")
        self.badge.setToolTip(f"Modulation moves it; {MARKED}")
        self.pin = SignButton(pin, f"hold {name}", "Keep it when the preset changes")
        self.pin.setCheckable(True)
        self.reset = SignButton(back, f"reset {name}", "Back to the preset's value")
        self.reset.resting = DIM
        self._lay_out()
        self.setToolTip(tip(info))
        self._connect(name)

    def follow(self, now: Standpoint) -> None:
        """Show the setting as it stands; what a person is in the midst of stays."""
        word = self.info.word
        self._moved = moved = word in now.moved
        self._show_badge()
        self._set_visible(self.reset, now.differs(self.info))
        if self.pin.isChecked() != (held := word in now.held):
            with QSignalBlocker(self.pin):
                self.pin.setChecked(held)
            self.pin.update()
        self.editor.show_live(self.info.value_of(now.live) if moved else None)
        if not self.editor.busy and not self._hand.waits(word):
            self.editor.show_value(now.value(self.info))

    def show_movers(self, sources: tuple[str, ...]) -> None:
        """Name what else moves it: sources of the modulation matrix."""
        if sources != self._movers:
            self._movers = sources
            metrics = QFontMetricsF(type_of(SMALL_PX))
            words = metrics.elidedText(" + ".join(sources), Qt.TextElideMode.ElideRight, BADGE_PX)
            self.badge.setText(words or "moved")
            named = f"{' and '.join(sources)} {'moves' if len(sources) == 1 else 'move'} it"
            self.badge.setToolTip(f"{named if sources else 'Modulation moves it'}; {MARKED}")
            self._show_badge()

    def _show_badge(self) -> None:
        self._set_visible(self.badge, self._moved or bool(self._movers))

    def _lay_out(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        rows, head = QVBoxLayout(self), QHBoxLayout()
        rows.setContentsMargins(0, 2, 0, 2)
        rows.setSpacing(0)
        head.setSpacing(3)
        head.addWidget(self.label, 1)
        for widget in (self.badge, self.reset, self.pin, self.editor.head):
            if widget is not None:
                head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        rows.addLayout(head)
        if self.editor.body is not None:
            rows.addWidget(self.editor.body)
        self.badge.hide()
        self.reset.hide()

    def _connect(self, name: str) -> None:
        word, editor = self.info.word, self.editor
        for widget in (editor.head, editor.body):
            if widget is not None:
                widget.setAccessibleName(name)
                widget.setAccessibleDescription(self.info.help)
        editor.setParent(self)
        editor.wanted.connect(lambda value: self._hand.put(word, value))
        editor.settled.connect(self._settle)
        editor.reset_wanted.connect(lambda: self._hand.clear(word))
        self.reset.clicked.connect(lambda: self._hand.clear(word))
        self.pin.toggled.connect(lambda on: self._hand.hold(word, on=on))

    def _settle(self) -> None:
        self._hand.flush()
        self._hand.touched.emit(self.info.word)

    @staticmethod
    def _set_visible(widget: QWidget, visible: bool) -> None:
        if widget.isHidden() == visible:
            widget.setVisible(visible)
