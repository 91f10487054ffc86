"""The documents say what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedream.presets import shipped
from livedream.sinks.remedy import remedy

CHECKOUT = Path(__file__).resolve().parents[1]
VIRTUAL_CAMERA = (CHECKOUT / "docs" / "virtual-camera.md").read_text(encoding="utf-8")


def _options(line: str) -> str:
    return line.partition("v4l2loopback ")[2]


def test_the_module_is_loaded_as_the_program_advises() -> None:
    advice = remedy("absent", None, "Linux").splitlines()[-1]
    assert advice in VIRTUAL_CAMERA.splitlines()
    assert f"options v4l2loopback {_options(advice)}" in VIRTUAL_CAMERA


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_what_is_to_be_installed_is_the_same(system: str) -> None:
    command = remedy("absent", None, system).splitlines()[0]
    assert command in VIRTUAL_CAMERA


@pytest.mark.parametrize("name", shipped())
def test_every_preset_is_in_the_readme(name: str) -> None:
    moods = (CHECKOUT / "README.md").read_text(encoding="utf-8").partition("## Moods")[2].partition("##")[0]
    assert f"| `{name}` |" in moods
