import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.ops.ascent import Adam, Ascent, Optimiser
from livedream.ops.fourier import FastWaves, InCoefficients, Spectrum, Waves, colours
from livedream.ops.gradient import normalise
from livedream.ops.lbfgs import Lbfgs

Stepping = Callable[[Optimiser, int], Callable[[Tensor, Tensor], Tensor]]

SIZES = [(12, 16), (13, 16), (16, 9), (7, 11)]


def random(size_hw: tuple[int, int], seed: int = 0) -> Tensor:
    return torch.randn(1, 3, *size_hw, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def spectrum_of(size_hw: tuple[int, int], *, evens: bool) -> Spectrum:
    return Spectrum(Waves(size_hw), size_hw, evens=evens).double()


def half_spectrum(size_hw: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Give the frequencies of torch's real transform, and how often it counts each but for its root."""
    height, width = size_hw
    found = torch.hypot(torch.fft.fftfreq(height)[:, None].abs(), torch.fft.rfftfreq(width)[None, :])
    found = found.double()
    found[0, 0] = found.max()
    twice = torch.full((width // 2 + 1,), math.sqrt(0.5), dtype=torch.float64)
    twice[0] = 1
    if width % 2 == 0:
        twice[-1] = 1
    return found, twice


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_both_transforms_are_the_same_and_turn_back(height: int, width: int) -> None:
    image, size_hw = random((height, width)), (height, width)
    slow, fast = Waves(size_hw).double(), FastWaves(size_hw)
    coefficients = fast(image)
    torch.testing.assert_close(slow(image), coefficients, atol=1e-5, rtol=0)
    torch.testing.assert_close(slow.back(coefficients), image, atol=1e-5, rtol=0)
    torch.testing.assert_close(fast.back(coefficients), image, atol=1e-12, rtol=0)


@pytest.mark.parametrize("down", [0, 2, 6])
@pytest.mark.parametrize("across", [0, 3, 8])
def test_a_wave_has_its_power_at_its_own_frequency(down: int, across: int) -> None:
    height, width = 12, 16
    rows, columns = torch.arange(height)[:, None] / height, torch.arange(width)[None, :] / width
    wave = (2 * math.pi * (down * rows + across * columns) + 0.7).cos().double()[None, None]
    power = Waves((height, width)).double()(wave).square()[0, 0]
    down_too = [down] if down in (0, 6) else [down, 6 + down]
    across_too = [across] if across in (0, 8) else [across, 8 + across]
    assert float(power[down_too][:, across_too].sum() / power.sum()) == pytest.approx(1, abs=1e-5)
    assert float(power.sum()) == pytest.approx(float(wave.square().sum()), rel=1e-5)


@pytest.mark.parametrize("size_hw", SIZES)
@pytest.mark.parametrize("evens", [False, True])
def test_coefficients_of_a_picture_give_it_back(size_hw: tuple[int, int], evens: bool) -> None:
    spectrum, image = spectrum_of(size_hw, evens=evens), random(size_hw)
    torch.testing.assert_close(spectrum.image(spectrum.coefficients(image)), image, atol=1e-5, rtol=0)


@pytest.mark.parametrize("size_hw", SIZES)
@pytest.mark.parametrize("evens", [False, True])
def test_the_gradient_is_autograd_s(size_hw: tuple[int, int], evens: bool) -> None:
    spectrum, direction = spectrum_of(size_hw, evens=evens), random(size_hw)
    coefficients = random(size_hw, 1).requires_grad_()
    (expected,) = torch.autograd.grad((spectrum.image(coefficients) * direction).sum(), coefficients)
    torch.testing.assert_close(spectrum.gradient(direction), expected, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("size_hw", SIZES)
@pytest.mark.parametrize("evens", [False, True])
def test_a_step_is_that_of_torch_s_complex_spectrum(size_hw: tuple[int, int], evens: bool) -> None:
    direction, power = random(size_hw), 1.0 if evens else 0.5
    frequency, twice = half_spectrum(size_hw)
    spectrum = torch.zeros(1, 3, *frequency.shape, dtype=torch.complex128, requires_grad=True)

    def image(coefficients: Tensor) -> Tensor:
        scaled = coefficients * twice * frequency**-power
        waves = torch.fft.irfft2(scaled, size_hw, norm="ortho")
        return torch.einsum("ij,njhw->nihw", colours(power), waves)

    (gradient,) = torch.autograd.grad((image(spectrum) * direction).sum(), spectrum)
    ours = spectrum_of(size_hw, evens=evens)
    step = ours.image(ours.gradient(direction))
    torch.testing.assert_close(step, image(gradient).detach(), atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("optimiser", [Ascent, Adam, Lbfgs])
def test_an_optimiser_steps_in_coefficients_by_autograd(
    stepping: Stepping, optimiser: Callable[[], Optimiser]
) -> None:
    size_hw = (12, 16)
    by_hand, ours = stepping(optimiser(), 4), optimiser()
    spectrum = spectrum_of(size_hw, evens=ours.evens)
    within = stepping(InCoefficients(ours, spectrum), 4)
    coefficients = spectrum.coefficients(random(size_hw)).requires_grad_()
    for _ in range(4):
        image = spectrum.image(coefficients)
        objective = -(image**2).sum() / 2 - (image**4).sum() / 20
        direction, gradient = torch.autograd.grad(objective, [image, coefficients])
        if not ours.compares:
            gradient = normalise(gradient) * direction.abs().mean()
        step = by_hand(gradient, coefficients.detach())
        moved = spectrum.image(step)
        expected = moved / moved.abs().mean() * step.abs().mean()
        given_step = within(direction, image.detach())
        torch.testing.assert_close(given_step, expected, atol=1e-3, rtol=1e-3)
        coefficients = (coefficients + 0.02 * step).detach().requires_grad_()


@pytest.mark.parametrize("optimiser", [Ascent, Adam, Lbfgs])
def test_the_power_of_a_step_falls_with_frequency(
    stepping: Stepping, optimiser: Callable[[], Optimiser]
) -> None:
    size_hw = (64, 64)
    within = InCoefficients(made := optimiser(), spectrum_of(size_hw, evens=made.evens))
    step = stepping(within, 1)(random(size_hw), random(size_hw, 1))
    frequency, _ = half_spectrum(size_hw)
    power = torch.fft.rfft2(step).abs().square().sum((0, 1))
    edges = [0.01, 0.05, 0.1, 0.2, 0.4, 0.7]
    bands = [power[(low <= frequency) & (frequency < high)].mean() for low, high in pairwise(edges)]
    # It falls with the square of frequency, which doubles from each band to the next.
    assert all(finer < 0.6 * coarser for coarser, finer in pairwise(bands))
    assert bands[-1] < 0.02 * bands[0]


@pytest.mark.parametrize("size", [1.0, 0.3])
def test_pixels_go_as_far_as_the_direction_says(size: float) -> None:
    size_hw = (12, 16)
    direction = size * normalise(random(size_hw))
    within = InCoefficients(Ascent(), spectrum_of(size_hw, evens=False))
    step, _ = within.towards(direction, direction, ())
    assert float(step.abs().mean()) == pytest.approx(size, rel=1e-6)


def test_the_mean_colour_moves_no_more_than_in_pixels() -> None:
    size_hw = (64, 64)
    direction = normalise(1 + random(size_hw))
    within = InCoefficients(Ascent(), spectrum_of(size_hw, evens=False))
    step, _ = within.towards(direction, direction, ())
    assert 0 < float(step.mean()) < float(direction.mean())


@pytest.mark.parametrize("optimiser", [Ascent, Adam, Lbfgs])
def test_no_direction_is_no_step(stepping: Stepping, optimiser: Callable[[], Optimiser]) -> None:
    size_hw = (8, 8)
    within = InCoefficients(optimiser(), spectrum_of(size_hw, evens=False))
    nothing = torch.zeros(1, 3, *size_hw, dtype=torch.float64)
    assert (stepping(within, 1)(nothing, nothing) == 0).all()
