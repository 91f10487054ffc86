import numpy as np
import pytest
import torch

from livedream.composite import depth_on_device, relit
from livedream.composite.depth import depth_map, held, next_gain, reach
from livedream.settings import LookSettings


def noise(height: int = 96, width: int = 160, seed: int = 0, size: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (size * rng.standard_normal((height, width, 3))).astype(np.float32)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))[None]


@pytest.mark.parametrize("size_hw", [(96, 160), (40, 200), (32, 32), (208, 376)])
@pytest.mark.parametrize("radius", [0.005, 0.04, 0.25])
def test_a_device_measures_and_lights_as_memory_does(size_hw: tuple[int, int], radius: float) -> None:
    look = LookSettings(light=0.8, light_radius=radius)
    image, residual = np.abs(noise(*size_hw, seed=1, size=0.5)) % 1, noise(*size_hw)
    lit = depth_on_device.relit(tensor(residual), look)[0].permute(1, 2, 0).numpy()
    assert np.abs(lit - relit(residual, look)).mean() < 0.03 * np.abs(residual).mean()
    here = depth_map(image, residual, 1.2)
    there = depth_on_device.depth_map(tensor(image), tensor(residual), 1.2)
    np.testing.assert_allclose(there[0, 0].numpy(), here[..., 0], rtol=0.1, atol=0.002)
    gain = depth_on_device.next_gain(torch.full((1, 1, 1, 1), 1.3), there, look, 0.5)
    assert gain.item() == pytest.approx(next_gain(1.3, float(here.mean()), look, 0.5), rel=0.01)
    for steered in (look, LookSettings(steer=False)):
        stays = depth_on_device.held(there, steered, gain)
        np.testing.assert_allclose(
            stays[0, 0].numpy(), held(there[0, 0].numpy(), steered, gain.item()), rtol=1e-4, atol=1e-5
        )
    np.testing.assert_allclose(
        depth_on_device.reach(there, look, gain)[0, 0].numpy(),
        reach(there[0, 0].numpy(), look, gain.item()),
        rtol=1e-4,
        atol=1e-5,
    )
