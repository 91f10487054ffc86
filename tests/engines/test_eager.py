import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from livedream.dream.program import KernelProgram
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Program
from livedream.engines.on_device import TORCH_THREADS


def test_it_gives_what_the_module_gives(small_program: KernelProgram) -> None:
    inputs = small_program.example()
    with torch.inference_mode():
        expected = small_program.make()(*(torch.from_numpy(array) for array in inputs)).numpy()
    engine = EagerEngine(small_program)
    assert engine.name == "eager"
    result = engine.run(inputs)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_each_output_is_the_caller_s_to_keep(program: Program) -> None:
    engine, (image, step) = EagerEngine(program), program.example()
    first = engine.run([image, step])
    kept = first.copy()
    second = engine.run([image * 0, step])
    assert (first == kept).all()
    first[...] = 9
    assert (second == 0).all()
    assert (engine.run([image, step]) == kept).all()


@pytest.mark.filterwarnings("error")
def test_inputs_may_be_read_only_views_of_any_strides_and_are_not_written_to(program: Program) -> None:
    engine, (image, step) = EagerEngine(program), program.example()
    expected = engine.run([image, step])
    hwc = np.ascontiguousarray(image[0].transpose(1, 2, 0))
    before = hwc.copy()
    assert (engine.run([hwc.transpose(2, 0, 1)[None], step]) == expected).all()
    assert (engine.run([image[..., ::-1][..., ::-1], step]) == expected).all()
    assert (hwc == before).all()


def test_it_keeps_no_gradients(program: Program) -> None:
    with torch.enable_grad():
        assert EagerEngine(program).run(program.example()).flags.writeable


def test_one_that_follows_a_stopgap_of_one_thread_takes_them_all(program: Program) -> None:
    seen: list[int] = []

    def follow() -> None:
        EagerEngine(program).run(program.example())
        seen.append(torch.get_num_threads())

    EagerEngine(program, threads=TORCH_THREADS + 1).run(program.example())
    try:
        following = threading.Thread(target=follow)
        following.start()
        following.join()
    finally:
        torch.set_num_threads(TORCH_THREADS)
    assert seen == [TORCH_THREADS]


def test_closing_twice_does_no_harm(program: Program) -> None:
    engine = EagerEngine(program)
    engine.close()
    engine.close()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_a_cuda_device_it_agrees_with_the_processor(small_program: KernelProgram) -> None:
    inputs = small_program.example()
    engine = EagerEngine(small_program, "cuda")
    assert engine.name == "eager (cuda)"
    expected = EagerEngine(small_program).run(inputs) - inputs[0]
    error = engine.run(inputs) - inputs[0] - expected
    assert np.linalg.norm(error) < 0.2 * np.linalg.norm(expected)


def test_a_device_that_there_is_not_is_refused(make_program: Callable[..., Any]) -> None:
    with pytest.raises(RuntimeError):
        EagerEngine(make_program(), "nonsense")
