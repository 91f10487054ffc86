"""`livedream networks`, its folder a folder of the test's own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from livedream.cli.networks import app
from livedream.dream import catalog
from livedream.dream.build import random_weights
from livedream.dream.catalog import network_info, network_names
from livedream.errors import InputError

Run = Callable[..., Result]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(catalog, "networks_folder", lambda: tmp_path / "networks")
    return tmp_path / "networks"


@pytest.fixture
def networks(here: Path) -> Run:
    def run(*arguments: str) -> Result:
        return CliRunner(env={"COLUMNS": "120"}).invoke(app, arguments, catch_exceptions=True)

    return run


def row(result: Result, name: str) -> list[str]:
    assert result.exit_code == 0, result.output
    (line,) = (line for line in result.output.splitlines() if line.split()[:1] == [name])
    return line.split()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    torch.save(random_weights(network_info("squeezenet1_1"), 0), tmp_path / "mine.pth")
    return tmp_path / "mine.pth"


def test_the_list_is_the_same_without_a_command(networks: Run) -> None:
    assert networks().output == networks("list").output
    for name in network_names():
        assert row(networks("list"), name)[-1] == network_info(name).default_layer


def test_it_says_whether_weights_are_here(networks: Run, here: Path, mine: Path) -> None:
    assert row(networks("list"), "embedded")[1:] == ["installed", "2", "16", "eyes"]
    assert row(networks("list"), "squeezenet1_1")[1:] == ["not", "installed", "5", "14", "fire8"]
    here.mkdir()
    (here / "resnet50-0676ba61.pth").write_bytes(bytes(1_500_000))
    assert row(networks("list"), "resnet50")[1:] == ["installed", "2", "19", "layer3.4"]
    assert networks("get", "squeezenet1_1", "--file", str(mine)).exit_code == 0
    assert row(networks("list"), "squeezenet1_1")[1:4] == ["your", "own", "5"]


@pytest.mark.parametrize("name", network_names())
def test_a_network_is_shown_whole(networks: Run, name: str) -> None:
    info, result = network_info(name), networks("show", name)
    for layer, channels in info.layers.items():
        assert row(result, layer)[1] == str(channels)
    told = "".join(result.output.split())
    for fact in (*info.moods, *info.aliases, info.address, info.licence, str(info.file)):
        assert "".join(fact.split()) in told


def test_it_says_how_to_name_what_goes_into_a_layer_and_how_classes_are_named(networks: Run) -> None:
    shown = networks("show", "googlenet_cars").output
    assert "before_inception_4c/output is inception_4b/output" in shown
    assert "classes: 431, by number" in shown
    assert "before_eyes is block.7" in networks("show", "embedded").output
    assert "classes" not in networks("show", "embedded").output


def test_an_unknown_network_is_told(networks: Run) -> None:
    for command in ("show", "get"):
        fault = networks(command, "vgg").exception
        assert isinstance(fault, InputError)
        assert "vgg16" in str(fault)


def test_what_is_here_is_not_downloaded_again(networks: Run, here: Path) -> None:
    here.mkdir()
    file = here / "resnet50-0676ba61.pth"
    file.touch()
    assert (
        networks("get", "resnet50").output.strip() == f"resnet50: the weights are already installed: {file}"
    )
    assert "already installed" in networks("get", "embedded").output


def test_one_s_own_file_is_installed_once_it_fits(networks: Run, here: Path, mine: Path) -> None:
    result = networks("get", "squeezenet1_1", "--file", str(mine))
    place = here / "squeezenet1_1.safetensors"
    assert result.output.strip() == f"squeezenet1_1: {mine} is valid and was copied to {place}"
    fault = networks("get", "resnet50", "--file", str(mine)).exception
    assert isinstance(fault, InputError)
    assert str(fault).startswith(f"{mine} is not the network resnet50: conv1.weight is missing")
    assert [file.name for file in here.iterdir()] == [place.name]


def test_what_cannot_be_downloaded_is_told_with_its_place(
    networks: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "http://127.0.0.1:9/resnet50-0676ba61.pth"  # nobody listens there
    info = replace(network_info("resnet50"), address=address)
    monkeypatch.setattr(catalog, "network_info", lambda name: info)
    fault = networks("get", "resnet50").exception
    assert isinstance(fault, InputError)
    assert address in str(fault)
    assert str(here / "resnet50-0676ba61.pth") in str(fault)
    assert list(here.iterdir()) == []


def test_listing_and_showing_load_no_torch() -> None:
    program = (
        "import sys; from livedream.cli.networks import list_networks, show_network; list_networks();"
        "show_network('vgg16'); assert not {'torch', 'pooch', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_it_is_a_command_of_livedream(livedream: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = livedream("networks", "show", "squeezenet1_2")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "livedream: there is no network 'squeezenet1_2'; choose one of: squeezenet1_1"
    )
    assert "squeezenet1_1" in livedream("networks").stdout
