import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.settings import SettingInfo, by_word, describe
from livedream.ui.panel.setting_text import (
    decimals,
    matches,
    neat,
    number_text,
    readable,
    short_unit,
    tip,
    typed_value,
    value_text,
)

words = by_word()


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("look.depth", "depth"),
        ("feedback.pan_x", "pan x"),
        ("motion.floor_px", "floor"),
        ("motion.attack_s", "attack time"),
        ("motion.persistence_period_s", "persistence period"),
        ("dream.working_px", "working size"),
    ],
)
def test_names_are_readable(word: str, name: str) -> None:
    assert readable(words[word]) == name


def test_names_in_a_section_are_all_different() -> None:
    names = [(info.section, readable(info)) for info in describe()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("info", describe(), ids=lambda info: info.word)
def test_tips_are_complete_and_units_short(info: SettingInfo) -> None:
    assert info.word in tip(info)
    assert "default: " in tip(info)
    assert ("builds another engine" in tip(info)) == (info.lifetime == "engine")
    assert len(short_unit(info)) < 40


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(lambda text: text.strip())
numbers = st.floats(-100, 100).map(lambda number: float(f"{number:.6g}"))


@given(st.lists(texts, max_size=5).map(tuple))
def test_lists_of_texts_are_read_as_they_are_written(value: tuple[str, ...]) -> None:
    assert typed_value(words["dream.sequence"], value_text(value)) == value


@given(st.lists(numbers, max_size=5).map(tuple))
def test_lists_of_numbers_are_read_as_they_are_written(value: tuple[float, ...]) -> None:
    assert typed_value(words["colour.target"], value_text(value)) == value


@given(st.dictionaries(texts, numbers | st.dictionaries(texts, numbers, min_size=1, max_size=3), max_size=4))
def test_tables_are_read_as_they_are_written(value: dict[str, object]) -> None:
    assert typed_value(words["dream.layers"], value_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("eyes", "eyes"),
        ("eyes = 1, block.2 = 0.5", {"eyes": 1, "block.2": 0.5}),
        ("{eyes = 1}", {"eyes": 1}),
        ("eyes = {3 =", "eyes = {3 ="),
        ("", {}),
    ],
)
def test_tables_may_be_typed_without_marks(text: str, value: object) -> None:
    assert typed_value(words["dream.layers"], text) == value


def test_lists_may_be_typed_without_marks() -> None:
    sequence = words["dream.sequence"]
    assert typed_value(sequence, "lines, eyes ,") == ("lines", "eyes")
    assert typed_value(sequence, '["a, b", "c"]') == ("a, b", "c")
    assert typed_value(sequence, "  ") == ()
    assert typed_value(words["dream.guide"], " a file.jpg ") == "a file.jpg"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0135, "0.0135"), (0.44, "0.44"), (78000, "78000"), (1.0, "1"), (123.456, "123.5"), (-0.5, "-0.5")],
)
def test_numbers_have_the_digits_that_matter(number: float, text: str) -> None:
    assert number_text(number) == text


def test_a_slider_gives_neat_numbers_within_the_range() -> None:
    assert neat(words["look.depth"], 0.123456) == 0.1235
    assert neat(words["dream.working_px"], 8294400) == 8294000
    assert neat(words["look.depth"], 1.0) == 1.0


def test_a_search_needs_all_its_words() -> None:
    assert matches(words["look.depth"], "LOOK deep")
    assert not matches(words["look.depth"], "look qqq")
    assert matches(words["look.depth"], "")


@pytest.mark.parametrize(
    ("word", "number", "text"),
    [
        ("look.depth", 0.7, "0.70"),
        ("look.depth", 0.12345, "0.1235"),
        ("look.gamma", 1.0, "1.0"),
        ("feedback.rotate", -20.0, "-20"),
        ("dream.step_size", 0.0135, "0.0135"),
        ("dream.octaves", 3, "3"),
    ],
)
def test_numbers_have_the_decimals_of_their_steps(word: str, number: float, text: str) -> None:
    assert number_text(number, decimals(words[word])) == text
