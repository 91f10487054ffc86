import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt6.QtGui import QColor, QFont, QImage

from livedream.ui.cards import hint_card, keys_card, starting_card, toast_card
from livedream.ui.hud import Device
from livedream.ui.overlay import Hint, Starting, Toast
from livedream.ui.text_panel import COLOURS, PADDING, Ink, Sheet

pytestmark = pytest.mark.usefixtures("qapp")
PLAIN = Ink()


def marked(image: QImage) -> tuple[int, int, int, int] | None:
    """The box, in pixels, of all that is drawn on nothing; None if nothing is."""
    spots = [
        (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha()
    ]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return (min(xs), min(ys), max(xs), max(ys)) if spots else None


def test_long_words_wrap_inside_the_card() -> None:
    sheet = toast_card(Toast((Device("a" * 200, "b" * 300, "failed", "/path" * 60),)), 1.0)

    image = sheet.render(1.0)

    edge = [image.pixelColor(image.width() - 8, y).lightness() for y in range(20, image.height() - 20)]
    assert max(edge) < 60


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_cards_have_the_pixels_of_the_display(ratio: float) -> None:
    for sheet in (hint_card(Hint("keys"), 1.0), keys_card(1.0), starting_card(Starting(0, "x", ()), 1.0)):
        image, plain = sheet.render(ratio), sheet.render(1.0)

        assert image.devicePixelRatio() == ratio
        assert abs(image.width() - ratio * plain.width()) <= ratio


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(categories=["L", "N", "Zs"]), max_size=80), st.floats(20, 300), st.floats(0.8, 4)
)
def test_what_is_shortened_fits_on_its_line(text: str, width: float, unit: float) -> None:
    sheet = Sheet(300.0, unit)
    short = sheet.elided(text, PLAIN, width)

    assert sheet.measure(short, PLAIN) <= width + 1.0
    if sheet.measure(" ".join(text.split()), PLAIN) < width - 1.0:
        assert short == " ".join(text.split())


def test_text_that_is_wrapped_is_as_much_taller_as_it_has_lines() -> None:
    sheet = Sheet(100.0, 1.0)
    line = sheet.write("one", PLAIN)

    assert sheet.write("one\ntwo\nthree", PLAIN) == pytest.approx(3 * line)
    assert sheet.write("word " * 40, PLAIN) >= 5 * line
    assert sheet.write("w" * 200, PLAIN) >= 5 * line
    assert sheet.y == 0.0


def test_all_lengths_are_design_pixels() -> None:
    small, large = Sheet(100.0, 1.0), Sheet(100.0, 3.0)

    assert large.measure("a line of text", PLAIN) == pytest.approx(
        small.measure("a line of text", PLAIN), rel=0.1
    )
    small.y = large.y = 50.0
    assert (small.render(1.0).width(), small.render(1.0).height()) == (100 + 2 * PADDING, 50 + 2 * PADDING)
    assert large.render(1.0).width() == 3 * small.render(1.0).width()


def test_figures_are_asked_to_be_all_as_wide() -> None:
    assert PLAIN.font(1.0).featureValue(QFont.Tag("tnum")) == 1


def test_larger_text_is_wider_and_figures_are_all_as_wide() -> None:
    sheet = Sheet(500.0, 1.0)

    assert sheet.measure("dream", Ink(28)) > 1.5 * sheet.measure("dream", Ink(14))
    assert sheet.measure("1" * 20, PLAIN) == pytest.approx(sheet.measure("8" * 20, PLAIN), abs=0.5)


def test_what_is_undone_leaves_no_trace() -> None:
    sheet = Sheet(100.0, 1.0)
    sheet.y += sheet.write("stays", PLAIN)
    before, mark = sheet.render(1.0), sheet.mark()

    sheet.dot(0.0, 20.0, "bad")
    sheet.box(0.0, 50.0, 10.0, QColor("red"))
    sheet.y += sheet.write("goes", PLAIN)
    assert sheet.render(1.0) != before

    sheet.undo(mark)
    assert sheet.render(1.0) == before


def test_dots_and_boxes_are_where_they_are_put_in_their_colour() -> None:
    sheet = Sheet(100.0, 1.0)
    sheet.y = 10.0
    sheet.dot(20.0, 16.0, "bad")
    image = sheet.render(1.0, panel=False)

    assert image.pixelColor(round(PADDING) + 24, round(PADDING) + 18) == COLOURS["bad"]
    left, top, right, bottom = marked(image)
    assert (left - PADDING, right - PADDING) == pytest.approx((20, 28), abs=1)
    assert (top - PADDING, bottom - PADDING) == pytest.approx((14, 22), abs=1)

    boxed = Sheet(100.0, 1.0)
    boxed.box(5.0, 40.0, 12.0, QColor("red"))
    boxed.y = 30.0
    assert marked(boxed.render(1.0, panel=False)) == pytest.approx((21, 16, 60, 27), abs=1)


def test_centred_text_has_as_much_room_on_either_side() -> None:
    sheet = Sheet(200.0, 1.0)
    sheet.write("dream", PLAIN, centred=True)
    sheet.y = 30.0
    image = sheet.render(1.0, panel=False)
    left, _, right, _ = marked(image)

    assert left == pytest.approx(image.width() - 1 - right, abs=3)


def test_a_panel_is_dark_and_without_one_there_is_nothing() -> None:
    sheet = Sheet(50.0, 1.0)
    sheet.y = 20.0

    assert marked(sheet.render(1.0, panel=False)) is None
    middle = sheet.render(1.0).pixelColor(40, 25)
    assert middle.lightness() < 30
    assert middle.alpha() > 150
