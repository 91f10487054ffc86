import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "livedream.training", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


@pytest.fixture
def given(teacher_file: Path, photos_file: Path, tmp_path: Path) -> list[str | Path]:
    out = tmp_path / "network.safetensors"
    return ["--teacher", teacher_file, "--photos", photos_file, "--out", out]


@pytest.mark.timeout(200)
def test_it_trains_a_network_and_goes_on_from_a_checkpoint(given: list[str | Path], tmp_path: Path) -> None:
    # Small pools would need an option of their own; two steps of the real recipe will do.
    short = [*given, "--steps", "2", "--seeing-steps", "2"]
    ran = run(*short)
    assert ran.returncode == 0, ran.stderr
    assert load_file(tmp_path / "network.safetensors")["stem.weight"].dtype == torch.float16
    (line,) = (tmp_path / "network.safetensors.log.jsonl").read_text().splitlines()
    assert json.loads(line)["step"] == 2
    assert (tmp_path / "network.safetensors.checkpoint").exists()
    ran = run(*given, "--steps", "3", "--seeing-steps", "2")
    assert ran.returncode == 2
    assert "checkpoint was made by another recipe" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"--teacher": "gone.npz"}, "gone.npz is missing"),
        ({"--photos": "gone.tar"}, "gone.tar are missing"),
        ({"--device": "toaster"}, "'toaster' cannot be used"),
        ({"--steps": "0"}, "greater than or equal to 1"),
        ({"--out": "no/such/folder/x.safetensors"}, "no/such/folder"),
    ],
)
def test_wrong_arguments_are_told_in_a_sentence(
    given: list[str | Path], change: dict[str, str], told: str
) -> None:
    ran = run(*given, *(word for pair in change.items() for word in pair))
    assert ran.returncode == 2
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
