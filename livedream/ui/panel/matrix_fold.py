"""The modulation matrix as a table that folds: what moves what, now, and how to change it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCompleter, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from livedream.control.matrix import Matrix
from livedream.errors import LivedreamError
from livedream.modulation.macros import MACROS
from livedream.settings import SettingInfo, movable
from livedream.settings.modulation_row import ModulationRow
from livedream.settings.show_numbers import FADER
from livedream.ui.panel.editors import ChoiceBox
from livedream.ui.panel.fold import Fold
from livedream.ui.panel.matrix_row import MatrixRow
from livedream.ui.panel.panel_paint import SwitchButton
from livedream.ui.panel.panel_style import GAP, LINE_PX
from livedream.ui.panel.quiet_button import QuietButton

FIRST_DEPTH = 0.2
"""How far a new row moves its setting."""

NARROWEST_PX = 90
EMPTY = "Nothing moves by itself. Choose a source and a setting, and add a row."


class MatrixFold(Fold):
    """Shows the rows of a matrix and edits them. said: why something is not possible."""

    said = pyqtSignal(str)

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.rows: dict[tuple[str, str, str], MatrixRow] = {}
        self._shown: tuple[ModulationRow, ...] | None = None
        self._sources: tuple[str, ...] = ()
        super().__init__("Modulation", self._made)

    def follow(self) -> None:
        """Show the rows that stand and what they do now; what is folded costs nothing."""
        rows = self.matrix.rows
        if rows != self._shown:
            self._shown = rows
            own = len(self.matrix.rows_to_save)
            self.note(f"{own} {'row' if own == 1 else 'rows'}" if own else "")
            if self.body is not None:
                self._show_rows(rows)
        if self.body is None or not self.body.isVisible():
            return
        if self.matrix.sources() != self._sources:
            self._offer()
        movement = self.matrix.movement
        for shown in self.rows.values():
            if shown.isVisible():
                value = movement.sources.get(shown.row.source, 0.0)
                shown.show_value(value, movement.rows.get(shown.row, 0.0))

    def _made(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        self.source, self.word = _box("source"), _box("setting")
        self.word.addItems([_name(info) for info in _movable()])
        self.word.setCurrentText("look depth")
        column.addLayout(self._adding())
        self.empty = QLabel(EMPTY)
        self.empty.setObjectName("quiet")
        self.empty.setWordWrap(True)
        column.addWidget(self.empty)
        self._list = QVBoxLayout()
        self._list.setSpacing(GAP)
        column.addLayout(self._list)
        column.addLayout(self._below())
        self._offer()
        self._show_rows(self.matrix.rows)
        return body

    def _adding(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(GAP)
        self.add = QuietButton("Add", "Let the source move the setting")
        self.add.clicked.connect(self._add)
        grid.addWidget(self.source, 0, 0)
        grid.addWidget(self.word, 0, 1)
        grid.addWidget(self.add, 0, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _below(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self.macros = SwitchButton()
        self.macros.setAccessibleName("show what the macros move")
        self.macros.toggled.connect(lambda _: self._show_rows(self.matrix.rows))
        self.undo = QuietButton("Undo changes", "The rows of the preset and of the macros again")
        self.undo.clicked.connect(self.matrix.reset)
        label = QLabel("Macros' rows")
        label.setObjectName("quiet")
        line.addWidget(self.macros)
        line.addWidget(label, 1)
        line.addWidget(self.undo)
        return line

    def _offer(self) -> None:
        """Offer the sources that there are now; what is written in the box stays."""
        self._sources = self.matrix.sources()
        written = self.source.currentText()
        self.source.clear()
        self.source.addItems(list(self._sources))
        self.source.setCurrentText(written or "sine 4 beats")

    def _show_rows(self, rows: tuple[ModulationRow, ...]) -> None:
        by_key = {row.key: row for row in rows}
        for key in [key for key in self.rows if key not in by_key]:
            gone = self.rows.pop(key)
            gone.blockSignals(True)  # what was being typed into it would be a change once it is hidden
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        own = set(self.matrix.rows_to_save)
        for key, row in by_key.items():
            shown = self.rows.get(key)
            if shown is None:
                self.rows[key] = shown = self._row(row)
                self._list.addWidget(shown)
            elif shown.row != row:
                shown.show_row(row)
            shown.setVisible(row in own or self.macros.isChecked() or shown.in_hand)
        self.empty.setVisible(not own and not self.macros.isChecked())

    def _row(self, row: ModulationRow) -> MatrixRow:
        made = MatrixRow(row, self.matrix.sources())
        made.changed.connect(self._change)
        made.removed.connect(self._remove)
        return made

    def _add(self) -> None:
        names = {_name(info): info.word for info in _movable()}
        written = self.word.currentText().strip()
        word, source = names.get(written, written), self.source.currentText().strip()
        row = ModulationRow(source, word, FIRST_DEPTH)
        if any(one.key == row.key for one in self.matrix.rows):
            self.said.emit(f"{source} moves {word} already; change its row, or choose another half of it")
            return
        if self._try(lambda: self.matrix.add(row)):
            self.follow()
            self.rows[row.key].header.setChecked(True)

    def _change(self, before: ModulationRow, after: ModulationRow) -> None:
        if before.key != after.key and after.key in self.rows:
            self.said.emit(f"{after.source} moves {after.word} already, with a row of its own")
            self.rows[before.key].show_row(before)
            return
        if self._try(lambda: self.matrix.change(before, after)):
            # The same widget goes on, since a hand is on it.
            self.rows[after.key] = shown = self.rows.pop(before.key)
            shown.show_row(after)
        self.follow()

    def _remove(self, row: ModulationRow) -> None:
        self.rows[row.key].header.setChecked(False)
        self._try(lambda: self.matrix.remove(row))
        self.follow()

    def _try(self, do: Callable[[], None]) -> bool:
        """Do something to the rows; return whether it was possible."""
        try:
            do()
        except LivedreamError as fault:
            self.said.emit(str(fault))
            for shown in self.rows.values():
                shown.show_row(shown.row)
        except KeyError:  # it has gone in the meantime, with its preset
            return False
        else:
            return True
        return False


def _movable() -> list[SettingInfo]:
    """List what a source can move: the macros and the fader first."""
    first = {*MACROS, FADER.word}
    return sorted(movable().values(), key=lambda info: (info.word not in first, not info.basic))


def _name(info: SettingInfo) -> str:
    return f"{info.section} {info.name}".strip()


def _box(name: str) -> ChoiceBox:
    """Make a list of choices in which one can write, too."""
    box = ChoiceBox()
    box.setEditable(True)
    box.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
    box.setFixedHeight(LINE_PX)
    box.setMinimumWidth(NARROWEST_PX)
    box.setAccessibleName(name)
    completer = box.completer()
    assert completer is not None, "a box that is written in has one"
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    return box
