import numpy as np
import pytest
import torch
from torch import Tensor

from livedream.dream.input_gradient import InputGradient
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.ops.gradient import normalise
from livedream.training.photos import Crops
from livedream.training.pool import Pool, PoolPlan
from livedream.training.student import new_student

LAYERS, TAPS, CHANNELS = ["conv_pw_4", "conv_pw_6"], ["head.4", "head.6"], [256, 512]


class FixedGradient(InputGradient):
    """A student that wants every picture brighter."""

    def __init__(self) -> None:
        super().__init__(new_student(0), [(tap, L2()) for tap in TAPS])
        self.asked = 0

    def forward(self, image: Tensor, controls: list[Tensor]) -> Tensor:
        self.asked += 1
        return torch.ones_like(image)


@pytest.fixture
def pool(teacher: Network, photos: list[np.ndarray]) -> Pool:
    torch.manual_seed(0)
    crops = Crops(photos, 32, np.random.default_rng(0), torch.device("cpu"))
    return Pool(
        InputGradient(teacher, [(layer, L2()) for layer in LAYERS]), CHANNELS, crops, PoolPlan(10, 4, 0.5)
    )


def test_a_lesson_is_what_the_teacher_says_of_its_picture(pool: Pool, teacher: Network) -> None:
    for _ in range(3):
        pool.advance(FixedGradient())
    lessons = pool.draw(6)
    gradient = InputGradient(teacher, [(layer, L2()) for layer in LAYERS])
    expected, activations = gradient.with_activations(lessons.image, lessons.controls)
    # Pictures are kept in half precision, and a ReLU may fall to the other side.
    cosines = torch.cosine_similarity(lessons.gradient.flatten(1), expected.flatten(1))
    assert cosines.min() > 0.95
    torch.testing.assert_close(lessons.activations[1], activations[1], atol=0.05, rtol=0.05)
    assert [tuple(part.shape) for part in lessons.tensors()] == [
        (6, 3, 32, 32),
        (6, 3, 32, 32),
        (6, 256, 1, 1),
        (6, 512, 1, 1),
        (6, 256, 4, 4),
        (6, 512, 2, 2),
    ]
    torch.testing.assert_close(lessons.gradient, normalise(lessons.gradient), atol=1e-2, rtol=1e-2)


def test_it_remembers_the_last_lessons_only(pool: Pool) -> None:
    student = FixedGradient()
    for advance in range(1, 6):
        pool.advance(student)
        assert pool.seen == 4 * advance
    assert len({image.numpy().tobytes() for image in pool.draw(200).image}) == 10
    assert student.asked == 5


def test_whatever_is_dreamed_stays_a_picture(pool: Pool) -> None:
    for _ in range(40):
        pool.advance(FixedGradient())
        image = pool.draw(4).image
        assert image.isfinite().all()
        assert 0 <= image.min() <= image.max() <= 1


def test_most_dreams_are_of_the_deepest_layer_alone_and_none_of_nothing(pool: Pool) -> None:
    pool.advance(FixedGradient())
    alone = whole = 0
    for _ in range(300):
        pool._restart(0)
        above, deepest = (control[0] for control in pool._controls)
        assert deepest.any()
        assert set(deepest.unique().tolist()) <= {0.0, 1.0}
        alone += not above.any()
        whole += bool(deepest.all())
    assert 0.7 < alone / 300 < 0.9
    assert 0.55 < whole / 300 < 0.75


def test_a_theme_is_the_channels_that_one_picture_stands_out_in(pool: Pool) -> None:
    pool._energy = torch.eye(4).repeat_interleave(128, dim=1)
    for _ in range(20):
        chosen = pool._theme().flatten().nonzero().flatten()
        assert 8 <= len(chosen) <= 48
        assert len({int(channel) // 128 for channel in chosen}) == 1


def test_half_of_the_dreams_follow_the_student(teacher: Network, photos: list[np.ndarray]) -> None:
    torch.manual_seed(1)
    grey = [np.full_like(photo, 100) for photo in photos]
    crops = Crops(grey, 32, np.random.default_rng(0), torch.device("cpu"))
    pool = Pool(InputGradient(teacher, [(LAYERS[0], L2())]), CHANNELS[:1], crops, PoolPlan(32, 32, 0.5))
    pool._step[:], pool._left = 0.02, [9] * 32
    before = pool._image.mean((1, 2, 3))
    pool.advance(FixedGradient())
    brighter = pool._image.mean((1, 2, 3)) - before > 0.015
    assert torch.equal(brighter, pool._own.flatten())
    assert 5 < int(brighter.sum()) < 27
