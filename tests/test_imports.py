"""The package's structure: what imports what, and what is loaded when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
LIBRARIES = {"torch", "cv2", "av", "numpy", "PIL", "PyQt6", "openvino", "pyvirtualcam", "sounddevice"}
HEAVY = LIBRARIES | {"livedream.settings"}
"""What takes more than a few milliseconds to load; settings take a tenth of a second."""

IMPORT_EACH = """
import importlib, json, pkgutil, traceback
import livedream
names = [module.name for module in pkgutil.walk_packages(livedream.__path__, "livedream.")]
failed = {}
for name in names:
    try:
        importlib.import_module(name)
    except Exception:
        failed[name] = traceback.format_exc()
print(json.dumps([names, failed]))
"""


def _run(*arguments: str) -> str:
    """Run Python on the checkout's package; give what it printed."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _loaded_by(program: str) -> set[str]:
    """Name the heavy libraries that a program loads."""
    answer = _run("-c", f"{program}\nimport json, sys\nprint(json.dumps(list(sys.modules)))")
    return HEAVY & set(json.loads(answer.splitlines()[-1]))


def test_imports_point_down() -> None:
    """Nor do they go round in circles, so that each module can be the first that is imported."""
    _run("-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache", "--no-logo")


def test_each_module_imports() -> None:
    names, failed = json.loads(_run("-W", "error", "-c", IMPORT_EACH))
    assert len(names) > 40
    assert not failed, "\n".join(failed.values())


@pytest.mark.parametrize("module", ["livedream", "livedream.cli", "livedream.cli.app"])
def test_the_command_line_starts_without_heavy_libraries(module: str) -> None:
    assert _loaded_by(f"import {module}") == set()


@pytest.mark.parametrize(
    ("command", "needed"),
    [("--help", set()), ("--version", set()), ("live --help", set()), ("presets", {"livedream.settings"})],
)
def test_what_needs_no_heavy_library_loads_none(command: str, needed: set[str]) -> None:
    program = (
        f"import sys; sys.argv = ['livedream', *{command.split()!r}]\n"
        "from livedream.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert _loaded_by(program) == needed


def test_the_doctor_loads_what_it_looks_at_one_by_one() -> None:
    assert _loaded_by("import livedream.cli.doctor") <= {"livedream.settings"}


@pytest.mark.parametrize(("command", "records"), [("live_command", False), ("demo", True)])
def test_a_show_loads_no_library_that_it_may_do_without(command: str, records: bool) -> None:
    used = {"numpy", "cv2", "livedream.settings"} | ({"av"} if records else set())
    assert _loaded_by(f"import livedream.cli.{command}") == used


def test_the_first_engine_is_begun_before_pictures_can_be_read() -> None:
    program = (
        "from livedream.cli.engine_ahead import engine_ahead\n"
        "from livedream.cli.show_options import Options\n"
        "from livedream.engines.builder import EngineBuilder\n"
        "begun = []\n"
        "EngineBuilder.begin = lambda self, program: begun.append(program)\n"
        "with engine_ahead(Options(None, 'eyes', engine='openvino')):\n"
        "    assert begun\n"
    )
    assert _loaded_by(program) <= {"numpy", "livedream.settings"}


def test_heavy_libraries_are_noticed() -> None:
    assert _loaded_by("import cv2") == {"cv2", "numpy"}
