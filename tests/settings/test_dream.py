from collections import Counter
from collections.abc import Callable

import pytest

from livedream.settings import DreamSettings


def test_no_two_of_its_parts_have_a_setting_of_the_same_name() -> None:
    """One would hide the other, and its range with it."""
    names = Counter(name for part in DreamSettings.__bases__ for name in part.model_fields)  # type: ignore[attr-defined]
    assert set(names) == set(DreamSettings.model_fields)
    assert set(names.values()) == {1}


@pytest.mark.parametrize(
    ("word", "wrong"), [("dream.network", "vgg"), ("dream.network", 3), ("dream.pooling", "median")]
)
def test_an_unknown_network_or_pooling_is_told(told: Callable[..., str], word: str, wrong: object) -> None:
    assert f"{word} = {wrong!r} is not possible" in told({word: wrong})
