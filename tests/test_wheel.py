"""The wheel: what is in it, and that it works from anywhere without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from livedream import __version__

CHECKOUT = Path(__file__).resolve().parents[1]
SUFFIXES = {".py", ".typed", ".toml", ".safetensors", ".md", ".svg", ".png", ".ico", ".txt"}

LOAD_ALL = """
from pathlib import Path
import livedream
from livedream.dream.catalog import network_info
from livedream.presets import load, shipped
print(Path(livedream.__file__).parent)
print(network_info("embedded").file)
print(*[load(name).name for name in shipped()])
"""


def _run(*arguments: str, cwd: Path, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CHECKOUT), cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    _run(
        *("-m", "pip", "install", "--no-deps", "--no-index", "--no-compile", "--quiet"),
        *("--target", str(folder), str(wheel)),
        cwd=folder,
    )
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder from which no checkout can be seen."""
    return tmp_path


def _files(folder: str, inside: str) -> set[str]:
    """Name the checkout's files below a folder as the wheel names them."""
    found = (path.relative_to(CHECKOUT / folder) for path in (CHECKOUT / folder).rglob("*") if path.is_file())
    return {str(PurePosixPath(inside, *path.parts)) for path in found if "__pycache__" not in path.parts}


def test_presets_and_networks_lie_inside_the_package(members: set[str]) -> None:
    shipped = _files("configs", "livedream/configs") | _files("assets", "livedream/assets")
    assert "livedream/configs/eyes.toml" in shipped
    assert any(name.endswith(".safetensors") for name in shipped)
    assert shipped <= members


def test_the_package_is_whole_and_nothing_else_is_in_it(members: set[str]) -> None:
    package = {name for name in members if name.startswith("livedream/")}
    expected = [_files("livedream", "livedream"), _files("configs", "livedream/configs")]
    assert package == set.union(*expected, _files("assets", "livedream/assets"))
    assert {PurePosixPath(name).suffix for name in package} <= SUFFIXES
    assert "livedream/py.typed" in package


def test_beside_the_package_there_is_only_what_is_known_of_it(members: set[str]) -> None:
    about = f"livedream-{__version__}.dist-info"
    assert {name for name in members if not name.startswith("livedream/")} == {
        f"{about}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }


def test_the_command_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entry_points = archive.read(f"livedream-{__version__}.dist-info/entry_points.txt").decode()
    assert "livedream = livedream.cli:main" in entry_points


def test_it_finds_what_it_ships_from_anywhere(installed: Path, elsewhere: Path) -> None:
    package, network, presets = _run("-c", LOAD_ALL, cwd=elsewhere, PYTHONPATH=str(installed)).splitlines()
    assert Path(package) == installed / "livedream"
    assert Path(network).is_relative_to(installed)
    assert presets.split() == sorted(path.stem for path in (CHECKOUT / "configs").glob("*.toml"))


def test_its_commands_run_from_anywhere(installed: Path, elsewhere: Path) -> None:
    listed = _run("-m", "livedream", "presets", cwd=elsewhere, PYTHONPATH=str(installed))
    assert "eyes" in listed
    assert "live" in _run("-m", "livedream", "--help", cwd=elsewhere, PYTHONPATH=str(installed))
