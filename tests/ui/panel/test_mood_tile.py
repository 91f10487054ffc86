from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QContextMenuEvent, QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from livedream.engines.progress import Progress
from livedream.ui.panel.mood_tile import STRIP_PX, MoodTile
from livedream.ui.panel.panel_style import GOOD, RAISED, WARN

Key, Shift, Plain = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
WIDE_PX, HIGH_PX = 120, 68
LONG = "a mood of which much more is said than fits"
RIGHT_TO_LEFT = "\u0623\u062d\u0644\u0627\u0645 \u0628\u0639\u064a\u062f\u0629"

Made = Callable[..., MoodTile]


@pytest.fixture
def made(shown: Callable[[QWidget], QWidget]) -> Made:
    """Give a function that shows a tile."""

    def make(name: str = "eyes", number: int = 1, tip: str = "eyes everywhere") -> MoodTile:
        tile = MoodTile(number, name, tip)
        tile.setFixedSize(WIDE_PX, HIGH_PX)
        shown(tile)
        return tile

    return make


def painted(tile: MoodTile) -> QImage:
    return tile.grab().toImage()


def filled(colour: str) -> QImage:
    picture = QImage(64, 36, QImage.Format.Format_RGB32)
    picture.fill(QColor(colour))
    return picture


def dot(tile: MoodTile) -> tuple[QColor, QColor]:
    """Return the colours in the left half of the dot, and in the right one."""
    image = painted(tile)
    return image.pixelColor(WIDE_PX - 14, 12), image.pixelColor(WIDE_PX - 11, 12)


def test_the_dot_is_full_if_it_is_ready_half_while_it_is_built_and_a_ring_while_it_waits(made: Made) -> None:
    tile = made()
    dots, images = {}, [painted(tile)]
    for state in ("ready", "building", "waiting"):
        tile.set_state(state)
        dots[state] = dot(tile)
        images.append(painted(tile))
    assert dots == {"ready": (GOOD, GOOD), "building": (WARN, RAISED), "waiting": (RAISED, RAISED)}
    ring = {image.pixelColor(WIDE_PX - 16, 12).name() for image in images}
    assert len(ring) == 4, "each in its own colour, and none where nothing is known"
    tile.set_state(None)
    assert painted(tile) == images[0]


def test_a_dot_is_seen_on_a_picture_of_its_colour(made: Made) -> None:
    tile = made()
    tile.set_picture(filled(GOOD.name()))
    plain = painted(tile)
    tile.set_state("ready")
    assert dot(tile) == (GOOD, GOOD)
    assert painted(tile) != plain


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_a_key_is_a_click(made: Made, key: Qt.Key) -> None:
    tile, clicks = made(), list[bool]()
    tile.clicked.connect(clicks.append)
    QTest.keyClick(tile, key)
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert len(clicks) == 2


@pytest.mark.parametrize(
    ("key", "way"),
    [(Key.Key_Left, (-1, 0)), (Key.Key_Right, (1, 0)), (Key.Key_Up, (0, -1)), (Key.Key_Down, (0, 1))],
)
def test_an_arrow_leaves_it(made: Made, key: Qt.Key, way: tuple[int, int]) -> None:
    tile, ways, asked = made(), list[tuple[int, int]](), list[str]()
    tile.stepped.connect(lambda across, down: ways.append((across, down)))
    tile.asked.connect(lambda deed, _: asked.append(deed))
    QTest.keyClick(tile, key)
    assert (ways, asked) == ([way], [])


@pytest.mark.parametrize(
    ("key", "shift", "deed"),
    [
        (Key.Key_Left, Shift, "load A"),
        (Key.Key_Right, Shift, "load B"),
        (Key.Key_F2, Plain, "rename"),
        (Key.Key_Delete, Plain, "delete"),
    ],
)
def test_other_keys_ask_for_more(made: Made, key: Qt.Key, shift: Qt.KeyboardModifier, deed: str) -> None:
    tile, asked, others = made(), list[tuple[str, QPoint]](), list[object]()
    tile.asked.connect(lambda what, where: asked.append((what, where)))
    tile.stepped.connect(lambda *way: others.append(way))
    tile.clicked.connect(others.append)
    QTest.keyClick(tile, key, shift)
    assert asked == [(deed, tile.mapToGlobal(tile.rect().center()))]
    assert others == []


