"""On torch's processor, so no GPU is needed."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedream.composite import grading as in_memory
from livedream.composite import grading_on_device as on_device
from livedream.settings import ColourSettings

shares = st.floats(0, 1, width=32)
every_colour = st.builds(
    ColourSettings,
    keep=shares,
    saturation=st.floats(0, 2),
    contrast=shares,
    balance=shares,
    target=st.one_of(st.just(()), st.tuples(shares, shares, shares)),
    target_weight=shares,
)


def up(array: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))[None]


def down(tensor: torch.Tensor) -> NDArray[Any]:
    return tensor[0].permute(1, 2, 0).numpy()


@given(every_colour, st.tuples(st.integers(1, 40), st.integers(1, 40)), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_a_device_does_as_memory_does(colour: ColourSettings, size_hw: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.random((*size_hw, 3), np.float32)
    residual = np.asarray(rng.standard_normal((*size_hw, 3)) * 0.1, np.float32)
    expected = in_memory.shift_colour(residual, image, colour)
    np.testing.assert_allclose(
        down(on_device.shift_colour(up(residual), up(image), colour)), expected, atol=1e-5
    )
    np.testing.assert_allclose(
        down(on_device.grade(up(residual), colour)), in_memory.grade(residual, colour), atol=1e-4
    )


def test_as_it_comes_nothing_is_done_to_a_dream() -> None:
    residual = torch.ones(1, 3, 8, 8)
    assert on_device.shift_colour(residual, residual, ColourSettings()) is residual
    assert on_device.grade(residual, ColourSettings()) is residual


def test_what_is_given_is_not_written_to() -> None:
    residual, colour = torch.rand(1, 3, 8, 8), ColourSettings(saturation=2, contrast=1, balance=1)
    before = residual.clone()
    on_device.shift_colour(residual, residual, colour).zero_()
    on_device.grade(residual, colour).zero_()
    assert (residual == before).all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_cuda_nothing_waits() -> None:
    residual = torch.rand(1, 3, 64, 64, device="cuda")
    colour = ColourSettings(saturation=2, contrast=1, balance=1, target=(1, 0, 0))
    on_device.grade(on_device.shift_colour(residual, residual, colour), colour)
    torch.cuda.set_sync_debug_mode("error")
    try:
        on_device.grade(on_device.shift_colour(residual, residual, colour), colour)
    finally:
        torch.cuda.set_sync_debug_mode("default")
