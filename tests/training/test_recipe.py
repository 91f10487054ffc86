from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save as to_bytes

from livedream.dream.network import Network
from livedream.errors import InputError
from livedream.training.recipe import Recipe, Training
from livedream.training.student import new_student, save, weights_of

RECIPE = Recipe(steps=12, seeing_steps=4, batch=2, side_px=32, pool=8)
CPU = torch.device("cpu")


def training(teacher: Network, photos: list[np.ndarray], recipe: Recipe = RECIPE) -> Training:
    return Training(recipe, teacher, photos, CPU)


def test_it_first_sees_and_then_dreams_and_ends(teacher: Network, photos: list[np.ndarray]) -> None:
    course = training(teacher, photos)
    measured = []
    while not course.ended:
        measured.append(course.step())
    assert len(measured) == RECIPE.steps
    assert all(np.isfinite(list(figures.values())).all() for figures in measured)
    is_dreaming = [any(name.startswith("match") for name in figures) for figures in measured]
    assert is_dreaming == [False] * 4 + [True] * 8
    dreamed = {name.rsplit(".", 1)[0] for figures in measured for name in figures if name.startswith("match")}
    assert dreamed == {"match.head.4", "match.head.6", "match.head.8", "match.head.11"}


def test_the_same_recipe_gives_the_same_network(teacher: Network, photos: list[np.ndarray]) -> None:
    results = []
    for _ in range(2):
        course = training(teacher, photos)
        while course.step_number < 7:
            course.step()
        results.append(course.weights())
    assert all(torch.equal(results[0][name], results[1][name]) for name in results[0])


@pytest.mark.slow
def test_it_learns_to_see(teacher: Network, photos: list[np.ndarray]) -> None:
    course = training(teacher, photos, replace(RECIPE, steps=60, seeing_steps=60, batch=4, pool=64))
    errors = [sum(course.step().values()) for _ in range(60)]
    assert np.mean(errors[-10:]) < 0.8 * np.mean(errors[:10])


def test_an_interrupted_training_goes_on_where_it_was(teacher: Network, photos: list[np.ndarray]) -> None:
    course = training(teacher, photos)
    while course.step_number < 6:
        course.step()
    again = training(teacher, photos)
    again.restore(course.state())
    assert again.step_number == 6
    for name, weight in course.weights().items():
        assert torch.equal(again.weights()[name], weight)
    again.step()
    assert again.step_number == 7


def test_a_checkpoint_of_another_recipe_is_refused(teacher: Network, photos: list[np.ndarray]) -> None:
    other = training(teacher, photos, replace(RECIPE, steps=13))
    with pytest.raises(InputError, match="checkpoint was made by another recipe"):
        training(teacher, photos).restore(other.state())


def test_a_training_can_start_from_a_network(
    teacher: Network, photos: list[np.ndarray], tmp_path: Path
) -> None:
    file, donor = tmp_path / "donor.safetensors", new_student(9)
    save(weights_of(donor), file)
    course = Training(RECIPE, teacher, photos, CPU, file)
    for name, weight in weights_of(donor).items():
        torch.testing.assert_close(weights_of(course.student)[name], weight, atol=1e-3, rtol=1e-3)
    course.step()
    assert not torch.equal(weights_of(course.student)["stem.weight"], weights_of(donor)["stem.weight"])


def test_a_start_that_is_no_network_is_told(
    teacher: Network, photos: list[np.ndarray], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"gone\.safetensors to start from is missing"):
        Training(RECIPE, teacher, photos, CPU, tmp_path / "gone.safetensors")
    foreign = tmp_path / "foreign.safetensors"
    for content in (b"nothing", to_bytes({"stem.weight": torch.zeros(3)})):
        foreign.write_bytes(content)
        with pytest.raises(
            InputError, match=r"foreign\.safetensors is not an embedded network to start from"
        ):
            Training(RECIPE, teacher, photos, CPU, foreign)


def test_the_averaged_network_has_the_averaged_weights(teacher: Network, photos: list[np.ndarray]) -> None:
    course = training(teacher, photos)
    for _ in range(3):
        course.step()
    averaged = course.averaged()
    assert not any(weight.requires_grad for weight in averaged.parameters())
    assert torch.equal(averaged["stem"].layers[0].weight, course.weights()["stem.weight"])