def test_the_menu_is_asked_for_where_the_mouse_is(made: Made) -> None:
    tile, asked = made(), list[tuple[str, QPoint]]()
    tile.asked.connect(lambda what, where: asked.append((what, where)))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 6), QPoint(105, 206))
    QApplication.sendEvent(tile, event)
    assert asked == [("menu", QPoint(105, 206))]


@pytest.mark.parametrize("name", [LONG, RIGHT_TO_LEFT * 3, "<b>not bold</b> & more of it"])
def test_all_of_a_name_is_told_where_only_some_is_seen(made: Made, name: str) -> None:
    tile, longer = made(name), made(name + " again")
    assert painted(tile) == painted(longer), "it is cut off"
    assert tile.accessibleName() == f"1 {name}"
    for letter, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        name = name.replace(letter, written)
    assert f"<b>{name}</b>" in tile.toolTip()
    assert "eyes everywhere" in tile.toolTip()
    assert longer.sizeHint().width() > tile.sizeHint().width() > WIDE_PX
    assert longer.sizeHint().height() == tile.sizeHint().height()


@pytest.mark.parametrize("name", [LONG, RIGHT_TO_LEFT])
def test_at_the_width_that_it_wants_all_of_its_name_is_seen(made: Made, name: str) -> None:
    tile, longer = made(name), made(name + ".")
    for one in (tile, longer):
        one.setFixedWidth(longer.sizeHint().width())
    assert painted(tile) != painted(longer)


def test_a_name_from_the_right_leaves_the_number_where_it_is(made: Made) -> None:
    numbers = [painted(made(name)).copy(0, HIGH_PX - STRIP_PX, 11, STRIP_PX) for name in ("x", RIGHT_TO_LEFT)]
    assert numbers[0] == numbers[1] != painted(made("x", 2)).copy(0, HIGH_PX - STRIP_PX, 11, STRIP_PX)


def test_what_it_shows_is_told_in_words(made: Made) -> None:
    tile = made()
    tile.set_state("building")
    tile.show_as(running=False, armed=True)
    tile.show_progress(Progress(3.0, 10.0))
    assert tile.accessibleName() == "1 eyes, asked for, 3 of ~10 s, its engine is being built"
    assert "(asked for, 3 of ~10 s, its engine is being built)" in tile.toolTip()
    tile.show_progress(None)
    tile.show_as(running=True, armed=False)
    tile.set_state("ready")
    assert tile.accessibleName() == "1 eyes, runs, ready"


def test_the_bar_grows_and_stops_short_of_its_end(made: Made) -> None:
    tile, rows = made(), []
    for elapsed_s in (2.0, 5.0, 50.0):
        tile.show_progress(Progress(elapsed_s, 10.0))
        image = painted(tile)
        rows.append([image.pixelColor(x, HIGH_PX - 5) == WARN for x in range(WIDE_PX)])
    lengths = [sum(row) for row in rows]
    assert 0 < lengths[0] < lengths[1] < lengths[2]
    assert rows[2][WIDE_PX - 10]
    assert not rows[2][WIDE_PX - 4], "it is not there yet"


def test_the_camera_is_seen_dimly_until_there_is_a_picture_of_the_mood(made: Made) -> None:
    tile = made()
    tile.set_camera(filled("#ffffff"))
    dim = painted(tile).pixelColor(WIDE_PX // 2, 12)
    assert 60 < dim.lightness() < 200
    tile.set_picture(filled("#20c040"))
    tile.set_camera(filled("#ff0000"))
    assert painted(tile).pixelColor(WIDE_PX // 2, 12) == QColor("#20c040")


def test_a_tile_takes_over_what_was_known_of_the_one_before(made: Made) -> None:
    before, tile = made(), made()
    before.set_picture(filled("#20c040"))
    before.set_state("waiting")
    tile.take_over(before)
    assert painted(tile) == painted(before)
    assert tile.accessibleName() == "1 eyes, its engine waits"
    tile.take_over(None)
    assert tile.has_picture, "without one before it stays as it is"
