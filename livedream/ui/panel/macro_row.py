"""The five macros side by side at the top of the panel."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from livedream.modulation.macros import MACROS
from livedream.settings import SettingInfo, by_word
from livedream.ui.panel.macro_dial import MacroDial
from livedream.ui.panel.panel_hand import PanelHand
from livedream.ui.panel.panel_style import GAP
from livedream.ui.panel.store_link import Standpoint, StoreLink


class MacroFollower:
    """Turns a dial as its setting changes, unless a hand is on it."""

    def __init__(self, dial: MacroDial, hand: PanelHand) -> None:
        self._dial, self._hand = dial, hand

    def follow(self, now: Standpoint) -> None:
        """Show the macro as it stands."""
        info, dial = self._dial.info, self._dial
        if not dial.isSliderDown() and not self._hand.waits(info.word) and now.value(info) != dial.share:
            dial.place(now.value(info))
        dial.mark(info.value_of(now.live) if info.word in now.moved else None)


class MacroRow(QWidget):
    """A dial for each macro."""

    def __init__(self, link: StoreLink, hand: PanelHand) -> None:
        super().__init__()
        self.setAccessibleName("macros")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP // 2)
        self.dials = {word: self._dial(by_word()[word], link, hand) for word in MACROS}
        for dial in self.dials.values():
            line.addWidget(dial)

    def show_movers(self, bound: Mapping[str, str], movers: Mapping[str, Collection[str]]) -> None:
        """Show below each dial what turns it: the knob that it is bound to, or else the sources."""
        for word, dial in self.dials.items():
            dial.label(bound.get(word) or ", ".join(movers.get(word, ())))

    @staticmethod
    def _dial(info: SettingInfo, link: StoreLink, hand: PanelHand) -> MacroDial:
        dial = MacroDial(info)
        dial.wanted.connect(lambda share: hand.put(info.word, share))
        dial.settled.connect(hand.flush)
        dial.settled.connect(lambda: hand.touched.emit(info.word))
        dial.reset_wanted.connect(lambda: hand.clear(info.word))
        link.join(info.word, MacroFollower(dial, hand))
        return dial
