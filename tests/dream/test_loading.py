import os
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor

from livedream.dream.build import build_network, random_weights
from livedream.dream.catalog import NetworkInfo, network_info
from livedream.dream.loading import load_network, read_fitting
from livedream.dream.pooling import AveragePool, MaxPool
from livedream.errors import InputError

SAVERS: dict[str, Callable[[Mapping[str, Tensor], Path], object]] = {
    ".pth": lambda weights, file: torch.save(dict(weights), file),
    ".pt": lambda weights, file: torch.save(dict(weights), file, _use_new_zipfile_serialization=False),
    ".safetensors": lambda weights, file: save_file(dict(weights), file),
    ".npz": lambda weights, file: np.savez(
        file, **{name: tensor.numpy() for name, tensor in weights.items()}
    ),
}
"""The formats that weights come in: torch's new one and its old one, safetensors, numpy's."""

NAMES = ("squeezenet1_1", "mobilenet_v1")


@cache
def weights(name: str) -> dict[str, Tensor]:
    return random_weights(network_info(name), 0)


@cache
def content(name: str, suffix: str, folder: Path) -> bytes:
    file = folder / f"saved{suffix}"
    SAVERS[suffix](weights(name), file)
    return file.read_bytes()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weights")


def put(name: str, file: Path, written: bytes) -> NetworkInfo:
    file.write_bytes(written)
    return replace(network_info(name), file=file)


def refused(info: NetworkInfo, words: str) -> None:
    with pytest.raises(InputError, match=words) as told:
        load_network(info)
    assert str(info.file) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    info = replace(network_info("embedded"), file=tmp_path / "gone.safetensors")
    with pytest.raises(InputError, match=r"gone\.safetensors is missing; install livedream again"):
        load_network(info)


def test_a_network_that_is_not_here_is_told_with_its_address_and_its_place(tmp_path: Path) -> None:
    info = replace(network_info("googlenet"), file=tmp_path / "googlenet-1378be20.pth")
    with pytest.raises(InputError) as told:
        load_network(info)
    assert str(told.value) == (
        f"the network file {info.file} is missing; run livedream networks get googlenet, "
        "or download https://download.pytorch.org/models/googlenet-1378be20.pth and save it there"
    )


@pytest.mark.parametrize("suffix", SAVERS)
@pytest.mark.parametrize("name", NAMES)
def test_weights_are_read_from_every_format(name: str, suffix: str, folder: Path, tmp_path: Path) -> None:
    info = put(name, tmp_path / f"weights{suffix}", content(name, suffix, folder))
    x = torch.rand(1, 3, 40, 48, generator=torch.Generator().manual_seed(1))
    loaded, made = load_network(info), build_network(info, weights(name))
    assert torch.equal(loaded["conv1"](x), made["conv1"](x))


