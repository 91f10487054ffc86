import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from livedream.dream.catalog import EMBEDDED_HEADS, EMBEDDED_STRIDES, network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.errors import InputError


def as_documented(weights: dict[str, Tensor], x: Tensor) -> dict[str, Tensor]:
    """Run the embedded network as its card says, without its layers."""

    def convolve(name: str, x: Tensor, stride: int = 1) -> Tensor:
        weight = weights[f"{name}.weight"]
        size, groups = weight.shape[-1], x.shape[1] // weight.shape[1]
        before, after = (size - stride) // 2, size - stride - (size - stride) // 2
        padded = F.pad(x, (before, after, before, after))
        return F.conv2d(padded, weight, weights[f"{name}.bias"], stride, groups=groups)

    x = F.relu(convolve("stem", x, 4))
    outputs = {"stem": x}
    for number, stride in enumerate(EMBEDDED_STRIDES):
        name = f"block.{number}"
        y = convolve(f"{name}.project", F.relu(convolve(f"{name}.depthwise", x, stride)))
        x = F.relu(y + x if stride == 1 and y.shape == x.shape else y)
        outputs[name] = x
    return outputs | {head: F.relu(convolve(head, outputs[below])) for head, below in EMBEDDED_HEADS.items()}


def test_it_computes_what_its_card_says(network: Network) -> None:
    weights = {name: tensor.float() for name, tensor in load_file(network.info.file).items()}
    torch.manual_seed(0)
    x = torch.rand(1, 3, 48, 64) * 2 - 1
    expected = as_documented(weights, x)
    assert set(expected) == set(network.info.layers)
    for name in network.names:
        x = network[name](x)
        torch.testing.assert_close(x, expected[name], atol=1e-4, rtol=1e-3)
        for head in (head for head in EMBEDDED_HEADS if network.below(head) == name):
            torch.testing.assert_close(network.head(head)(x), expected[head], atol=1e-4, rtol=1e-3)
    assert {name: y.shape[1] for name, y in expected.items()} == dict(network.info.layers)


def test_the_weights_are_float32_and_frozen(network: Network) -> None:
    parameters = list(network.parameters())
    assert len(parameters) > 50
    assert {parameter.dtype for parameter in parameters} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in parameters)


@pytest.mark.parametrize("head", ["head.8", "head.11"])
def test_salient_channels_alone_have_the_gradient_of_all_with_the_others_silent(head: str) -> None:
    info = network_info("embedded")
    whole, few = (load_network(info).double() for _ in range(2))
    few.keep_salient([head])
    numbers = list(info.salient[head])
    chosen = torch.zeros(1, info.channels(head), 1, 1, dtype=torch.float64)
    chosen[0, numbers] = 1
    image = torch.rand(1, 3, 64, 96, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    of_all, (seen,) = InputGradient(whole, [(head, L2())]).with_activations(image, [chosen])
    of_few, (seen_few,) = InputGradient(few, [(head, L2())]).with_activations(image, [chosen[:, numbers]])
    torch.testing.assert_close(of_few, of_all)
    torch.testing.assert_close(seen_few, seen[:, numbers])
    assert few.head("head.4")(torch.zeros(1, 128, 2, 2).double()).shape[1] == 256, "other heads are left"


def test_a_way_down_ends_with_the_layer_asked_for(network: Network) -> None:
    assert [name for name, _ in network.down_to("block.2")] == ["stem", "block.0", "block.1", "block.2"]
    assert network.down_to("eyes")[-1] == ("block.7", network["block.7"])
    assert network.below("eyes") == network.below("block.7") == "block.7"
    with pytest.raises(InputError, match=r"no layer 'block\.99'"):
        network.down_to("block.99")
