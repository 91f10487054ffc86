import torch

from livedream.ops.regular import SOFT, towards_flat, towards_grey


def picture(seed: int = 0) -> torch.Tensor:
    return torch.rand(1, 3, 12, 15, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def total_variation(x: torch.Tensor) -> torch.Tensor:
    across, down = torch.zeros_like(x), torch.zeros_like(x)
    across[..., :-1] = x.diff(dim=3)
    down[:, :, :-1] = x.diff(dim=2)
    return torch.sqrt(across**2 + down**2 + SOFT**2).sum()


def test_the_way_to_flat_is_that_of_autograd() -> None:
    x = picture().requires_grad_()
    (gradient,) = torch.autograd.grad(total_variation(x), x)
    torch.testing.assert_close(towards_flat(x.detach()), -gradient, atol=1e-9, rtol=0)


def test_the_way_to_grey_is_that_of_autograd() -> None:
    x = picture().requires_grad_()
    (gradient,) = torch.autograd.grad(((x - 0.5) ** 2).sum(), x)
    torch.testing.assert_close(towards_grey(x.detach()), -gradient)


def test_what_is_flat_or_grey_stays() -> None:
    assert (towards_flat(torch.full((1, 3, 8, 8), 0.3)) == 0).all()
    assert (towards_grey(torch.full((1, 3, 8, 8), 0.5)) == 0).all()


def test_it_irons_noise_out_and_stays_within_its_bounds() -> None:
    x = picture()
    assert towards_flat(x).abs().max() <= 4
    smoothed = x
    for _ in range(30):
        smoothed = smoothed + 0.01 * towards_flat(smoothed)
    assert total_variation(smoothed) < 0.5 * total_variation(x)
