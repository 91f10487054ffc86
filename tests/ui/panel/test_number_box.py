from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from livedream.settings import by_word
from livedream.ui.panel.number_box import NumberBox


@pytest.fixture
def box(shown: Callable[[QWidget], QWidget]) -> NumberBox:
    box = shown(NumberBox(by_word()["look.depth"]))
    box.place(0.44)
    box.setFocus()
    box.selectAll()
    return box


@pytest.mark.parametrize(
    ("typed", "value"), [("0.5", 0.5), (",5", 0.5), ("1e-1", 0.1), ("-3", -3.0), ("12", 12.0)]
)
def test_a_number_is_told_once_at_enter(box: NumberBox, typed: str, value: float) -> None:
    told = []
    box.valueChanged.connect(told.append)
    QTest.keyClicks(box, typed)
    assert not told
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert told == [value]


@pytest.mark.parametrize("typed", ["-", "e", "1e", "nan", "inf", "depth"])
def test_what_is_no_number_is_taken_back(box: NumberBox, typed: str) -> None:
    told = []
    box.valueChanged.connect(told.append)
    QTest.keyClicks(box, typed)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert not told
    assert box.text() == "0.44"


def test_steps_end_at_the_ends_of_the_range(box: NumberBox) -> None:
    box.stepBy(1)
    assert box.value() == pytest.approx(0.45)
    box.stepBy(1000)
    assert box.value() == 1.0