def test_keras_names_and_layouts_are_understood(tmp_path: Path) -> None:
    info = replace(network_info("mobilenet_v1"), file=tmp_path / "keras.npz")
    parts = {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
    arrays = {}
    for name, tensor in weights("mobilenet_v1").items():
        layer, _, part = name.rpartition(".")
        if tensor.ndim == 1:
            arrays[f"{layer}.{parts[part]}"] = tensor.numpy()
        elif layer.startswith("conv_dw"):
            arrays[f"{layer}.depthwise_kernel"] = tensor.permute(2, 3, 0, 1).numpy()
        else:
            arrays[f"{layer}.kernel"] = tensor.permute(2, 3, 1, 0).numpy()
    np.savez(info.file, **arrays)
    read = read_fitting(info, info.file)
    assert all(torch.equal(read[name], tensor) for name, tensor in weights("mobilenet_v1").items())


def test_the_pools_are_those_asked_for(folder: Path, tmp_path: Path) -> None:
    info = put("squeezenet1_1", tmp_path / "w.pth", content("squeezenet1_1", ".pth", folder))
    kinds = {
        pooling: {type(module) for module in load_network(info, pooling).modules()}
        for pooling in ("max", "average")
    }
    assert MaxPool in kinds["max"]
    assert AveragePool not in kinds["max"]
    assert AveragePool in kinds["average"]
    assert MaxPool not in kinds["average"]


@pytest.mark.parametrize("suffix", SAVERS)
@settings(max_examples=6, deadline=None)
@given(share=st.floats(0.0, 0.999), name=st.sampled_from(NAMES))
def test_a_file_cut_off_anywhere_is_told(folder: Path, suffix: str, share: float, name: str) -> None:
    whole = content(name, suffix, folder)
    info = put(name, folder / f"cut{suffix}", whole[: int(len(whole) * share)])
    refused(info, rf"cut{suffix} is damaged .*; ")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_so_is_the_embedded_network_s(tmp_path: Path, share: float) -> None:
    whole = network_info("embedded").file.read_bytes()
    info = put("embedded", tmp_path / "cut.safetensors", whole[: int(len(whole) * share)])
    refused(info, r"cut\.safetensors is damaged")


@pytest.mark.parametrize("suffix", SAVERS)
@settings(max_examples=15, deadline=None)
@given(written=st.binary(max_size=200))
def test_anything_at_all_is_told(folder: Path, suffix: str, written: bytes) -> None:
    refused(put("squeezenet1_1", folder / f"any{suffix}", written), rf"any{suffix} is damaged .*; ")


@pytest.mark.parametrize("written", [b"Jr", b"e", b"hc", b"\x8fMD\xa3bs1sR", b"U\x89\x89"])
def test_so_is_a_pickle_whatever_its_reader_raises(tmp_path: Path, written: bytes) -> None:
    refused(put("squeezenet1_1", tmp_path / "any.pt", written), r"any\.pt is damaged .*; ")


def test_another_kind_of_file_is_told(tmp_path: Path) -> None:
    info = put("squeezenet1_1", tmp_path / "weights.caffemodel", b"caffe")
    refused(
        info, r"weights\.caffemodel must end in \.safetensors, \.npz, \.pth, \.pt; run livedream networks get"
    )


@pytest.mark.parametrize("suffix", SAVERS)
@pytest.mark.parametrize(("name", "other"), [NAMES, NAMES[::-1]])
def test_another_network_s_weights_are_told(
    folder: Path, tmp_path: Path, name: str, other: str, suffix: str
) -> None:
    info = put(name, tmp_path / f"foreign{suffix}", content(other, suffix, folder))
    refused(info, f"foreign{suffix} is not the network {name}: .* is missing, .* and [0-9]+ more$")


def test_the_embedded_network_names_what_is_missing(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"features.0.weight": torch.zeros(2)}, foreign)
    with pytest.raises(InputError, match=r"not the network embedded: it lacks 'stem\.weight'"):
        load_network(replace(network_info("embedded"), file=foreign))


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self._mark}",)


def by_torch(file: Path, evil: Evil) -> None:
    torch.save(evil, file)


def by_torch_in_the_old_format(file: Path, evil: Evil) -> None:
    torch.save({"features.0.weight": evil}, file, _use_new_zipfile_serialization=False)


def by_pickle(file: Path, evil: Evil) -> None:
    file.write_bytes(pickle.dumps(evil))


def by_numpy(file: Path, evil: Evil) -> None:
    with file.open("wb") as stream:
        np.savez(stream, **{"features.0.weight": np.array([evil], dtype=object)})


@pytest.mark.parametrize("suffix", SAVERS)
@pytest.mark.parametrize("save", [by_torch, by_torch_in_the_old_format, by_pickle, by_numpy])
@pytest.mark.parametrize("name", ["embedded", *NAMES])
def test_code_in_a_file_is_not_run(
    name: str, save: Callable[[Path, Evil], None], suffix: str, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    info = replace(network_info(name), file=tmp_path / f"evil{suffix}")
    save(info.file, Evil(mark))
    refused(info, f"evil{suffix} is damaged")
    assert not mark.exists()


@pytest.mark.parametrize("held", [[1, 2, 3], {"conv1.conv.weight": "words"}, torch.zeros(2, 3), {}, None])
def test_what_is_no_weights_by_name_is_told(tmp_path: Path, held: object) -> None:
    info = replace(network_info("squeezenet1_1"), file=tmp_path / "odd.pth")
    torch.save(held, info.file)
    refused(info, r"odd\.pth is damaged")


def test_weights_to_install_are_only_those_that_are_needed(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    save_file(weights("squeezenet1_1") | {"more": torch.zeros(3)}, file)
    info = network_info("squeezenet1_1")
    assert set(read_fitting(info, file)) == set(info.plan.tensors())


@pytest.mark.parametrize("gone", [True, False])
def test_weights_to_install_are_told_by_their_own_name(tmp_path: Path, gone: bool) -> None:
    file, info = tmp_path / "mine.safetensors", network_info("squeezenet1_1")
    if not gone:
        save_file({"other": torch.zeros(2)}, file)
    with pytest.raises(InputError, match=r"does not exist|is missing") as told:
        read_fitting(info, file)
    assert str(file) in str(told.value)
    assert str(info.file) not in str(told.value)
