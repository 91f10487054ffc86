"""VGG against torch's own layers in the order in which torchvision's file has them."""

from collections.abc import Callable
from math import prod

import pytest
import torch
from torch import nn

from livedream.dream.catalog import network_info
from livedream.dream.layers import Affine
from livedream.dream.zoo.plan import Conv, MaxPool, Relu
from livedream.dream.zoo.vgg import imagenet_scale, imagenet_shift

# Simonyan and Zisserman 2015, table 1, D and E: channels, and M for a pool.
D = "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M"
E = "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M"
CONFIGURATIONS = {"vgg16": D, "vgg19": E}


def published(name: str) -> nn.ModuleDict:
    layers: list[nn.Module] = []
    channels = 3
    for word in CONFIGURATIONS[name].split():
        if word == "M":
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers += [nn.Conv2d(channels, int(word), 3, padding=1), nn.ReLU()]
        channels = int(word)
    classifier = [nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()]
    classifier += [nn.Dropout(), nn.Linear(4096, 1000)]
    return nn.ModuleDict({"features": nn.Sequential(*layers), "classifier": nn.Sequential(*classifier)})


@pytest.mark.parametrize(("name", "without_classifier"), [("vgg16", 14_714_688), ("vgg19", 20_024_384)])
def test_it_has_the_published_number_of_parameters_below_its_classifier(
    name: str, without_classifier: int
) -> None:
    tensors = network_info(name).plan.tensors()
    counted = sum(prod(shape) for tensor, shape in tensors.items() if tensor.startswith("features."))
    assert counted == without_classifier


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_index_of_torchvision_leads_to_a_layer_of_its_kind(name: str) -> None:
    kinds = {Conv: nn.Conv2d, Relu: nn.ReLU, MaxPool: nn.MaxPool2d}
    info = network_info(name)
    with torch.device("meta"):
        features = published(name)["features"]
    for index, layer in enumerate(features):
        (step,) = info.plan.layers[info.find(f"features.{index}")]
        assert isinstance(layer, kinds[type(step)])


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_keras_convolutions_are_their_relus(name: str) -> None:
    info = network_info(name)
    stages = [len(stage.split()) for stage in CONFIGURATIONS[name].split("M")[:-1]]
    for stage, count in enumerate(stages, 1):
        for place in range(1, count + 1):
            assert info.find(f"block{stage}_conv{place}") == f"relu{stage}_{place}"
        assert info.find(f"block{stage}_pool") == f"pool{stage}"


def test_its_convolutions_and_pools_give_what_torchvision_s_give(
    same_layer_by_layer: Callable[..., None],
) -> None:
    info = network_info("vgg16")
    with torch.device("meta"):
        network = published("vgg16")
    names = [name for name in info.plan.layers if not name.startswith(("fc", "relu6", "relu7"))]
    same_layer_by_layer(info, network, zip(names, network["features"], strict=True), (33, 38))


def test_a_picture_of_imagenet_s_mean_enters_as_nothing_and_one_deviation_above_as_one() -> None:
    enter = Affine(imagenet_scale(), imagenet_shift())
    mean, deviation = (
        torch.tensor(values).reshape(1, 3, 1, 1) for values in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    )
    torch.testing.assert_close(enter(mean), torch.zeros(1, 3, 1, 1))
    torch.testing.assert_close(enter(mean + deviation), torch.ones(1, 3, 1, 1))
