"""Each objective against autograd of what its docstring says is maximised."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.dream.input_gradient import InputGradient
from livedream.dream.network import Network
from livedream.dream.objective import (
    FLOOR,
    L2,
    OTHERS,
    Absolute,
    Content,
    Even,
    Guide,
    Mean,
    Style,
    make_objective,
    ordinary_picture,
)
from livedream.settings.objectives import OBJECTIVES

SHAPE = (1, 5, 4, 6)


def activations(seed: int, shape: tuple[int, ...] = SHAPE) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=random, dtype=torch.float64)


def l2(a: Tensor, w: Tensor, _: Tensor) -> Tensor:
    return (w * a * a).sum() / 2


def mean(a: Tensor, w: Tensor, _: Tensor) -> Tensor:
    return (w * a).sum()


def absolute(a: Tensor, w: Tensor, _: Tensor) -> Tensor:
    return (w * a.abs()).sum()


def guide(a: Tensor, w: Tensor, reference: Tensor) -> Tensor:
    """Position by position: the guide's column with the largest dot product, held still."""
    columns = reference.flatten(2)[0].T
    total = a.new_zeros(())
    for position in a.flatten(2)[0].T:
        best = columns[int((columns @ position.detach()).argmax())]
        total = total + (w.flatten() * best * position).sum()
    return total


def style(a: Tensor, w: Tensor, reference: Tensor) -> Tensor:
    def gram(x: Tensor) -> Tensor:
        rows = torch.cat([x.flatten(2), x.new_ones(1, 1, x[0, 0].numel())], 1)[0]
        return rows @ rows.T / rows.shape[1]

    wanted = gram(reference)
    scale = 1000 * a[0, 0].numel() ** 0.5 / (4 * wanted.square().sum())
    return -w[0, 0, 0, 0] * ((gram(a) - wanted) ** 2).sum() * scale


def content(a: Tensor, w: Tensor, reference: Tensor) -> Tensor:
    return -(w * (a - reference) ** 2).sum() / 2


def even(a: Tensor, w: Tensor, _: Tensor) -> Tensor:
    """L2, with each position weighed by how little it excites the layer, held still."""
    energy, usual = (a.detach() ** 2 * w.abs()).mean(dim=1, keepdim=True), w.abs().mean()
    return (w * a**2 / 2 * usual / (energy + FLOOR * usual)).sum()


BY_HAND: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "l2": l2,
    "even": even,
    "mean": mean,
    "absolute": absolute,
    "guide": guide,
    "style": style,
    "content": content,
    "label": mean,
}


@settings(deadline=None)
@given(st.sampled_from([*OBJECTIVES, *OTHERS]), st.integers(0, 1000))
def test_a_seed_is_the_gradient_of_what_is_maximised(word: str, seed: int) -> None:
    objective = make_objective(word)
    a = activations(seed).requires_grad_()
    weight = torch.full((1, 5, 1, 1), 1.7, dtype=torch.float64)
    if word != "style":
        weight = activations(seed + 1, (1, 5, 1, 1))
    reference = activations(seed + 2) if word == "content" else activations(seed + 2, (1, 5, 3, 7))
    (expected,) = torch.autograd.grad(BY_HAND[word](a, weight, reference), a)
    observed = objective.observe(reference) if objective.reference else None
    torch.testing.assert_close(objective.seed(a.detach(), weight, observed), expected, atol=1e-4, rtol=1e-4)


def test_every_objective_has_its_word() -> None:
    assert {*OBJECTIVES, *OTHERS} == set(BY_HAND)
    assert {cls().reference for cls in (L2, Mean, Absolute)} == {None}
    assert [cls().reference for cls in (Guide, Style, Content)] == ["guide", "style", "frame"]


def test_evenness_climbs_the_logarithm_of_each_place_s_energy() -> None:
    a = activations(8).requires_grad_()
    energy = (a**2).mean(dim=1)
    logarithms = 1.7 * torch.log(energy + FLOOR * 1.7)
    (expected,) = torch.autograd.grad(a.shape[1] / 2 * logarithms.sum(), a)
    weight = torch.ones(1, a.shape[1], 1, 1, dtype=torch.float64)
    torch.testing.assert_close(Even(1.7).seed(a.detach(), weight), expected, atol=1e-5, rtol=1e-5)


