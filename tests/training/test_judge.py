import pytest
import torch
from torch import Tensor

from livedream.dream.network import Network
from livedream.training.judge import dreamed, gain, judge, objective
from livedream.training.student import new_student


@pytest.fixture
def images() -> Tensor:
    return torch.rand(3, 3, 64, 48, generator=torch.Generator().manual_seed(0))


def all_channels(network: Network, layer: str) -> Tensor:
    return torch.ones(1, network.info.layers[layer], 1, 1)


def test_the_teacher_gains_as_much_as_itself(teacher: Network, images: Tensor) -> None:
    assert gain(teacher, "conv_pw_4", teacher, "conv_pw_4", images) == pytest.approx(1)


def test_a_dream_raises_the_objective_and_stays_a_picture(teacher: Network, images: Tensor) -> None:
    dream = dreamed(teacher, {"conv_pw_4": all_channels(teacher, "conv_pw_4")}, images)
    assert dream.shape == images.shape
    assert 0 <= dream.min() <= dream.max() <= 1
    assert objective(teacher, "conv_pw_4", dream) > 1.1 * objective(teacher, "conv_pw_4", images)


def test_a_student_that_knows_nothing_agrees_in_nothing(teacher: Network, images: Tensor) -> None:
    verdict = judge(new_student(0), "head.6", teacher, images, dreaming=True)
    assert verdict.gain is not None
    assert all(abs(cosine) < 0.2 for cosine in verdict.gradients)


def test_without_dreaming_there_is_no_gain(teacher: Network, images: Tensor) -> None:
    assert judge(new_student(0), "head.4", teacher, images, dreaming=False).gain is None
