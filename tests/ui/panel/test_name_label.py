from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtGui import QFontMetricsF, QImage
from PyQt6.QtWidgets import QWidget

from livedream.settings import by_word
from livedream.ui.panel.field_row import FieldRow
from livedream.ui.panel.name_label import NameLabel
from livedream.ui.panel.panel_style import LINE_PX, type_of

LONG = "how much of everything there is comes back"
RIGHT_TO_LEFT = "\u0639\u0645\u0642 \u0627\u0644\u062d\u0644\u0645"
WIDE_PX, SIGN_PX = 600, 16

Painted = Callable[..., QImage]


@pytest.fixture
def painted(shown: Callable[[QWidget], QWidget]) -> Painted:
    """Give a function that paints a label of a width, 600 pixels unless it is told."""

    def paint(
        name: str, family: str = "", unit: str = "", *, rebuilds: bool = False, px: int = WIDE_PX
    ) -> QImage:
        label = NameLabel(name, family, unit, rebuilds=rebuilds)
        label.setFixedSize(px, LINE_PX)
        return shown(label).grab().toImage()

    return paint


def ends_at(image: QImage) -> int:
    """Return the first column after all that is painted."""
    ground = image.pixel(image.width() - 1, 0)
    columns = (
        x
        for x in reversed(range(image.width()))
        if any(image.pixel(x, y) != ground for y in range(image.height()))
    )
    return next(columns, -1) + 1


@pytest.mark.parametrize("name", ["depth", LONG, RIGHT_TO_LEFT])
def test_a_row_is_as_high_and_wants_as_much_room_whatever_its_name(qtbot: object, name: str) -> None:
    label = NameLabel(name, "family", "px", rebuilds=True)
    assert (label.sizeHint().width(), label.sizeHint().height()) == (120, LINE_PX)
    assert label.minimumWidth() == 40


@pytest.mark.parametrize("name", [LONG, RIGHT_TO_LEFT * 4])
def test_all_of_a_name_is_seen_where_there_is_room_and_its_beginning_elsewhere(
    painted: Painted, name: str
) -> None:
    other = name + " again"
    assert painted(name) != painted(other)
    assert painted(name, px=100) == painted(other, px=100)
    assert ends_at(painted(name, px=100)) > 50
    name_px = QFontMetricsF(type_of(bold=True)).horizontalAdvance(name)
    assert abs(ends_at(painted(name)) - name_px) < 8


def test_the_family_gives_way_before_the_name_does(painted: Painted) -> None:
    assert ends_at(painted("depth", "look")) > ends_at(painted("depth"))
    name_px = ends_at(painted("depth")) + 2
    assert painted("depth", "look", px=name_px) == painted("depth", px=name_px)


def test_the_unit_gives_way_to_the_name(painted: Painted) -> None:
    assert ends_at(painted("time", unit="seconds")) > ends_at(painted("time"))
    name_px = ends_at(painted("time")) + 20
    assert painted("time", unit="seconds", px=name_px) == painted("time", px=name_px)


@pytest.mark.parametrize("px", [WIDE_PX, 100])
def test_that_a_change_builds_an_engine_is_seen_behind_the_longest_name(painted: Painted, px: int) -> None:
    name_px = ends_at(painted(LONG, px=px - SIGN_PX))
    assert name_px + 8 <= ends_at(painted(LONG, px=px, rebuilds=True)) < px


def test_what_is_cut_off_is_told_by_the_row(shown: Callable[[QWidget], QWidget]) -> None:
    row = FieldRow(by_word()["look.depth"], LONG)
    row.resize(160, 60)
    shown(row)
    assert row.editor.head is not None
    assert row.editor.head.accessibleName() == LONG
    assert row.toolTip() == by_word()["look.depth"].help
