import pytest
import torch

from livedream.dream.entry import Affine


def test_without_channels_of_its_own_it_is_alike_for_all() -> None:
    x = torch.tensor([0.0, 0.25, 1.0]).reshape(1, 3, 1, 1)
    entry = Affine(2.0, -1.0)
    y, saved = entry.push(x)
    assert y.flatten().tolist() == [-1.0, -0.5, 1.0]
    assert entry.pull(saved, torch.ones_like(x)).flatten().tolist() == [2.0, 2.0, 2.0]


def test_each_channel_may_have_its_own() -> None:
    entry = Affine((255.0, 1.0, 2.0), (-100.0, 0.0, 3.0))
    y, saved = entry.push(torch.ones(1, 3, 1, 1))
    assert y.flatten().tolist() == [155.0, 1.0, 5.0]
    assert entry.pull(saved, torch.ones(1, 3, 1, 1)).flatten().tolist() == [255.0, 1.0, 2.0]


def test_it_keeps_the_number_format_of_the_network() -> None:
    x = torch.rand(1, 3, 2, 2)
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        assert Affine(2.0, -1.0).to(dtype).push(x.to(dtype))[0].dtype == dtype
    exact = Affine(1 / 0.229, -0.485 / 0.229, torch.float64)
    assert float(exact(torch.tensor([[[[0.485]]]], dtype=torch.float64))) == pytest.approx(0.0, abs=1e-15)
