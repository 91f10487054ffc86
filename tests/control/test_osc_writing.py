from __future__ import annotations

import sys

import pytest

from livedream.control.osc_reading import OscMessage, OscReader
from livedream.control.osc_writing import osc_packet
from livedream.errors import LivedreamError


def test_a_packet_is_as_the_standard_writes_it() -> None:
    assert osc_packet("/look/depth", 0.5) == b"/look/depth\0,f\0\0\x3f\0\0\0"
    assert osc_packet("/preset/eyes") == b"/preset/eyes\0\0\0\0,\0\0\0"


@pytest.mark.parametrize("arguments", [(), (7,), (0.25, "lines"), (True, False), ("é", -1)])
def test_what_is_written_is_read(arguments: tuple[object, ...]) -> None:
    assert OscReader().read(osc_packet("/a/b", *arguments)) == [OscMessage("/a/b", arguments)]


def test_without_python_osc_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pythonosc.osc_message_builder", None)
    with pytest.raises(LivedreamError, match=r"OSC needs pythonosc.*pip install 'livedream\[control\]'"):
        osc_packet("/a")
