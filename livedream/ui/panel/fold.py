"""A part of the panel that folds: a header, and below it what is made when it is first unfolded."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from livedream.ui.panel.panel_paint import begin, chevron, draw, pen, ring
from livedream.ui.panel.panel_style import DIM, FAINT, MARGIN, TEXT, type_of

HEADER_PX = 36


class FoldHeader(QAbstractButton):
    """The line that folds and unfolds; note: what it says on its right."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.note = ""
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(160, HEADER_PX)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Fold and unfold with the arrow keys, too."""
        arrows = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}
        if e is not None and e.key() in arrows:
            self.setChecked(arrows[Qt.Key(e.key())])
        elif e is not None and e.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.toggle()
        else:
            super().keyPressEvent(e)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the sign, the title and the note."""
        painter, middle = begin(self), self.height() / 2
        lit = self.underMouse() or self.isChecked()
        draw(
            painter, chevron(down=self.isChecked()), QPointF(16, middle), 5.0, pen(TEXT if lit else DIM, 2.0)
        )
        painter.setFont(type_of(bold=True))
        painter.setPen(TEXT)
        text = QRectF(self.rect()).adjusted(30, 0, -MARGIN, 0)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(text, left, self.text())
        taken = QFontMetricsF(painter.font()).horizontalAdvance(self.text()) + 16
        painter.setFont(type_of())
        painter.setPen(FAINT)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        note = QFontMetricsF(painter.font()).elidedText(
            self.note, Qt.TextElideMode.ElideRight, text.width() - taken
        )
        painter.drawText(text, right, note)
        if self.hasFocus():
            ring(painter, self)


class Fold(QWidget):
    """A header and a body; the body is made when it is first seen.

    unfolded: it is open now.
    """

    unfolded = pyqtSignal(bool)

    def __init__(self, title: str, make: Callable[[], QWidget], *, unfolded: bool = False) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.header = FoldHeader(title)
        self.body: QWidget | None = None
        self._make = make
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(self.header)
        self.header.toggled.connect(self._toggle)
        self.header.setChecked(unfolded)

    def unfold(self, *, on: bool) -> None:
        """Open it, or fold it."""
        self.header.setChecked(on)

    def is_unfolded(self) -> bool:
        """Return whether it is open."""
        return self.header.isChecked()

    def note(self, text: str) -> None:
        """Say something on the right of the header."""
        if text != self.header.note:
            self.header.note = text
            self.header.update()

    def _toggle(self, on: bool) -> None:
        if on and self.body is None:
            self.body = self._make()
            self.body.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
            self._rows.addWidget(self.body)
        if self.body is not None:
            self.body.setVisible(on)
        self.unfolded.emit(on)
