"""docs/osc.md says what addresses there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from livedream.control.osc_addresses import named_action, setting_actions
from livedream.control.osc_document import osc_page, what_a_show_has
from livedream.control.show_commands import ShowCommands
from livedream.runtime.commands import Command, Commands
from livedream.runtime.parameters import Parameters
from livedream.runtime.playlist_loading import load_playlist

PAGE = Path(__file__).resolve().parents[2] / "docs" / "osc.md"


@pytest.fixture(scope="module")
def show() -> tuple[list[tuple[str, str]], Parameters]:
    return what_a_show_has()


def test_the_page_is_as_it_is_generated(show: Any) -> None:
    remedy = "make it anew: python -m livedream.control.osc_document > docs/osc.md"
    assert PAGE.read_text(encoding="utf-8") == osc_page(*show), remedy


def test_every_address_on_the_page_does_something(desk: Any, show: Any) -> None:
    registry = Commands()
    for name, help_ in show[0]:
        registry.add(name, Command(help_, lambda: ""))
    asked = ShowCommands(registry, load_playlist("eyes", ()), show[1])
    written = re.findall(r"^\| `(/.+?)` \|", osc_page(*show), re.MULTILINE)
    settings = setting_actions(desk.coalescer)
    assert settings.keys() <= set(written)
    for address in set(written) - settings.keys():
        assert named_action(desk.coalescer, asked, address) is not None, address
