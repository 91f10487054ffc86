import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.canvas.transfer import IN_FLIGHT, Download, Upload

CPU = torch.device("cpu")

shapes = st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple)
kinds = st.sampled_from([np.uint8, np.float32, np.int64])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(shapes, kinds), min_size=1, max_size=6))
def test_arrays_of_any_kinds_arrive_as_they_were_sent(
    sent: list[tuple[tuple[int, ...], type[np.generic]]],
) -> None:
    rng = np.random.default_rng(0)
    arrays = [(rng.random(shape) * 200).astype(kind) for shape, kind in sent]
    tensors = Upload(CPU).send(arrays)
    for array, tensor in zip(arrays, tensors, strict=True):
        assert tensor.shape == array.shape
        assert tensor.numpy().dtype == array.dtype
        assert (tensor.numpy() == array).all()


def test_views_of_any_strides_can_be_sent() -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6)[::-1, ::2]
    (tensor,) = Upload(CPU).send([array])
    assert (tensor.numpy() == array).all()


def test_what_is_in_flight_is_not_written_over_and_larger_frames_get_larger_blocks() -> None:
    upload = Upload(CPU)
    sizes = [3, 3, 5000]
    tensors = [upload.send([np.full(size, number, np.uint8)])[0] for number, size in enumerate(sizes)]
    assert len(tensors) == IN_FLIGHT
    for number, tensor in enumerate(tensors):
        assert (tensor == number).all()


@pytest.mark.parametrize("size", [1, 77])
def test_what_is_fetched_is_the_caller_s_to_keep(size: int) -> None:
    block = torch.arange(size).to(torch.uint8)
    fetched = Download(CPU).fetch(block)()
    block += 1
    assert (fetched == np.arange(size)).all()
