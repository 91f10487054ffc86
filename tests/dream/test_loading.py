import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from livedream.dream.catalog import NetworkInfo, network_info
from livedream.dream.googlenet import googlenet, random_weights
from livedream.dream.loading import load_network
from livedream.errors import InputError


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    info = replace(network_info("embedded"), file=tmp_path / "gone.safetensors")
    with pytest.raises(InputError, match=r"gone\.safetensors is missing; install livedream again"):
        load_network(info)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_file_cut_off_anywhere_is_told(tmp_path: Path, share: float) -> None:
    info = network_info("embedded")
    content = info.file.read_bytes()
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"cut\.safetensors is damaged"):
        load_network(replace(info, file=cut))


def test_another_network_s_file_is_told(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"features.0.weight": torch.zeros(2)}, foreign)
    with pytest.raises(InputError, match=r"not the network embedded: it lacks 'stem\.weight'"):
        load_network(replace(network_info("embedded"), file=foreign))


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    return random_weights(0)


@pytest.fixture
def saved(tmp_path: Path, weights: dict[str, torch.Tensor]) -> NetworkInfo:
    """GoogLeNet as torch saves it, with a counter that is no part of the network."""
    info = replace(network_info("googlenet"), file=tmp_path / "googlenet.pth")
    torch.save(weights | {"conv1.bn.num_batches_tracked": torch.tensor(7)}, info.file)
    return info


def test_googlenet_is_loaded_from_the_file_that_torchvision_publishes(
    saved: NetworkInfo, weights: dict[str, torch.Tensor]
) -> None:
    image = torch.rand(1, 3, 40, 48, generator=torch.Generator().manual_seed(1))
    loaded, made = load_network(saved)["conv1"](image), googlenet(saved, weights)["conv1"](image)
    torch.testing.assert_close(loaded, made)


def test_a_network_that_is_not_here_is_told_with_its_address_and_its_place(tmp_path: Path) -> None:
    info = replace(network_info("googlenet"), file=tmp_path / "googlenet-1378be20.pth")
    with pytest.raises(InputError) as told:
        load_network(info)
    assert str(told.value) == (
        f"the network file {info.file} is missing; "
        "get https://download.pytorch.org/models/googlenet-1378be20.pth and put it there"
    )


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_pickled_file_cut_off_anywhere_is_told(saved: NetworkInfo, share: float) -> None:
    content = saved.file.read_bytes()
    saved.file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"googlenet\.pth is damaged .*; get https://"):
        load_network(saved)


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self._mark}",)


@pytest.mark.parametrize("content", ["code", [1, 2, 3], {"conv1.conv.weight": "words"}, torch.zeros(2, 3)])
def test_what_is_no_weights_by_name_is_told_and_no_code_is_run(
    saved: NetworkInfo, tmp_path: Path, content: object
) -> None:
    mark = tmp_path / "mark"
    torch.save(Evil(mark) if content == "code" else content, saved.file)
    with pytest.raises(InputError, match=r"googlenet\.pth is damaged"):
        load_network(saved)
    assert not mark.exists()
