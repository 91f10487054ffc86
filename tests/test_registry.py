import pytest

from livedream.errors import InputError
from livedream.registry import Registry


def test_rows_stay_in_order_each_name_once() -> None:
    kinds: Registry[int] = Registry("a sink")
    assert kinds.add("one", 1) == 1
    kinds.add("two", 2)
    assert (list(kinds), kinds["two"], len(kinds), "one" in kinds) == (["one", "two"], 2, 2, True)
    assert kinds.items() == (("one", 1), ("two", 2))
    with pytest.raises(ValueError, match="a sink 'one' already"):
        kinds.add("one", 3)
    kinds.remove("one")
    assert list(kinds) == ["two"]


@pytest.mark.parametrize(("name", "hint"), [("tow", "did you mean two?"), ("zzz", "there are: one, two")])
def test_an_unknown_name_is_answered_with_what_there_is(name: str, hint: str) -> None:
    kinds: Registry[int] = Registry("an engine")
    kinds.add("one", 1)
    kinds.add("two", 2)
    with pytest.raises(InputError) as caught:
        kinds[name]
    assert str(caught.value) == f"there is no engine {name!r}; {hint}"
