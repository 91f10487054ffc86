import pytest
import torch

from livedream.training.match import BLOCKS_PX, cosine, feature_error, gradient_error, gradient_match


def test_a_gradient_matches_itself_at_every_scale_whatever_its_length() -> None:
    gradient = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    matches = gradient_match(gradient, 7 * gradient)
    assert matches.shape == (3, len(BLOCKS_PX))
    torch.testing.assert_close(matches, torch.ones_like(matches))
    assert gradient_error(matches).item() == pytest.approx(0, abs=1e-5)


def test_the_opposite_matches_with_minus_one() -> None:
    gradient = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(gradient_match(gradient, -gradient), -torch.ones(2, len(BLOCKS_PX)))


def test_fine_noise_counts_less_the_larger_the_blocks() -> None:
    random = torch.Generator().manual_seed(0)
    broad = torch.randn(1, 3, 4, 4, generator=random).repeat_interleave(8, 2).repeat_interleave(8, 3)
    noisy = broad + 2 * torch.randn(1, 3, 32, 32, generator=random)
    matches = gradient_match(noisy, broad)[0].tolist()
    assert matches == sorted(matches)
    assert matches[0] < 0.6
    assert matches[-1] > 0.9


def test_a_gradient_of_zero_matches_nothing_and_is_no_nan() -> None:
    assert torch.equal(cosine(torch.zeros(1, 3, 4, 4), torch.ones(1, 3, 4, 4)), torch.zeros(1))


def test_the_mean_of_every_channel_is_an_error_of_one() -> None:
    wanted = torch.randn(8, 5, 16, 16, generator=torch.Generator().manual_seed(0)) * 3 + 1
    spread, mean = wanted.std((0, 2, 3), keepdim=True), wanted.mean((0, 2, 3), keepdim=True)
    assert feature_error(mean.expand_as(wanted), wanted, spread).item() == pytest.approx(1, rel=1e-3)
    assert feature_error(wanted, wanted, spread).item() == 0
