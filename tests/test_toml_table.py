import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.toml_table import toml_table


def test_a_table_is_read() -> None:
    assert toml_table("[dream]\nsteps = 2\n") == {"dream": {"steps": 2}}


@pytest.mark.parametrize(
    "text",
    ["a = " + "9" * 5000, "a=" + "[" * 5000 + "]" * 5000, "a = {" * 3000, "a = 0x", "a = 1979-99-99", "\x00"],
)
def test_what_python_refuses_is_no_toml(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        toml_table(text)


@given(st.text(max_size=40) | st.text("[]{}=.,\"'0x9-:aT\n ", max_size=60))
def test_any_text_is_a_table_or_no_toml(text: str) -> None:
    with suppress(tomllib.TOMLDecodeError):
        toml_table(text)
