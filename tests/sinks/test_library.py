import sys

import pytest

from livedream.errors import SinkError
from livedream.sinks.library import library


def test_what_is_there_is_loaded() -> None:
    assert library("fractions", "NDI", "ndi") is sys.modules["fractions"]


def test_what_is_missing_is_said_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cyndilib", None)
    with pytest.raises(SinkError, match="NDI cannot start because its library does not load") as caught:
        library("cyndilib", "NDI", "ndi")
    assert caught.value.remedy == "pip install --force-reinstall 'livedream[ndi]'"
