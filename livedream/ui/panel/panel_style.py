"""How the panel looks: its colours, its type and its style sheet, in one place."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt6.QtWidgets import QWidget

from livedream.ui.text_panel import COLOURS

BACKGROUND = QColor("#0b0b12")
CARD = QColor("#15151f")
RAISED = QColor("#242431")
EDGE = QColor("#3a3a4a")
LIT = QColor("#2e2e3d")
"""Of what the mouse is over."""

FAINT = QColor("#8a869c")
RESTING = QColor("#5d5a70")
"""Of a sign that waits to be needed."""

TEXT, DIM, ACCENT = COLOURS["plain"], COLOURS["dim"], COLOURS["accent"]
GOOD, WARN, BAD = COLOURS["good"], COLOURS["warn"], COLOURS["bad"]
TINT = QColor("#3a3158")
"""Of what is on and lies behind text: the accent, far down."""

TYPE_PX, SMALL_PX = 15, 12
RADIUS, GAP, MARGIN = 6, 6, 10
LINE_PX = 28
"""How high a control is."""


def type_of(size_px: int = TYPE_PX, *, bold: bool = False) -> QFont:
    """Return the panel's font, with figures of equal width."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def dress(panel: QWidget) -> None:
    """Give the panel and all that it holds its look."""
    palette = QPalette(BACKGROUND)
    for role, colour in (
        (QPalette.ColorRole.Window, BACKGROUND),
        (QPalette.ColorRole.Base, RAISED),
        (QPalette.ColorRole.Button, RAISED),
        (QPalette.ColorRole.Text, TEXT),
        (QPalette.ColorRole.WindowText, TEXT),
        (QPalette.ColorRole.ButtonText, TEXT),
        (QPalette.ColorRole.PlaceholderText, FAINT),
        (QPalette.ColorRole.Highlight, ACCENT),
        (QPalette.ColorRole.HighlightedText, BACKGROUND),
    ):
        palette.setColor(role, colour)
    panel.setPalette(palette)
    panel.setFont(type_of())
    panel.setStyleSheet(SHEET)


_NAMES = {
    "background": BACKGROUND,
    "card": CARD,
    "raised": RAISED,
    "edge": EDGE,
    "lit": LIT,
    "faint": FAINT,
    "text": TEXT,
    "dim": DIM,
    "accent": ACCENT,
    "good": GOOD,
    "warn": WARN,
    "tint": TINT,
}

_TEMPLATE = """
#controlPanel, #panelContent, #stage, #topBar, #moods { background: @background; }
#picker { background: @card; border: 1px solid @edge; }
QScrollArea { background: @background; border: none; }
QToolTip { background: @raised; color: @text; border: 1px solid @edge; padding: 6px; }
#card { background: @card; border-radius: 8px; }
QPushButton, QLineEdit, QDoubleSpinBox, QComboBox, QLabel { font-size: 15px; }
QLabel { color: @text; background: transparent; }
QLabel#quiet { color: @dim; }
QLabel#title { font-weight: 600; font-size: 17px; }
QLabel#badge { color: @good; border: 1px solid @good; border-radius: 4px; padding: 0 4px; font-size: 12px; }
QPushButton {
  background: @raised; color: @text; border: 2px solid @edge; border-radius: 6px; font-weight: 600;
}
QPushButton#small { font-size: 13px; color: @dim; border-width: 1px; }
QPushButton#small:checked { background: @tint; color: @text; border-color: @accent; }
QPushButton:hover { background: @lit; }
QPushButton:pressed { background: @edge; }
QPushButton:checked { background: @warn; color: @background; border-color: @warn; }
QPushButton[quiet="true"] { border-width: 1px; font-size: 14px; padding: 0 10px; }
QPushButton[quiet="true"]:checked { background: @tint; color: @text; border-color: @accent; }
QPushButton#deck { text-align: left; padding: 0 8px; }
QPushButton#deck:checked { background: @tint; color: @text; border-color: @accent; }
QPushButton:disabled { color: @faint; }
QPushButton:focus { border-color: @text; }
QPushButton[quiet="true"]:focus { border-color: @text; }
QLineEdit, QDoubleSpinBox, QComboBox {
  background: @raised; color: @text; border: 2px solid @raised; border-radius: 5px; padding: 0 6px;
  selection-background-color: @accent; selection-color: @background;
}
QLineEdit:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: @edge; }
QLineEdit:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @text; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: none; width: 0; height: 0; }
QComboBox QAbstractItemView {
  background: @raised; color: @text; border: 1px solid @edge; outline: none;
  selection-background-color: @tint; selection-color: @text;
}
QScrollBar:vertical { background: @background; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @edge; border-radius: 4px; min-height: 36px; margin: 0 1px; }
QScrollBar::handle:vertical:hover { background: @faint; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
"""


def _sheet() -> str:
    text = _TEMPLATE
    for name, colour in _NAMES.items():
        text = text.replace(f"@{name}", colour.name())
    return text


SHEET = _sheet()
