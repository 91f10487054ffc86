import cv2
import numpy as np

from livedream.composite import relit
from livedream.composite.light import small_wh
from livedream.settings import LookSettings


def test_light_takes_the_slow_and_leaves_the_forms() -> None:
    columns = np.arange(400, dtype=np.float32)
    slow, fast = np.sin(columns / 400 * 2 * np.pi), np.sin(columns / 8 * 2 * np.pi)
    residual = np.broadcast_to((slow + fast)[None, :, None], (200, 400, 3)).astype(np.float32)
    kept = relit(residual, LookSettings(light=1.0))[100, 40:-40, 0]
    assert np.abs(kept - fast[40:-40]).max() < 0.15
    assert relit(residual, LookSettings(light=0.0)) is residual
    half = relit(residual, LookSettings(light=0.5))
    np.testing.assert_allclose(half, (residual + relit(residual, LookSettings(light=1.0))) / 2, atol=1e-5)


def test_the_blur_is_worked_out_on_a_picture_that_is_smaller_by_a_power_of_two_and_is_still_a_gaussian() -> (
    None
):
    noise = np.random.default_rng(0).standard_normal((208, 376, 3), np.float32)
    residual = cv2.GaussianBlur(noise, (0, 0), 4.0)
    assert small_wh((376, 208), 0.04) == (94, 52)
    assert small_wh((376, 208), 0.005) == (376, 208)
    soft = cv2.GaussianBlur(residual, (0, 0), 0.04 * 376, borderType=cv2.BORDER_REFLECT)
    made = residual - relit(residual, LookSettings(light=1.0, light_radius=0.04))
    assert np.abs(made - soft).mean() < 0.05 * np.abs(soft).mean()
