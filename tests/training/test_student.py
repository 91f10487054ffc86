import os
import stat
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from livedream.dream.catalog import EMBEDDED_HEADS, network_info
from livedream.dream.network import embedded_network
from livedream.training.student import (
    BLOCK_CHANNELS,
    HEAD_CHANNELS,
    STEM_CHANNELS,
    balance,
    new_student,
    save,
    weights_of,
)


def test_it_has_the_shape_of_the_shipped_network() -> None:
    shipped = {name: tensor.shape for name, tensor in load_file(network_info("embedded").file).items()}
    assert {name: weight.shape for name, weight in weights_of(new_student(0)).items()} == shipped
    assert dict(new_student(0).info.layers) == dict(network_info("embedded").layers)


def test_it_can_learn_and_the_same_seed_gives_the_same_one() -> None:
    assert all(weight.requires_grad for weight in new_student(0).parameters())
    first, again, other = (weights_of(new_student(seed)) for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["stem.weight"], other["stem.weight"])


def test_its_weights_are_named_as_the_network_that_reads_them_names_them() -> None:
    student = new_student(3)
    again = embedded_network(student.info, {k: w.clone() for k, w in weights_of(student).items()})
    image = torch.rand(1, 3, 40, 40)
    for name in student.names:
        image = student[name](image)
    x = torch.rand(1, STEM_CHANNELS, 9, 9)
    torch.testing.assert_close(again["block.0"](x), student["block.0"](x))
    wide = torch.rand(1, BLOCK_CHANNELS[-1], 5, 5)
    torch.testing.assert_close(again.head("head.11")(wide), student.head("head.11")(wide))


def test_a_saved_student_is_read_back_in_half_precision_and_by_everyone(tmp_path: Path) -> None:
    student, file = new_student(0), tmp_path / "student.safetensors"
    mask = os.umask(0o022)
    try:
        save(weights_of(student), file)
    finally:
        os.umask(mask)
    read = load_file(file)
    assert {tensor.dtype for tensor in read.values()} == {torch.float16}
    for name, weight in weights_of(student).items():
        torch.testing.assert_close(read[name].float(), weight, atol=1e-3, rtol=1e-3)
    assert [path.name for path in tmp_path.iterdir()] == ["student.safetensors"]
    assert stat.S_IMODE(file.stat().st_mode) & 0o044
    assert file.stat().st_size < 6e6


def test_balanced_weights_give_channels_of_an_even_spread_and_heads_like_the_teacher() -> None:
    student, random = new_student(0), torch.Generator().manual_seed(0)
    images = torch.rand(8, 3, 64, 64, generator=random)
    sizes = {"head.4": 8, "head.6": 4, "head.8": 4, "head.11": 4}
    wanted = {
        head: 2 + 3 * torch.randn(8, HEAD_CHANNELS[head], size, size, generator=random)
        for head, size in sizes.items()
    }
    balance(student, images, wanted)
    x = images * 2 - 1
    for name in student.names:
        x = student[name](x)
        assert 0.3 < x.std().item() < 3, name
        for head in (head for head, below in EMBEDDED_HEADS.items() if below == name):
            before_relu = student.head(head).layers[0](x)
            assert before_relu.mean().item() == pytest.approx(2, abs=0.3)
            assert before_relu.std((0, 2, 3)).mean().item() == pytest.approx(3, abs=0.3)
