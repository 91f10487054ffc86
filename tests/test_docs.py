"""The documents say what the program says."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from livedream.dream.spec import kernel_spec, working_size_hw
from livedream.engines.kinds import ENGINES
from livedream.presets import load, shipped
from livedream.settings import describe, markdown
from livedream.sinks.remedy import remedy

CHECKOUT = Path(__file__).resolve().parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
VIRTUAL_CAMERA = (CHECKOUT / "docs" / "virtual-camera.md").read_text(encoding="utf-8")

GPUS = (CHECKOUT / "docs" / "gpus.md").read_text(encoding="utf-8")
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
    moods = README.partition("## Moods")[2].partition("##")[0]
    assert f"| `{name}` |" in moods


def test_as_many_engines_as_the_readme_says_serve_all_moods() -> None:
    dreams = [load(name).settings.dream for name in shipped()]
    specs = {kernel_spec(dream, working_size_hw((1280, 720), dream.working_px)) for dream in dreams}
    assert f"({len(dreams)} moods need {len(specs)})" in README


def test_every_setting_is_written_down_as_it_is() -> None:
    written = (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == markdown(), "make it anew: livedream settings --markdown > docs/settings.md"


VOCABULARY = (CHECKOUT / "docs" / "vocabulary.md").read_text(encoding="utf-8")


def test_what_the_vocabulary_names_as_its_tests_are_tests() -> None:
    named = set(re.findall(r"`([\w/]+\.py)::(\w+)`", VOCABULARY))
    assert len(named) > 40
    for file, name in named:
        text = (CHECKOUT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"def {name}\(", text), f"{file}::{name}"


def test_the_words_of_the_vocabulary_are_settings() -> None:
    words = set(re.findall(r"`((?:dream|motion|colour|feedback|look)\.[a-z_0-9]+)", VOCABULARY))
    assert words <= {info.word for info in describe()}
    assert len(words) > 40


def test_auto_goes_through_nvidia_s_engines_as_written() -> None:
    written = re.findall(r"^\d\. `(.+)`$", NVIDIA.partition("## How `auto` chooses")[2], re.MULTILINE)
    assert tuple(written) == tuple(name for name, kind in ENGINES.items() if "cuda" in kind.ranks)


def test_each_engine_has_its_row_among_the_machines_or_nvidia_s() -> None:
    written = set(re.findall(r"`([a-z-]+)`", GPUS)) | set(re.findall(r"^\| `(.+?)` \|", NVIDIA, re.MULTILINE))
    assert set(ENGINES) <= written
    assert "livedream[webgpu]" in GPUS


def test_the_extras_for_nvidia_are_those_of_the_package() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(re.findall(r"livedream\[(\w+)\]", NVIDIA))
    assert extras == {"tensorrt", "rtx"} <= set(project["optional-dependencies"])
    needing = {name for name, kind in ENGINES.items() if kind.packages and "cuda" in kind.ranks}
    assert needing <= set(re.findall(r"^\| `(.+?)` \|", NVIDIA, re.MULTILINE))
    assert next(need for need in project["dependencies"] if need.startswith("torch=")) in NVIDIA


def test_the_picture_of_the_imports_is_of_these_imports() -> None:
    script = CHECKOUT / "scripts" / "draw_imports.py"
    drawn = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    written = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{drawn}```" in written, "draw it anew: python scripts/draw_imports.py"


def test_the_performance_is_that_of_the_stored_figures() -> None:
    script = CHECKOUT / "benchmarks" / "performance_document.py"
    made = subprocess.run([sys.executable, str(script)], capture_output=True, check=True).stdout.decode()
    written = (CHECKOUT / "docs" / "performance.md").read_text(encoding="utf-8")
    command = "python benchmarks/performance_document.py > docs/performance.md"
    assert written.splitlines() == made.splitlines(), f"make it anew: {command}"


def test_the_readme_has_the_frame_rates_of_the_performance() -> None:
    texts = [(CHECKOUT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/performance.md")]
    shows = [re.findall(r"^\| (\d+, (?:as fast|paced).*) \|$", text, re.MULTILINE) for text in texts]
    columns = [[row.split(" | ")[:5] for row in rows] for rows in shows]
    assert columns[0] == columns[1] != [], "copy the first five columns of the whole show to README.md"


def test_the_performance_names_programs_that_are_there_and_nobody_s_folders() -> None:
    written = (CHECKOUT / "docs" / "performance.md").read_text(encoding="utf-8")
    programs = set(re.findall(r"^python (\S+\.py)", written, re.MULTILINE))
    assert len(programs) == 3
    assert all((CHECKOUT / program).is_file() for program in programs)
    assert not re.search(r"(/home|/root|/tmp|/work|/opt|[A-Z]:\\)", written)
