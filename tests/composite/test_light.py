import numpy as np

from livedream.composite import relit
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
