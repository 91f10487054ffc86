import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.ops.laplacian import LaplacianNormalise


def gradient(seed: int = 0) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(1, 3, 40, 48, generator=random, dtype=torch.float64)


@settings(deadline=None)
@given(st.integers(1, 6), st.floats(0.1, 1e3))
def test_its_scale_does_not_matter(levels: int, scale: float) -> None:
    normalised = LaplacianNormalise(levels)
    expected = normalised(gradient())
    scaled = normalised(scale * gradient())
    torch.testing.assert_close(scaled, expected, atol=1e-4, rtol=1e-4)


@settings(deadline=None)
@given(st.integers(1, 6))
def test_nothing_stays_nothing(levels: int) -> None:
    assert (LaplacianNormalise(levels)(torch.zeros(1, 3, 32, 32)) == 0).all()


def test_coarse_and_fine_weigh_alike_where_one_drowned_the_other() -> None:
    columns = torch.arange(256, dtype=torch.float64)
    fine, coarse = ((columns / period * 2 * torch.pi).sin() for period in (3, 100))
    picture = (0.01 * fine + coarse).expand(1, 3, 64, 256)
    normalised = LaplacianNormalise(4)(picture)[0, 0, 32, 64:192]
    share_before = 0.01
    middle = fine[64:192]
    share = float((normalised * middle).mean() / (middle * middle).mean())
    of_coarse = float((normalised * coarse[64:192]).mean() / (coarse[64:192] ** 2).mean())
    assert share / of_coarse > 5 * share_before


def test_it_is_the_same_at_every_place() -> None:
    once = torch.zeros(1, 1, 96, 96, dtype=torch.float64)
    once[0, 0, 40, 40] = 1.0
    moved = torch.roll(once, (8, 5), (2, 3))
    normalised = LaplacianNormalise(3, channels=1)
    result = torch.roll(normalised(once), (8, 5), (2, 3))
    torch.testing.assert_close(normalised(moved), result, atol=1e-9, rtol=0)
