import pytest
from PyQt6.QtGui import QColor

from livedream.ui.panel.panel_style import ACCENT, BACKGROUND, CARD, DIM, FAINT, RAISED, SHEET, TEXT, WARN


def luminance(colour: QColor) -> float:
    shares = [colour.redF(), colour.greenF(), colour.blueF()]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", [BACKGROUND, CARD, RAISED])
@pytest.mark.parametrize(("ink", "least"), [(TEXT, 12.0), (DIM, 7.0), (FAINT, 4.0), (ACCENT, 7.0)])
def test_text_stands_out(ink: QColor, ground: QColor, least: float) -> None:
    assert contrast(ink, ground) >= least


def test_what_is_written_on_an_alarm_stands_out() -> None:
    assert contrast(BACKGROUND, WARN) > 10


def test_every_colour_of_the_sheet_has_a_value() -> None:
    assert "@" not in SHEET
