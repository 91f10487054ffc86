"""The control panel: everything a performer reaches for, in one column beside the picture."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PyQt6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore
from livedream.settings import SettingInfo
from livedream.ui.panel.editors import TextLine
from livedream.ui.panel.fold import Fold
from livedream.ui.panel.outlet_row import OutletRow
from livedream.ui.panel.panel_hand import PanelHand
from livedream.ui.panel.panel_style import GAP, MARGIN, dress
from livedream.ui.panel.panic_row import PanicRow
from livedream.ui.panel.setting_fold import SettingFold, first_glance, groups
from livedream.ui.panel.setting_row import SettingRow
from livedream.ui.panel.store_link import Standpoint, StoreLink
from livedream.ui.show_protocol import Commands

NARROWEST_PX = 320
WIDE_PX = 364
"""How wide it is until somebody pulls its edge."""
SEARCH_MS = 80


class ControlPanel(QWidget):
    """Panic buttons, outlets, the settings that matter at first glance, and all others.

    said: a sentence for the performer: what a command did, or why a value is not possible. It follows the
    store while it is visible. top: takes widgets that stand above all.
    """

    said = pyqtSignal(str)

    def __init__(self, store: SettingsStore, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("controlPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(NARROWEST_PX)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        dress(self)
        self.link, self.hand = StoreLink(store, self), PanelHand(store, self)
        self.panic, self.outlets = PanicRow(commands), OutletRow(commands)
        self.search = SearchField()
        self.first = SettingFold("Essentials", first_glance(), self._family_row, unfolded=True)
        self.groups = {group: SettingFold(group, infos, self._row) for group, infos in groups().items()}
        self.nothing = QLabel("No setting matches.")
        self._added = 0
        self._lay_out()
        self._connect()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size beside a picture."""
        return QSize(WIDE_PX, 720)

    def show_status(self, status: Status) -> None:
        """Show what is on."""
        self.outlets.show_outlets(status)
        self.panic.set_panic(status.panic)

    def add_fold(self, fold: Fold) -> None:
        """Put a fold below the settings that matter at first glance, under those that were added before."""
        content = self.area.widget()
        column = None if content is None else content.layout()
        assert isinstance(column, QVBoxLayout), "its content is a column"
        column.insertWidget(1 + self._added, fold)
        self._added += 1

    def rows(self) -> list[SettingRow]:
        """Return the rows of settings that have been made so far."""
        return [row for fold in (self.first, *self.groups.values()) for row in fold.rows.values()]

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Begin to follow the store."""
        super().showEvent(a0)
        self.link.start()
        window = self.window()
        if window is not None and window.focusWidget() is None:
            self.setFocus()  # or else the first button has it, and the space bar blacks out

    def hideEvent(self, a0: QHideEvent | None) -> None:  # noqa: N802
        """Write what waits and follow the store no more."""
        self.hand.stop()
        self.link.stop()
        super().hideEvent(a0)

    def _family_row(self, info: SettingInfo) -> SettingRow:
        return self._row(info, family=True)

    def _row(self, info: SettingInfo, *, family: bool = False) -> SettingRow:
        row = SettingRow(info, self.hand, family=family)
        self.link.join(info.word, row)
        return row

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, 0, 0)
        column.setSpacing(MARGIN)
        fixed = QVBoxLayout()
        fixed.setContentsMargins(0, 0, MARGIN, 0)
        fixed.setSpacing(MARGIN)
        self.top = QVBoxLayout()
        fixed.addLayout(self.top)
        fixed.addWidget(self.panic)
        fixed.addWidget(self.outlets)
        fixed.addWidget(self.search)
        column.addLayout(fixed)
        column.addWidget(self._scrolled(), 1)

    def _scrolled(self) -> QScrollArea:
        content = QWidget()
        content.setObjectName("panelContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, MARGIN)
        column.setSpacing(GAP)
        for part in (self.first, *self.groups.values(), self.nothing):
            column.addWidget(part)
        self.nothing.setObjectName("quiet")
        self.nothing.hide()
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.area.verticalScrollBar()
        assert bar is not None, "an area has one"
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(content)
        return self.area

    def _connect(self) -> None:
        self.panic.said.connect(self.said)
        self.outlets.said.connect(self.said)
        self.hand.refused.connect(lambda _, why: self.said.emit(why))
        self.hand.touched.connect(self._touch)
        self.search.searched.connect(self._search)
        self.link.looked.connect(self._count)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.search.begin)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._see)

    def _count(self, now: Standpoint) -> None:
        for fold in (self.first, *self.groups.values()):
            fold.count(now)

    def _touch(self, word: str) -> None:
        """Show a setting at once that a hand has just been on."""
        self.link.changed.add([word])
        self.link.look()

    def _see(self, _: QWidget | None, now: QWidget | None) -> None:
        """Scroll to what has the keyboard's focus."""
        content = self.area.widget()
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return  # what is pressed is seen, and stays under the mouse
        if now is not None and content is not None and content.isAncestorOf(now):
            self.area.ensureWidgetVisible(now, 0, 24)

    def _search(self, searched: str) -> None:
        found = [fold.search(searched) for fold in (self.first, *self.groups.values())]
        self.nothing.setVisible(not any(found))


class SearchField(TextLine):
    """A line to search with; searched: what is looked for, a moment after the last key."""

    searched = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Search all settings")
        self.setAccessibleName("search all settings")
        self.setClearButtonEnabled(False)
        self.setFixedHeight(34)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_MS)
        self._timer.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda _: self._timer.start())

    def begin(self) -> None:
        """Take the focus, with all that is written selected."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Search for nothing at Escape."""
        if a0 is not None and a0.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(a0)
