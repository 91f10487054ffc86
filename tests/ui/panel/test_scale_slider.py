import pytest

from livedream.settings import SettingInfo, by_word, describe
from livedream.ui.panel.scale_slider import ENDS, ScaleSlider

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize("info", [info for info in describe() if info.is_number], ids=lambda info: info.word)
def test_the_ends_are_those_of_the_range_and_values_come_back(info: SettingInfo) -> None:
    slider, told = ScaleSlider(info), []
    slider.valueChanged.connect(told.append)
    for value in (info.low, info.high, info.default):
        slider.place(value)
        assert slider.number == pytest.approx(value, rel=2e-3, abs=(info.high - info.low) / ENDS)
    assert not told, "to place is to tell nobody"


def test_the_mark_is_drawn_where_the_dream_is() -> None:
    slider = ScaleSlider(by_word()["look.depth"])
    slider.resize(220, 24)
    slider.place(0.2)
    before = slider.grab().toImage()
    slider.mark(0.8)
    after = slider.grab().toImage()
    changed = {x for x in range(220) for y in range(24) if before.pixel(x, y) != after.pixel(x, y)}
    assert changed
    assert 165 <= min(changed) <= max(changed) <= 175


def test_a_range_around_zero_is_filled_from_zero() -> None:
    slider = ScaleSlider(by_word()["feedback.zoom"])
    slider.resize(220, 24)
    slider.place(0.0)
    middle = slider.grab().toImage()
    assert middle.pixel(60, 12) == middle.pixel(160, 12)
    slider.place(-3.0)
    left = slider.grab().toImage()
    assert left.pixel(80, 12) != left.pixel(160, 12)
