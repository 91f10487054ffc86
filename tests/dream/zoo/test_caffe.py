"""What Caffe's networks take, against the steps that lead there one by one."""

import pytest
import torch

from livedream.dream.catalog import network_info
from livedream.dream.layers import Affine
from livedream.dream.zoo.caffe import MEANS_BGR

PICTURES = {
    "bvlc_googlenet": "imagenet", "googlenet_places205": "places205", "googlenet_places365": "places365",
    "googlenet_cars": "imagenet", "nin": "imagenet",
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_scaled_turned_to_bgr_and_its_mean_taken_away(name: str) -> None:
    plan = network_info(name).plan
    image = torch.rand(1, 3, 4, 5, dtype=torch.float64)
    means = torch.tensor(MEANS_BGR[PICTURES[name]], dtype=torch.float64).reshape(1, 3, 1, 1)
    expected = (image * 255)[:, [2, 1, 0]] - means
    entered = Affine(plan.scale, plan.shift, torch.float64)(image)
    assert plan.bgr
    torch.testing.assert_close(entered[:, [2, 1, 0]], expected)
