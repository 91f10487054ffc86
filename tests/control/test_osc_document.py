"""docs/osc.md says what addresses there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from livedream.control.osc_addresses import button_action, setting_actions
from livedream.control.osc_document import osc_page, show_commands
from livedream.control.show_commands import ShowCommands
from livedream.runtime.commands import Command, Commands
from livedream.runtime.playlist_loading import load_playlist

PAGE = Path(__file__).resolve().parents[2] / "docs" / "osc.md"


@pytest.fixture(scope="module")
def commands() -> list[tuple[str, str]]:
    return show_commands()


def test_the_page_is_as_it_is_generated(commands: list[tuple[str, str]]) -> None:
    remedy = "make it anew: python -m livedream.control.osc_document > docs/osc.md"
    assert PAGE.read_text(encoding="utf-8") == osc_page(commands), remedy


def test_every_address_on_the_page_does_something(desk: Any, commands: list[tuple[str, str]]) -> None:
    registry = Commands()
    for name, help_ in commands:
        registry.add(name, Command(help_, lambda: ""))
    asked = ShowCommands(registry, load_playlist("eyes", ()))
    written = re.findall(r"^\| `(/.+?)` \|", osc_page(commands), re.MULTILINE)
    settings = setting_actions(desk.coalescer)
    assert settings.keys() <= set(written)
    for address in set(written) - settings.keys():
        assert button_action(desk.coalescer, asked, address) is not None, address
