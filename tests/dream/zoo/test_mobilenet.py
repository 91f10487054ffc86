"""MobileNet v1 against torch's own layers with the names that Keras gives them."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from livedream.dream.catalog import network_info
from livedream.dream.zoo.mobilenet import mobilenet
from livedream.dream.zoo.plan import NORM_PARTS

INFO = network_info("mobilenet_v1")
OUT = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2))
"""Channels and stride of the separable convolutions (Howard et al. 2017, table 1), but for the last."""


def published() -> nn.ModuleDict:
    modules: dict[str, nn.Module] = {}

    def add(name: str, convolution: nn.Conv2d) -> None:
        modules[name] = convolution
        modules[f"{name}_bn"] = nn.BatchNorm2d(convolution.out_channels, eps=1e-3)

    add("conv1", nn.Conv2d(3, 32, 3, 2, bias=False))
    channels = 32
    for number, (out, stride) in enumerate(OUT, 1):
        add(f"conv_dw_{number}", nn.Conv2d(channels, channels, 3, stride, groups=channels, bias=False))
        add(f"conv_pw_{number}", nn.Conv2d(channels, out, 1, bias=False))
        channels = out
    return nn.ModuleDict(modules)


def convolved(network: nn.ModuleDict, name: str) -> list[nn.Module]:
    """Give a convolution with TensorFlow's padding: where the stride is 2, a pixel to the right and below."""
    convolution = network[name]
    around = {(3, 1): (1, 1, 1, 1), (3, 2): (0, 1, 0, 1), (1, 1): (0, 0, 0, 0)}
    padding = around[convolution.kernel_size[0], convolution.stride[0]]
    return [nn.ZeroPad2d(padding), convolution, network[f"{name}_bn"], nn.ReLU6()]


def test_every_layer_gives_what_keras_s_gives(same_layer_by_layer: Callable[..., None]) -> None:
    network = published()
    layers = [("conv1", nn.Sequential(*convolved(network, "conv1")))]
    for number in range(1, len(OUT) + 1):
        steps = convolved(network, f"conv_dw_{number}") + convolved(network, f"conv_pw_{number}")
        layers.append((f"conv_pw_{number}", nn.Sequential(*steps)))
    assert [name for name, _ in layers] == list(INFO.layers)
    same_layer_by_layer(INFO, network, layers, (64, 96))


@settings(deadline=None)
@given(st.lists(st.integers(1, 99), min_size=len(OUT), max_size=len(OUT)), st.integers(1, 99))
def test_a_network_of_any_width_has_the_channels_that_were_asked_for(out: Sequence[int], stem: int) -> None:
    plan = mobilenet(tuple(out), stem)
    assert list(plan.channels().values()) == [stem, *out]
    tensors = plan.tensors()
    for number, (below, above) in enumerate(pairwise([stem, *out]), 1):
        assert tensors[f"conv_dw_{number}.weight"] == (below, 1, 3, 3)
        assert tensors[f"conv_pw_{number}.weight"] == (above, below, 1, 1)
    assert len(tensors) == (1 + 2 * len(out)) * (1 + len(NORM_PARTS))
