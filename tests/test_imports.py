"""The package's structure: what imports what, and what is loaded when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
HEAVY = {"torch", "cv2", "av", "numpy", "PyQt6", "openvino", "pyvirtualcam"}

IMPORT_EACH_ALONE = """
import importlib, json, pkgutil, sys, traceback
import livedream
names = [module.name for module in pkgutil.walk_packages(livedream.__path__, "livedream.")]
failed = {}
for name in names:
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "livedream"]:
        del sys.modules[loaded]
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
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _loaded_by(program: str) -> set[str]:
    """Name the heavy libraries that a program loads."""
    answer = _run("-c", f"{program}\nimport json, sys\nprint(json.dumps(list(sys.modules)))")
    return HEAVY & set(json.loads(answer.splitlines()[-1]))


def test_imports_point_down() -> None:
    _run("-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache", "--no-logo")


def test_each_module_imports_alone() -> None:
    names, failed = json.loads(_run("-W", "error", "-c", IMPORT_EACH_ALONE))
    assert len(names) > 40
    assert not failed, "\n".join(failed.values())


@pytest.mark.parametrize(
    "module", ["livedream", "livedream.cli", "livedream.cli.app", "livedream.cli.doctor"]
)
def test_the_command_line_starts_without_heavy_libraries(module: str) -> None:
    assert _loaded_by(f"import {module}") == set()


@pytest.mark.parametrize("command", ["--help", "--version", "live --help", "presets"])
def test_what_needs_no_heavy_library_loads_none(command: str) -> None:
    program = (
        f"import sys; sys.argv = ['livedream', *{command.split()!r}]\n"
        "from livedream.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert _loaded_by(program) == set()


def test_heavy_libraries_are_noticed() -> None:
    assert _loaded_by("import cv2") == {"cv2", "numpy"}
