import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from livedream.training import __main__ as program
from livedream.training.recipe import Recipe

Call = Callable[..., tuple[int, str, str]]
Train = Callable[..., tuple[int, str]]


@pytest.fixture
def train(call: Call, monkeypatch: pytest.MonkeyPatch) -> Train:
    """Trains with pools that fill within a second; gives the exit code and what was said of errors."""
    monkeypatch.setattr(program, "Recipe", partial(Recipe, pool=16))

    def train(*arguments: str | Path) -> tuple[int, str]:
        code, _, told = call(program.train, *arguments)
        return code, told

    return train


@pytest.fixture
def given(teacher_file: Path, photos_file: Path, tmp_path: Path) -> list[str | Path]:
    out = tmp_path / "network.safetensors"
    return ["--teacher", teacher_file, "--photos", photos_file, "--out", out]


@pytest.mark.slow
def test_it_trains_a_network_and_keeps_a_checkpoint_for_this_recipe_alone(
    train: Train, given: list[str | Path], tmp_path: Path
) -> None:
    short = ["--batch", "2", "--side", "64", "--seeing-steps", "2"]
    assert train(*given, *short, "--steps", "2")[0] == 0
    assert load_file(tmp_path / "network.safetensors")["stem.weight"].dtype == torch.float16
    (line,) = (tmp_path / "network.safetensors.log.jsonl").read_text().splitlines()
    assert json.loads(line)["step"] == 2
    assert (tmp_path / "network.safetensors.checkpoint").exists()
    code, told = train(*given, *short, "--steps", "3")
    assert code == 2
    assert "checkpoint was made by another recipe" in told


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
    train: Train, given: list[str | Path], change: dict[str, str], told: str
) -> None:
    code, said = train(*given, *(word for pair in change.items() for word in pair))
    assert code == 2
    assert told in said


def test_it_is_a_program(given: list[str | Path]) -> None:
    command = [sys.executable, "-m", "livedream.training", *map(str, given), "--device", "toaster"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "'toaster' cannot be used" in ran.stderr
    assert "Traceback" not in ran.stderr
