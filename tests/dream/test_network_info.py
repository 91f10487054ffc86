"""Names of layers: those with before_ in front."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.catalog import network_info, network_names
from livedream.dream.network_info import IMAGE, NetworkInfo
from livedream.errors import InputError

NAMES = network_names()


def trunk(info: NetworkInfo) -> list[str]:
    return [IMAGE, *(layer for layer in info.layers if layer not in info.heads)]


@pytest.mark.parametrize(
    ("name", "layer", "before"),
    [
        ("embedded", "block.3", "block.2"),
        ("embedded", "head.8", "block.7"),
        ("embedded", "eyes", "block.7"),
        ("embedded", "block.8", "block.7"),
        ("embedded", "block.0", "stem"),
        ("googlenet", "inception4c", "inception4b"),
        ("googlenet", "inception_4a/output", "maxpool3"),
        ("bvlc_googlenet", "inception_4b/output", "inception_4a/output"),
        ("bvlc_googlenet", "logits", "inception_4d/output"),
        ("bvlc_googlenet", "creatures", "inception_4b/output"),
        ("googlenet_cars", "norm1", "pool1"),
        ("nin", "cccp1", "relu0"),
        ("nin", "conv2", "pool1"),
        ("vgg16", "relu4_3", "conv4_3"),
        ("vgg16", "features.21", "relu4_2"),
        ("resnet50", "layer3.0", "layer2.3"),
    ],
)
def test_what_goes_into_a_layer_is_a_layer(name: str, layer: str, before: str) -> None:
    info = network_info(name)
    assert info.find(f"before_{layer}") == before
    assert info.depth(f"before_{layer}") == info.depth(before)
    assert info.channels(f"before_{layer}") == info.layers[before]


@given(st.sampled_from(NAMES), st.data())
def test_before_goes_one_layer_back_along_the_trunk(name: str, data: st.DataObject) -> None:
    info = network_info(name)
    place = data.draw(st.integers(2, len(trunk(info)) - 1))
    steps = data.draw(st.integers(1, place - 1))
    assert info.find("before_" * steps + trunk(info)[place]) == trunk(info)[place - steps]


@pytest.mark.parametrize(
    ("name", "convolution", "before"),
    [
        ("bvlc_googlenet", "inception_4d_3x3_reduce", "inception_4c/output"),
        ("bvlc_googlenet", "inception_4d/3x3_reduce", "inception_4c/output"),
        ("googlenet_cars", "inception_3a_1x1", "pool2"),
        ("googlenet", "inception4c.branch2.0.conv", "inception4b"),
        ("googlenet", "inception4c.branch2.0", "inception4b"),
        ("resnet50", "layer3.0.downsample.0", "layer2.3"),
        ("squeezenet1_1", "features.4.squeeze", "fire2"),
        ("mobilenet_v1", "conv_dw_8", "conv_pw_7"),
        ("mobilenet_v1", "conv_pw_8", "conv_pw_7"),
    ],
)
def test_so_it_is_for_a_convolution_that_a_layer_begins_with(
    name: str, convolution: str, before: str
) -> None:
    assert network_info(name).find(f"before_{convolution}") == before


@pytest.mark.parametrize(
    ("name", "convolution", "near"),
    [
        ("bvlc_googlenet", "inception_4c_3x3", "inception_4b/output, inception_4c/output"),
        ("bvlc_googlenet", "inception_4c/pool_proj", "inception_4b/output, inception_4c/output"),
        ("bvlc_googlenet", "loss1_fc_1", "inception_4a/output, loss1/classifier"),
        ("resnet50", "layer3.4.conv2", "layer3.3, layer3.4"),
        ("squeezenet1_1", "features.4.expand1x1", "fire2, fire3"),
    ],
)
def test_what_goes_into_a_convolution_further_in_is_no_layer(name: str, convolution: str, near: str) -> None:
    with pytest.raises(InputError) as told:
        network_info(name).find(f"before_{convolution}")
    assert str(told.value).startswith(f"before_{convolution}: the input of {convolution} lies inside ")
    assert str(told.value).endswith(f"and is not a layer of {name}; the nearest are: {near}")


@pytest.mark.parametrize("name", NAMES)
def test_before_the_first_layer_is_the_picture_itself(name: str) -> None:
    info = network_info(name)
    first = next(iter(info.layers))
    for layer in (first, IMAGE):
        with pytest.raises(InputError, match=rf"^before_{layer}: .* is the picture itself; use 'image'$"):
            info.find(f"before_{layer}")


def test_before_an_unknown_layer_the_near_ones_are_told() -> None:
    with pytest.raises(InputError, match=r"no layer 'eyez'; choose one of: eyes"):
        network_info("embedded").find("before_eyez")
    with pytest.raises(InputError, match=r"no layer ''; choose one of: eyes"):
        network_info("embedded").find("before_")


def test_a_network_without_a_classifier_has_no_classes() -> None:
    counts = {name: network_info(name).classes for name in NAMES}
    assert counts["embedded"] == counts["mobilenet_v1"] == 0
    assert counts["googlenet_cars"] == 431
    assert set(counts.values()) == {0, 205, 365, 431, 1000}
