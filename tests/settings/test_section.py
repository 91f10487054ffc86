from typing import Any

import pytest
from pydantic import ValidationError

from livedream.settings import DreamSettings, Settings, change
from livedream.settings.section import Section, setting


class Sample(Section):
    share: float = setting(
        0.5, "A share.", unit="of all", lifetime="engine", ge=0.0, le=1.0, step=0.1, basic=True
    )
    free: float = setting(0.0, "Any number.")


def test_a_setting_keeps_what_people_are_told_of_it() -> None:
    share, free = (Sample.model_fields[name] for name in ("share", "free"))
    assert (share.default, share.description) == (0.5, "A share.")
    assert share.json_schema_extra == {
        "unit": "of all",
        "lifetime": "engine",
        "scale": "linear",
        "step": 0.1,
        "basic": True,
        "choices": (),
    }
    assert free.json_schema_extra == {
        "unit": "",
        "lifetime": "frame",
        "scale": "linear",
        "step": None,
        "basic": False,
        "choices": (),
    }


@pytest.mark.parametrize(
    "values", [{"share": 1.1}, {"share": -0.1}, {"free": float("nan")}, {"free": float("inf")}, {"fre": 1}]
)
def test_what_is_out_of_range_or_no_number_or_unknown_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sample(**values)


def test_settings_are_frozen() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.dream.steps = 3
    with pytest.raises(ValidationError, match="frozen"):
        settings.dream = DreamSettings()


def test_no_two_settings_share_a_table() -> None:
    settings = Settings()
    copy = change(settings, {"dream.steps": 3})
    assert settings.dream.layers is not copy.dream.layers
    assert Settings().dream.layers is not Settings().dream.layers


def test_unknown_names_are_refused_by_the_sections_themselves() -> None:
    with pytest.raises(ValidationError, match="octave"):
        DreamSettings(octave=3)  # type: ignore[call-arg]
