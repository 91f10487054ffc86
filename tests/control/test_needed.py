"""A library that is missed is told with the way to get it."""

from __future__ import annotations

import pytest

from livedream.control.needed import needed
from livedream.errors import LivedreamError


def test_what_is_installed_is_imported() -> None:
    assert needed("json", "This").dumps([]) == "[]"


def test_what_is_not_installed_is_told() -> None:
    with pytest.raises(LivedreamError) as fault:
        needed("no_such_library.part", "OSC")
    assert str(fault.value) == (
        "OSC needs no_such_library, which is not installed; install it with: pip install 'livedream[control]'"
    )
