from dataclasses import replace

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
    controls = {"conv_pw_4": all_channels(teacher, "conv_pw_4")}
    assert gain(teacher, controls, teacher, "conv_pw_4", images) == pytest.approx(1)


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


def test_of_salient_channels_it_dreams_those_alone(teacher: Network, images: Tensor) -> None:
    student = new_student(0).requires_grad_(False)
    everything = tuple(range(student.info.layers["head.4"]))
    student.info = replace(student.info, salient={"head.4": everything})
    whole = judge(student, "head.4", teacher, images, dreaming=True)
    assert judge(student, "head.4", teacher, images, dreaming=True, salient=True) == whole
    student.info = replace(student.info, salient={"head.4": everything[:16]})
    some = judge(student, "head.4", teacher, images, dreaming=True, salient=True)
    assert some.gradients != whole.gradients
    assert some.gain != whole.gain
    assert some.features == whole.features, "what it sees is the same"
