from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from livedream.engines.on_device import (
    channels_last,
    full_float32,
    named,
    number_formats,
    run_arrays,
    use_threads,
)


class Holding:
    """An engine that gives the same memory again and again, as one on a GPU does."""

    name, number_format, device = "holding", "float32", torch.device("cpu")

    def __init__(self) -> None:
        self.output = torch.empty(2, 3)

    def call(self, inputs: list[Tensor]) -> Tensor:
        image, step = inputs
        assert image.is_contiguous()
        return self.output.copy_(image * step)


def test_arrays_of_any_strides_go_in_and_what_comes_out_is_the_caller_s_to_keep() -> None:
    engine: Any = Holding()
    image = np.arange(6, dtype=np.float32).reshape(3, 2).T
    image.setflags(write=False)
    first = run_arrays(engine, [image, np.array([2.0], np.float32)])
    second = run_arrays(engine, [image[:, ::-1].copy(), np.array([0.0], np.float32)])
    np.testing.assert_array_equal(first, 2 * image)
    assert (second == 0).all()


def test_what_runs_on_arrays_keeps_no_gradients() -> None:
    class Asking(Holding):
        def call(self, inputs: list[Tensor]) -> Tensor:
            assert torch.is_inference_mode_enabled()
            return inputs[0]

    engine: Any = Asking()
    run_arrays(engine, [np.zeros(3, np.float32)])


def test_half_precision_is_tried_on_a_gpu_alone_and_first() -> None:
    assert number_formats("cuda") == ("float16", "float32")
    assert number_formats("cpu") == ("float32",)


def test_torch_has_the_threads_that_it_was_told_to_have() -> None:
    before = torch.get_num_threads()
    try:
        for count in (before + 1, before + 1, 1):
            use_threads(count)
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.filterwarnings("ignore")
def test_convolutions_round_to_no_fewer_bits_for_so_long_only(before: bool) -> None:
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=before):
        with full_float32():
            assert not torch.backends.cudnn.allow_tf32
        assert torch.backends.cudnn.allow_tf32 == before


class Around(nn.Module):
    """A module that has pictures come into a part of it, with something beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.repeated = Beside()

    def forward(self, x: Tensor) -> Tensor:
        first: Tensor = self.repeated(x, 2.0)
        return first


class Beside(nn.Module):
    """A convolution that notes how pictures lie that come in."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)
        self.came_last: list[bool] = []

    def forward(self, x: Tensor, times: float) -> Tensor:
        self.came_last.append(x.is_contiguous(memory_format=torch.channels_last))
        convolved: Tensor = self.convolution(x) * times
        return convolved


@torch.inference_mode()
def test_channels_lie_last_where_pictures_come_in_and_the_result_is_the_same() -> None:
    module, x = Around(), torch.rand(1, 3, 8, 9)
    expected = module(x)
    laid: Any = channels_last(module, "repeated")
    torch.testing.assert_close(laid(x), expected)
    assert laid.repeated.came_last == [False, True]
    assert laid.repeated.convolution.weight.is_contiguous(memory_format=torch.channels_last)
    assert not x.is_contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def test_without_such_a_part_the_weights_alone_are_laid_so() -> None:
    module, x = nn.Conv2d(3, 4, 3), torch.rand(1, 3, 8, 9)
    expected = module(x)
    laid: Any = channels_last(module, None)
    torch.testing.assert_close(laid(x), expected)
    assert laid.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("device", "number_format", "name"),
    [
        ("cpu", "float32", "captured"),
        ("cuda", "float32", "captured (cuda)"),
        ("cuda:1", "float16", "captured (cuda) float16"),
    ],
)
def test_an_engine_s_name_tells_where_and_in_what_it_computes(
    device: str, number_format: str, name: str
) -> None:
    assert named("captured", torch.device(device), number_format) == name
