import errno
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from livedream.training import salient as module
from livedream.training.salient import loudness, salient
from livedream.training.student import new_student, save, weights_of

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def network_file(tmp_path: Path) -> Path:
    file = tmp_path / "network.safetensors"
    save(weights_of(new_student(4)), file)
    return file


def test_the_loudest_channels_are_noted_and_the_weights_stay(
    call: Call, network_file: Path, photos_file: Path
) -> None:
    before = load_file(network_file)
    given = [network_file, "--photos", photos_file, "--head", "head.8", "--share", "0.25", "--count", "3"]
    code, _, told = call(salient, *given)
    assert (code, told) == (0, "")
    after = load_file(network_file)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    with safe_open(network_file, "pt") as opened:
        notes = opened.metadata()
    assert set(notes) == {"salient.head.8"}
    numbers = [int(number) for number in notes["salient.head.8"].split()]
    assert len(numbers) == 128
    assert numbers == sorted(set(numbers))


def test_what_was_noted_before_stays_and_a_head_s_own_note_is_replaced(
    call: Call, network_file: Path, photos_file: Path
) -> None:
    def notes_after(head: str, share: str) -> dict[str, str]:
        given = [network_file, "--photos", photos_file, "--head", head, "--share", share, "--count", "3"]
        assert call(salient, *given)[0] == 0
        with safe_open(network_file, "pt") as opened:
            return dict(opened.metadata())

    first = notes_after("head.8", "0.25")
    both = notes_after("head.11", "0.25")
    assert set(both) == {"salient.head.8", "salient.head.11"}
    assert both["salient.head.8"] == first["salient.head.8"]
    assert len(notes_after("head.8", "0.5")["salient.head.8"].split()) == 256


def test_a_file_that_cannot_take_notes_is_told_and_left(
    call: Call, network_file: Path, photos_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(file: Path) -> list[Path | str]:
        return [file, "--photos", photos_file, "--head", "head.4", "--count", "2"]

    pickled = network_file.with_suffix(".pth")
    torch.save(load_file(network_file), pickled)
    code, _, told = call(salient, *given(pickled))
    assert code == 2
    assert told.startswith(f"the network file {pickled} cannot be read")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "write_whole", full)
    code, _, told = call(salient, *given(network_file))
    assert (code, told) == (
        2,
        f"{network_file} cannot be written (No space left on device); nothing is noted\n",
    )


def test_loudness_is_the_mean_square_over_all_photos_and_places() -> None:
    network = new_student(4).requires_grad_(False)
    images = torch.rand(9, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    trunk = network.entry(images)
    for _, layer in network.down_to("head.4"):
        trunk = layer(trunk)
    expected = network.head("head.4")(trunk).square().mean(dim=(0, 2, 3))
    torch.testing.assert_close(loudness(network, "head.4", images), expected, rtol=1e-4, atol=1e-6)


def test_wrong_arguments_are_told(call: Call, network_file: Path, photos_file: Path) -> None:
    code, _, told = call(salient, network_file, "--photos", photos_file, "--head", "head.9")
    assert code == 2
    assert "head.9: there is no such head; choose of head.4, head.6, head.8, head.11" in told
    code, _, told = call(salient, "gone.safetensors", "--photos", photos_file, "--head", "head.8")
    assert code == 2
    assert "gone.safetensors is missing" in told
