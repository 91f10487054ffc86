"""The deck row: two presets and the fader between them, surprise, undo and save."""

from __future__ import annotations

from html import escape

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QResizeEvent, QShowEvent, QWheelEvent
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from livedream.errors import LivedreamError
from livedream.own_presets import LONGEST
from livedream.runtime.decks import ENDS, Side
from livedream.runtime.desk import Desk
from livedream.runtime.preset_edits import save_preset
from livedream.settings.show_numbers import LONGEST_FADE_S
from livedream.ui.panel.entry_line import EntryLine
from livedream.ui.panel.fader import Fader
from livedream.ui.panel.number_box import PlainNumberBox, give_back_keys
from livedream.ui.panel.panel_style import GAP, dress
from livedream.ui.panel.panic_row import CommandButton

FOLLOW_MS = 50
HIGH_PX, DECK_PX, NARROW_PX = 34, 84, 720
TIPS = {
    "go": "Fade to the other deck (Enter)",
    "surprise": "A look by chance; undo takes it back (U)",
    "undo": "Undo the last change by hand (Ctrl+Z); Ctrl+Shift+Z does it again",
}


class DeckRow(QWidget):
    """Plays the decks of a desk and follows them, whoever moves them; said: a sentence for the performer.

    In one line where there is room, else in two.
    """

    said = pyqtSignal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        dress(self)
        self.decks: dict[Side, QPushButton] = {side: self._deck(side) for side in ENDS}
        self.fader, self.fade_s = Fader(), FadeBox()
        self.go, self.surprise, self.undo = (
            self._command(name, label)
            for name, label in (("go", "Go"), ("surprise", "Surprise"), ("undo", "Undo"))
        )
        self.save = QPushButton("Save")
        self.save.setToolTip("Save what stands as a preset of your own")
        self.name = NameField()
        self.name.hide()
        for part in (self.save, self.name, *self.decks.values()):
            part.setFixedHeight(HIGH_PX)
        self.save.setMinimumWidth(self.save.fontMetrics().horizontalAdvance("Save") + 22)
        self.save.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lines = self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Show the decks as they stand."""
        state = self._desk.decks.state()
        for side, name in zip(ENDS, (state.a, state.b), strict=True):
            deck, is_live = self.decks[side], state.live == side
            deck.setChecked(is_live)
            shown = deck.fontMetrics().elidedText(
                f"{side}  {name}", Qt.TextElideMode.ElideRight, max(40, deck.width() - 18)
            )
            shown = shown.replace("&", "&&")  # or else it underlines what follows
            if deck.text() != shown:
                deck.setText(shown)
            deck.setToolTip(
                f"<qt><b>{side}: {escape(name)}</b><br>Click: cut to it. A tile loads another.</qt>"
            )
            deck.setAccessibleName(f"deck {side}: {name}{', live' if is_live else ''}")
        self.fader.place(state.fader, state.seen)
        self.fade_s.place(state.fade_s)
        self.undo.setEnabled(self._desk.history.can_undo)

    def begin_save(self) -> None:
        """Ask for the name to save under, in the place of the buttons."""
        playlist = self._desk.playlist
        shown = playlist.shown
        name = shown.name if shown.is_own else playlist.own.free_name(shown.name, playlist.presets)
        self.name.begin(name)
        self._show_name(on=True)
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return how small it can be: as narrow as its wider line alone, as high as it is."""
        lines = [self._lines.itemAt(place) for place in range(self._lines.count())]
        narrowest_px = max(line.minimumSize().width() for line in lines if line is not None)
        return QSize(narrowest_px, super().minimumSizeHint().height())

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Begin to follow."""
        super().showEvent(a0)
        self.follow()
        self._timer.start()

    def hideEvent(self, a0: QHideEvent | None) -> None:  # noqa: N802
        """Follow no more."""
        self._timer.stop()
        super().hideEvent(a0)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Use one line or two."""
        super().resizeEvent(a0)
        is_narrow = self.width() < NARROW_PX
        directions = QBoxLayout.Direction
        self._lines.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        self.follow()

    def _connect(self) -> None:
        self.fader.moved.connect(self._desk.decks.move)
        self.fade_s.valueChanged.connect(self._desk.decks.set_fade_s)
        self.save.clicked.connect(self.begin_save)
        self.name.entered.connect(self._save)
        self.name.left.connect(lambda: self._show_name(on=False))

    def _lay_out(self) -> QBoxLayout:
        front = (self.decks["A"], self.fader, self.decks["B"], self.go)
        back = (self.fade_s, self.surprise, self.undo, self.save)
        # Names of presets are longer than what stands on the other buttons.
        shares: dict[QWidget, int] = dict.fromkeys(self.decks.values(), 3) | {self.fader: 4}
        lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(GAP)
        # It can be made narrower than one line is, and then has two.
        lines.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for parts, share in ((front, 3), (back, 2)):
            line = QHBoxLayout()
            line.setSpacing(GAP)
            for part in parts:
                line.addWidget(part, shares.get(part, 1))
            if parts is back:
                line.addWidget(self.name, 4)
            lines.addLayout(line, share)
        return lines

    def _show_name(self, *, on: bool) -> None:
        """Put the field for the name in the place of the buttons, or take it away."""
        if not on:
            give_back_keys(self.name)
        for part in (self.surprise, self.undo, self.save):
            part.setVisible(not on)
        self.name.setVisible(on)

    def _save(self, name: str) -> None:
        try:
            self.said.emit(f"saved: {save_preset(self._desk.playlist, name)}")
        except LivedreamError as fault:
            self.said.emit(str(fault))
            return  # the name stays, to be mended
        self._show_name(on=False)

    def _deck(self, side: Side) -> QPushButton:
        deck = DeckButton()
        deck.setCheckable(True)
        deck.setObjectName("deck")
        deck.clicked.connect(lambda: self._desk.decks.move(ENDS[side]))
        return deck

    def _command(self, name: str, label: str) -> CommandButton:
        button = CommandButton(self._desk.commands, name, label, HIGH_PX)
        button.setMinimumWidth(button.fontMetrics().horizontalAdvance(label) + 26)
        button.setToolTip(TIPS[name])
        button.said.connect(self.said)
        return button


class DeckButton(QPushButton):
    """The name of a deck's preset; whether it is on is the show's to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(DECK_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def nextCheckState(self) -> None:  # noqa: N802
        """Leave the state to the show."""


class FadeBox(PlainNumberBox):
    """How long a fade takes."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(0.0, LONGEST_FADE_S)
        self.setDecimals(1)
        self.setSingleStep(0.5)
        self.setSuffix(" s")
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFixedSize(62, HIGH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Seconds that a fade to another preset takes")
        self.setAccessibleName("seconds of a fade")

    def place(self, seconds: float) -> None:
        """Show the time, unless it is being typed, and tell nobody."""
        if not self.hasFocus():
            with QSignalBlocker(self):
                self.setValue(seconds)

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        """Turn with the focus only."""
        if self.hasFocus():
            super().wheelEvent(e)
        elif e is not None:
            e.ignore()


class NameField(EntryLine):
    """A line for a preset's name."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("name of the preset")
        self.setToolTip("Enter keeps it under this name, Escape does not")
        self.setMaxLength(2 * LONGEST)
