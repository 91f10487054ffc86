from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from livedream.ui.panel.panel_paint import SignButton, SwitchButton, back, chevron, draw, pen, pin
from livedream.ui.panel.panel_style import ACCENT

SIGNS = {"pin": pin, "back": back, "down": partial(chevron, down=True), "right": partial(chevron, down=False)}


def painted(widget: QWidget) -> QImage:
    return widget.grab().toImage()


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_a_sign_fills_its_square_and_stays_within(sign: Callable[[], QPainterPath]) -> None:
    bounds = sign().boundingRect()
    assert QRectF(-1.001, -1.001, 2.002, 2.002).contains(bounds)
    assert max(bounds.width(), bounds.height()) > 1.2


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", [5.0, 20.0])
def test_lines_are_as_thick_in_large_signs_as_in_small_ones(size: float) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    line = QPainterPath(QPointF(-1, 0))
    line.lineTo(1, 0)
    painter = QPainter(image)
    draw(painter, line, QPointF(30, 30), size, pen(QColor("white"), 4.0))
    assert painter.transform().isIdentity(), "whoever paints on finds the painter as it was"
    painter.end()
    assert sum(image.pixelColor(30, y).lightness() > 127 for y in range(60)) == 4
    assert abs(sum(image.pixelColor(x, 30).lightness() > 127 for x in range(60)) - (2 * size + 4)) <= 1


@pytest.fixture
def switch(shown: Callable[[QWidget], QWidget]) -> SwitchButton:
    switch = SwitchButton()
    shown(switch)
    return switch


def test_a_switch_is_off_on_the_left_and_on_on_the_right(switch: SwitchButton) -> None:
    def accented() -> int:
        image = painted(switch)
        return sum(image.pixelColor(x, 14) == ACCENT for x in range(image.width()))

    off, off_px = painted(switch), accented()
    switch.setChecked(True)
    assert painted(switch) != off
    assert off_px == 0 < accented()
    left, right = painted(switch).pixelColor(16, 14), painted(switch).pixelColor(38, 14)
    assert left == ACCENT != right, "the knob is on the right"


def test_a_switch_is_turned_by_mouse_and_by_key(switch: SwitchButton) -> None:
    told: list[bool] = []
    switch.toggled.connect(told.append)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert told == [True, False]


@pytest.fixture
def line(shown: Callable[[QWidget], QWidget]) -> QWidget:
    """Give a line with a button that shows a sign, and what stands at its right."""
    line = QWidget()
    button = SignButton(pin, "hold depth", "Keep it")
    button.setCheckable(True)
    parts = QHBoxLayout(line)
    parts.addWidget(button)
    parts.addWidget(QLabel("x"))
    line.resize(200, 60)
    return shown(line)


def button_of(line: QWidget) -> SignButton:
    button = line.findChild(SignButton)
    assert button is not None
    return button


def test_a_sign_is_told_in_words_and_leaves_its_place_free_while_it_is_away(line: QWidget) -> None:
    button, label, layout = button_of(line), line.findChild(QLabel), line.layout()
    assert label is not None
    assert layout is not None
    assert (button.accessibleName(), button.toolTip()) == ("hold depth", "Keep it")
    x = label.x()
    button.hide()
    layout.activate()
    assert label.x() == x > button.width()


def test_a_sign_shows_that_it_is_on_and_has_the_keys(line: QWidget) -> None:
    button = button_of(line)
    button.clearFocus()
    images = [painted(button)]
    button.setChecked(True)
    images.append(painted(button))
    button.setFocus()
    images.append(painted(button))
    assert images[0] != images[1] != images[2] != images[0]
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert not button.isChecked()
