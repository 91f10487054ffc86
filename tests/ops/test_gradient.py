import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.ops.gradient import Blur, gaussian_taps, normalise

sigmas_px = st.floats(0.3, 8.0)


@given(sigmas_px)
def test_the_gaussian_is_odd_symmetric_positive_and_sums_to_one(sigma_px: float) -> None:
    taps = gaussian_taps(sigma_px)
    assert taps.dtype == torch.float32
    assert len(taps) % 2 == 1
    assert (taps > 0).all()
    assert torch.equal(taps, taps.flip(0))
    assert float(taps.double().sum()) == pytest.approx(1.0, abs=1e-6)
    assert int(taps.argmax()) == len(taps) // 2


@given(st.floats(1.0, 8.0))
def test_the_gaussian_is_as_wide_as_asked(sigma_px: float) -> None:
    taps = gaussian_taps(sigma_px).double()
    offsets = torch.arange(len(taps)) - len(taps) // 2
    assert float((taps * offsets**2).sum()) ** 0.5 == pytest.approx(sigma_px, rel=0.12)  # it is cut off


def test_smoothing_a_point_gives_the_gaussian_in_both_directions() -> None:
    taps = gaussian_taps(1.5)
    point = torch.zeros(1, 2, 15, 17)
    point[0, 1, 7, 8] = 2.0
    smoothed, radius = Blur(taps, channels=2)(point), len(taps) // 2
    assert smoothed.shape == point.shape
    assert (smoothed[0, 0] == 0).all(), "channels do not mix"
    spot = smoothed[0, 1, 7 - radius : 8 + radius, 8 - radius : 9 + radius]
    torch.testing.assert_close(spot, 2 * taps[:, None] * taps[None, :])


def test_smoothing_keeps_a_constant_away_from_the_border_and_darkens_the_border() -> None:
    taps = gaussian_taps(2.0)
    smoothed, radius = Blur(taps)(torch.ones(1, 3, 33, 41)), len(taps) // 2
    inner = smoothed[..., radius:-radius, radius:-radius]
    torch.testing.assert_close(inner, torch.ones_like(inner))
    assert (smoothed[..., 0, 0] < 0.5).all()


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 24),
    st.integers(1, 24),
    st.floats(0.3, 4.0),
    st.sampled_from([1, 2, 5, 8, 9]),
)
def test_smoothing_equals_the_convolution_with_the_whole_gaussian(
    channels: int, height: int, width: int, sigma_px: float, apart_px: int
) -> None:
    image, taps = torch.randn(2, channels, height, width), gaussian_taps(sigma_px)
    kernel = (taps[:, None] * taps[None, :])[None, None].repeat(channels, 1, 1, 1)
    reach_px = apart_px * (len(taps) // 2)
    expected = F.conv2d(image, kernel, padding=reach_px, dilation=apart_px, groups=channels)
    torch.testing.assert_close(Blur(taps, channels, apart_px)(image), expected, atol=1e-6, rtol=1e-5)


def test_smoothing_keeps_the_number_format() -> None:
    assert Blur(gaussian_taps(1.0))(torch.ones(1, 3, 8, 8, dtype=torch.float64)).dtype == torch.float64


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.floats(-6, 6))
def test_a_normalised_gradient_has_mean_magnitude_one_whatever_its_scale(
    height: int, width: int, exponent: float
) -> None:
    shape = torch.randn(1, 3, height, width, dtype=torch.float64) + 0.1
    normalised = normalise(shape * 10**exponent)
    assert float(normalised.abs().mean()) == pytest.approx(1.0, rel=0.1)
    assert (normalised.sign() == shape.sign()).all()


def test_each_picture_of_a_batch_is_normalised_by_itself() -> None:
    batch = torch.ones(2, 3, 4, 4)
    batch[1] *= 1000
    torch.testing.assert_close(normalise(batch), torch.ones(2, 3, 4, 4))


@pytest.mark.parametrize("value", [0.0, 1e-30, -1e-20, 1e30])
def test_a_gradient_that_is_nothing_or_huge_stays_finite(value: float) -> None:
    assert normalise(torch.full((1, 3, 5, 5), value)).isfinite().all()


def test_a_gradient_of_zeros_stays_one() -> None:
    assert (normalise(torch.zeros(1, 3, 5, 5)) == 0).all()
