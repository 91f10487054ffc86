import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import livedream
from livedream.resources import folder

PACKAGE = Path(livedream.__file__).resolve().parent


def test_the_shipped_folders_are_there() -> None:
    assert list(folder("configs").glob("*.toml"))
    assert list(folder("assets").glob("*.safetensors"))


@pytest.mark.parametrize("inside", [True, False])
def test_an_installed_package_has_them_inside_and_a_checkout_beside(tmp_path: Path, inside: bool) -> None:
    package = tmp_path / "livedream"
    package.mkdir()
    for name in ("__init__.py", "resources.py", "version.py"):
        shutil.copy(PACKAGE / name, package / name)
    (tmp_path / "configs").mkdir()
    if inside:
        (package / "configs").mkdir()
    code = "import sys; from livedream.resources import folder; sys.stdout.write(str(folder('configs')))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert Path(ran.stdout) == ((package if inside else tmp_path) / "configs").resolve()
