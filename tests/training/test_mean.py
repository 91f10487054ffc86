from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from livedream.errors import InputError
from livedream.training.mean import mean
from livedream.training.student import new_student, save, weights_of


def test_every_weight_is_the_mean(tmp_path: Path) -> None:
    files = [tmp_path / f"{seed}.safetensors" for seed in range(3)]
    for seed, file in enumerate(files):
        save(weights_of(new_student(seed)), file)
    mean(files, tmp_path / "mean.safetensors")
    *each, found = (load_file(file) for file in [*files, tmp_path / "mean.safetensors"])
    assert found.keys() == each[0].keys()
    for name, weight in found.items():
        expected = torch.stack([one[name].float() for one in each]).mean(0)
        torch.testing.assert_close(weight.float(), expected, atol=1e-3, rtol=2e-3)


def test_of_one_network_it_is_that_network(tmp_path: Path) -> None:
    save(weights_of(new_student(1)), tmp_path / "one.safetensors")
    mean([tmp_path / "one.safetensors"], tmp_path / "mean.safetensors")
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "mean.safetensors").read_bytes()


def test_a_network_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "one.safetensors"
    save(weights_of(new_student(1)), file)
    with pytest.raises(InputError, match=r"one\.safetensors is one of the networks"):
        mean([file], file)


def test_what_is_no_network_is_told(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("no network")
    with pytest.raises(InputError, match=r"text\.safetensors is not an embedded network"):
        mean([tmp_path / "text.safetensors"], tmp_path / "mean.safetensors")
    assert not (tmp_path / "mean.safetensors").exists()
