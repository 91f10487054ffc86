"""The documents say what the program says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from livedream.engines.devices import NEEDS, ON_CUDA
from livedream.presets import shipped
from livedream.sinks.remedy import remedy

CHECKOUT = Path(__file__).resolve().parents[1]
VIRTUAL_CAMERA = (CHECKOUT / "docs" / "virtual-camera.md").read_text(encoding="utf-8")

NVIDIA = (CHECKOUT / "docs" / "nvidia.md").read_text(encoding="utf-8")


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


def test_auto_goes_through_nvidia_s_engines_as_written() -> None:
    written = re.findall(r"^\d\. `(.+)`$", NVIDIA.partition("## How `auto` chooses")[2], re.MULTILINE)
    assert tuple(written) == ON_CUDA


def test_the_extras_for_nvidia_are_those_of_the_package() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(re.findall(r"livedream\[(\w+)\]", NVIDIA))
    assert extras == {"tensorrt", "rtx"} <= set(project["optional-dependencies"])
    assert set(NEEDS) - {"openvino"} <= set(re.findall(r"^\| `(.+?)` \|", NVIDIA, re.MULTILINE))
    assert next(need for need in project["dependencies"] if need.startswith("torch=")) in NVIDIA
