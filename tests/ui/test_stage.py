from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QApplication, QLabel, QWidget

from livedream.presets import Preset
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.panel.panel_style import GAP
from livedream.ui.stage import LOWEST_MOODS_PX, MOODS_SHARE, NARROWEST_PX, Stage
from livedream.ui.top_bar import TopBar
from tests.ui.conftest import place_of

WIDE_PX = 1000


class Staged:
    """A stage with one row and a few moods, at any size."""

    def __init__(self, moods: int = 6) -> None:
        presets = [Preset(f"mood {number}", "", Settings()) for number in range(moods)]
        self.stage = Stage(TopBar(lambda _: None), QWidget(), MoodGrid(Playlist(presets)))
        self.row = QLabel("a row of somebody else")
        self.stage.add_row(self.row)

    def resize(self, width: int, height: int) -> None:
        self.stage.resize(width, height)
        QApplication.sendPostedEvents()
        QApplication.processEvents()

    @property
    def seen(self) -> list[str]:
        """List what is seen beside the picture."""
        parts = {"bar": self.stage.bar, "rows": self.row, "moods": self.stage.area}
        return [name for name, part in parts.items() if part.isVisible()]

    @property
    def in_menu(self) -> list[str]:
        """List what is in the menu of the bar, of what stands below it."""
        menu = self.stage.bar.menu
        parts = {"rows": self.row, "moods": self.stage.area}
        return [name for name, part in parts.items() if menu.isAncestorOf(part)]


@pytest.fixture
def staged(shown: Callable[[QWidget], QWidget]) -> Staged:
    staged = Staged()
    staged.stage.resize(WIDE_PX, 700)
    shown(staged.stage)
    return staged


@pytest.mark.parametrize(
    ("height", "seen", "in_menu"),
    [
        (700, ["bar", "rows", "moods"], []),
        (420, ["bar", "rows", "moods"], []),
        (419, ["bar", "moods"], ["rows"]),
        (340, ["bar", "moods"], ["rows"]),
        (339, ["bar"], ["rows", "moods"]),
        (180, ["bar"], ["rows", "moods"]),
        (179, [], ["rows", "moods"]),
    ],
)
def test_the_lower_it_is_the_less_stands_around_the_picture_and_the_rest_is_in_the_menu(
    staged: Staged, height: int, seen: list[str], in_menu: list[str]
) -> None:
    staged.resize(WIDE_PX, height)
    assert (staged.seen, staged.in_menu) == (seen, in_menu)
    assert staged.stage.view.isVisible()
    assert staged.stage.bar.more.isHidden() is (not in_menu)


@pytest.mark.parametrize("size", [(320, 200), (320, 700), (500, 350), (1000, 420), (1900, 1000)])
def test_the_picture_has_what_the_others_leave_and_none_lies_on_another(
    staged: Staged, size: tuple[int, int]
) -> None:
    staged.resize(*size)
    parts = [staged.stage.view, staged.stage.bar]
    parts += [
        part for name, part in (("rows", staged.row), ("moods", staged.stage.area)) if name in staged.seen
    ]
    places = [place_of(staged.stage, part) for part in parts]
    assert all(staged.stage.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for number, one in enumerate(places) for other in places[:number])
    assert places[0].width() == size[0]
    assert places[0].height() >= size[1] // 2


def test_what_was_in_the_menu_is_in_its_place_again_where_there_is_room(staged: Staged) -> None:
    def places() -> list[QRect]:
        return [place_of(staged.stage, part) for part in (staged.stage.view, staged.row, staged.stage.area)]

    before = places()
    for height in (200, 400, 700):
        staged.resize(WIDE_PX, height)
    assert staged.in_menu == []
    assert places() == before
    staged.resize(NARROWEST_PX, 700)
    assert all(staged.stage.rect().contains(place) for place in places()), "no wider than without a menu"


def test_the_picture_alone_has_all_of_it_at_any_height(staged: Staged) -> None:
    staged.stage.show_bare(on=True)
    for height in (200, 400, 700):
        staged.resize(WIDE_PX, height)
        assert (staged.seen, staged.in_menu) == ([], [])
        assert staged.stage.view.geometry() == staged.stage.rect()
    staged.stage.show_bare(on=False)
    assert staged.seen == ["bar", "rows", "moods"]


def test_moods_that_are_folded_are_neither_seen_nor_in_the_menu(staged: Staged) -> None:
    staged.stage.show_moods(on=False)
    assert not staged.stage.with_moods
    for height in (200, 400, 700):
        staged.resize(WIDE_PX, height)
        assert "moods" not in staged.seen + staged.in_menu
    staged.stage.show_moods(on=True)
    assert staged.stage.with_moods
    assert staged.seen == ["bar", "rows", "moods"]


def test_moods_take_a_quarter_of_the_height_at_most_and_enough_in_the_menu(
    shown: Callable[[QWidget], QWidget],
) -> None:
    many = Staged(moods=60)
    many.stage.resize(600, 700)
    shown(many.stage)
    for height in (420, 700, 1000):
        many.resize(600, height)
        assert many.stage.area.height() == round(MOODS_SHARE * height) + 2 * GAP + 1
    many.resize(600, 300)
    assert many.in_menu == ["rows", "moods"]
    assert many.stage.area.maximumHeight() == LOWEST_MOODS_PX + 2 * GAP + 1


def test_few_moods_take_no_more_than_they_need(staged: Staged) -> None:
    staged.resize(WIDE_PX, 1600)
    assert staged.stage.area.height() == staged.stage.moods.height() + 2 * GAP + 1 < MOODS_SHARE * 1600


def test_a_mood_that_the_keys_reach_is_scrolled_to(shown: Callable[[QWidget], QWidget]) -> None:
    many = Staged(moods=60)
    many.stage.resize(600, 500)
    shown(many.stage)
    viewport = many.stage.area.viewport()
    assert viewport is not None
    assert many.stage.moods.width() <= viewport.width(), "none lies under the scroll bar"
    for tile in (many.stage.moods.tiles[-1], many.stage.moods.tiles[0]):
        assert not viewport.rect().contains(tile.mapTo(viewport, QPoint(5, 5)))
        many.stage.moods.reached.emit(tile)
        assert viewport.rect().contains(tile.mapTo(viewport, tile.rect().center()))


def test_in_the_narrowest_window_the_source_is_still_in_the_bar(staged: Staged) -> None:
    assert staged.stage.minimumWidth() == NARROWEST_PX
    staged.resize(NARROWEST_PX, 700)
    assert staged.stage.bar.source.isVisible()
    assert staged.stage.bar.width() == NARROWEST_PX
