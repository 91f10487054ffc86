from __future__ import annotations

import pytest
from pydantic import ValidationError

from livedream.settings import Settings, change, describe

SECTIONS = list(Settings.model_fields)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_change_in_a_section_leaves_the_others_as_they_are(section: str) -> None:
    info = next(info for info in describe() if info.section == section and info.kind == "number")
    changed = change(Settings(), {info.word: info.at(0.37)})
    differing = [name for name in SECTIONS if getattr(changed, name) != getattr(Settings(), name)]
    assert differing == [section]


def test_what_is_written_down_is_what_is_read_again() -> None:
    changes = {info.word: info.at(0.37) for info in describe() if info.is_number}
    settings = change(Settings(), changes)
    assert settings != Settings()
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_only_what_is_dreamed_needs_another_engine() -> None:
    """So that look, motion, flight, colour and macros can be played without a wait."""
    assert {info.section for info in describe() if info.lifetime == "engine"} == {"dream"}


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(ValidationError, match="camera"):
        Settings.model_validate({"camera": {}})
