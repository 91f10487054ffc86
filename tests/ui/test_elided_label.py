from collections.abc import Callable

import pytest
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QWidget

from livedream.ui.elided_label import NARROWEST_PX, ElidedLabel

LONG = "a sentence for which there is no room at all where it is to be read"


@pytest.fixture
def label(shown: Callable[[QWidget], QWidget]) -> ElidedLabel:
    return shown(ElidedLabel("short", QColor("white")))


def of_width(label: ElidedLabel, text: str, width: int) -> QImage:
    label.set_text(text)
    label.setFixedWidth(width)
    return label.grab().toImage()


def test_all_of_a_text_is_told_where_only_some_is_seen(label: ElidedLabel) -> None:
    label.set_text(LONG)
    assert label.text() == label.toolTip() == label.accessibleName() == LONG


def test_it_wants_as_much_room_as_its_text_and_takes_as_little_as_there_is(label: ElidedLabel) -> None:
    short_px = label.sizeHint().width()
    label.set_text(LONG)
    assert label.sizeHint().width() > 3 * short_px
    assert label.minimumSizeHint().width() == NARROWEST_PX


def test_what_does_not_fit_is_cut_off_with_dots(label: ElidedLabel) -> None:
    assert of_width(label, LONG, 120) == of_width(label, LONG + " or anywhere else", 120)
    roomy = label.sizeHint().width() + 40
    assert of_width(label, LONG, roomy) != of_width(label, LONG + " or anywhere else", roomy)