def test_a_place_that_hardly_excites_the_layer_is_pulled_nearly_as_hard_as_one_that_does() -> None:
    quiet, weight = activations(9).abs() + 0.5, torch.ones(1, 5, 1, 1, dtype=torch.float64)
    quiet[..., :3] *= 0.3
    shares = []
    for objective in (Even(), L2()):
        change = objective.seed(quiet, weight) * quiet
        shares.append(float(change[..., :3].mean() / change[..., 3:].mean()))
    assert shares[0] > 0.4
    assert shares[1] < 0.15


def test_evenness_knows_how_much_ordinary_pictures_excite_a_layer(exact_network: Network) -> None:
    taps = [("block.1", Even()), ("head.4", Even())]
    gradient = InputGradient(exact_network, taps)
    for (_, objective), activations in zip(taps, gradient.activations(ordinary_picture()), strict=True):
        assert objective.usual == pytest.approx(float(activations.square().mean()))
    assert 0 <= ordinary_picture().min() < 0.1
    assert 0.9 < ordinary_picture().max() <= 1


def test_a_picture_has_the_style_and_the_content_of_itself() -> None:
    a, weight = activations(3), torch.ones(1, 5, 1, 1, dtype=torch.float64)
    for objective in (Style(), Content()):
        assert objective.seed(a, weight, objective.observe(a)).abs().max() < 1e-12


def test_a_style_knows_no_places() -> None:
    a = activations(4)
    assert torch.allclose(Style().observe(a), Style().observe(a.flip(3)))
    moved = a.flatten(2)[:, :, torch.randperm(24, generator=torch.Generator().manual_seed(0))].reshape(SHAPE)
    torch.testing.assert_close(Style().observe(a), Style().observe(moved))


def test_climbing_a_style_brings_the_gram_matrix_there() -> None:
    a, wanted = activations(5), Style().observe(activations(6) + 0.5)
    weight = torch.ones(1, 5, 1, 1, dtype=torch.float64)
    before = (Style().observe(a) - wanted).norm()
    for _ in range(200):
        a = a + 0.002 * Style().seed(a, weight, wanted)
    assert (Style().observe(a) - wanted).norm() < 0.1 * before


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_gram_matrices_are_float32_whatever_the_network_computes_in(dtype: torch.dtype) -> None:
    a = activations(7).to(dtype)
    observed = Style().observe(a)
    assert observed.dtype == torch.float32
    assert Style().seed(a, torch.ones(1, 5, 1, 1, dtype=dtype), observed).dtype == dtype


def test_the_input_gradient_of_all_objectives_together_is_autograd_s(exact_network: Network) -> None:
    taps = [
        ("image", Style()),
        ("stem", Style()),
        ("block.1", Guide()),
        ("head.4", L2()),
        ("block.1", Content()),
        ("image", Content()),
        ("head.4", Mean()),
    ]
    explicit = InputGradient(exact_network, taps)
    image, other = (torch.rand(1, 3, 32, 40, dtype=torch.float64) for _ in range(2))
    weights = [
        torch.full((1, exact_network.info.channels(name), 1, 1), 0.5 + n, dtype=torch.float64)
        for n, (name, _) in enumerate(taps)
    ]
    observed = {name: iter(explicit.observe(name, other)) for name in ("style", "guide", "frame")}
    seen = [next(observed[objective.reference]) for _, objective in taps if objective.reference]
    image.requires_grad_()
    total = image.new_zeros(())
    for weight, (_, objective), a, reference in zip(
        weights, taps, explicit.activations(image), explicit.activations(other), strict=True
    ):
        word = next(word for word in BY_HAND if type(make_objective(word)) is type(objective))
        total = total + BY_HAND[word](a, weight, reference)
    (expected,) = torch.autograd.grad(total, image)
    # Style divides by a mean square that a small number keeps from zero.
    torch.testing.assert_close(explicit(image.detach(), weights, seen), expected, atol=1e-4, rtol=1e-5)
