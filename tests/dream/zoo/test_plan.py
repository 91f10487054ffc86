import pytest

from livedream.dream.catalog import network_info, network_names

PUBLISHED = network_names()[1:]


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_convolution_lies_in_one_layer(name: str) -> None:
    info = network_info(name)
    inner = info.plan.inner()
    assert list(inner) == [step.weights for step, _ in info.plan.convolutions()]
    assert {layer for layer, _ in inner.values()} <= set(info.layers)


@pytest.mark.parametrize(
    ("name", "layer", "seeing"),
    [
        ("bvlc_googlenet", "inception_4c/output", ["1x1", "3x3_reduce", "5x5_reduce"]),
        ("squeezenet1_1", "fire8", ["squeeze"]),
        ("resnet50", "layer3.0", ["conv1", "downsample.0"]),
        ("inception_v3", "Mixed_6c", ["branch1x1.conv", "branch7x7_1.conv", "branch7x7dbl_1.conv"]),
        ("mobilenet_v1", "conv_pw_8", ["conv_dw_8"]),
        ("bvlc_googlenet", "loss1/classifier", []),
    ],
)
def test_a_convolution_sees_what_goes_into_its_layer_or_not(name: str, layer: str, seeing: list[str]) -> None:
    inner = network_info(name).plan.inner()
    found = [weights for weights, (around, sees) in inner.items() if around == layer and sees]
    assert len(found) == len(seeing)
    assert all(weights.endswith(end) for weights, end in zip(found, seeing, strict=True))
