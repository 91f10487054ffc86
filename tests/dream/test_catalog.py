import json
import subprocess
import sys
from math import prod
from pathlib import Path
from typing import get_args

import pytest
from safetensors.torch import load_file, save_file

from livedream.dream import catalog
from livedream.dream.catalog import (
    EMBEDDED_HEADS,
    EMBEDDED_STRIDES,
    known_network,
    network_info,
    network_names,
    networks_folder,
)
from livedream.errors import InputError
from livedream.resources import folder
from livedream.settings import DreamSettings

REPORT = """
import sys
from pathlib import Path
from livedream import resources
from livedream.errors import InputError
resources.folder = lambda name: Path(sys.argv[1])
from livedream.dream.catalog import network_info
try:
    network_info("embedded")
except InputError as fault:
    sys.stdout.write(str(fault))
"""


def test_it_lists_the_layers_in_order_with_their_channels() -> None:
    info = network_info("embedded")
    trunk = ["stem", *(f"block.{number}" for number in range(len(EMBEDDED_STRIDES)))]
    assert [layer for layer in info.layers if layer not in EMBEDDED_HEADS] == trunk
    for head, below in EMBEDDED_HEADS.items():
        assert info.depth(head) == info.depth(below) + 1
    assert info.layers["stem"] == 64
    assert info.layers["head.11"] == 512
    assert [info.depth(layer) for layer in info.layers] == list(range(1, len(info.layers) + 1))
    assert info.depth("image") == 0


def test_every_mood_stands_for_a_layer_of_its_own() -> None:
    info = network_info("embedded")
    assert set(info.moods) == {"lines", "patterns", "eyes", "creatures"}
    assert len({info.find(mood) for mood in info.moods}) == len(info.moods)
    for mood, layer in info.moods.items():
        assert info.find(mood) == info.find(layer) == layer
        assert info.depth(mood) == info.depth(layer)


@pytest.mark.parametrize(("wrong", "near"), [("eye", "eyes"), ("pattern", "patterns"), ("head8", "head.8")])
def test_an_unknown_layer_is_answered_with_near_ones(wrong: str, near: str) -> None:
    with pytest.raises(InputError) as told:
        network_info("embedded").find(wrong)
    assert repr(wrong) in str(told.value)
    assert near in str(told.value)
    assert "\n" not in str(told.value)


def test_a_layer_like_no_other_is_answered_with_all() -> None:
    with pytest.raises(InputError, match=r"eyes.*block\.10"):
        network_info("embedded").find("~")


def test_an_unknown_network_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        InputError, match=r"no network 'bogus-1'; choose one of: embedded, googlenet, .*mobilenet_v1$"
    ):
        network_info("bogus-1")


@pytest.mark.parametrize(
    ("wrong", "near"), [("vgg", "vgg16"), ("Resnet-50", "resnet50"), ("inceptionv3", "inception_v3")]
)
def test_a_name_like_a_network_s_is_answered_with_it(wrong: str, near: str) -> None:
    with pytest.raises(InputError, match=rf"no network {wrong!r}; choose one of: .*{near}"):
        network_info(wrong)


def test_the_settings_know_the_same_networks() -> None:
    assert get_args(DreamSettings.model_fields["network"].annotation) == network_names()


PARAMETERS = {
    "googlenet": 6_624_904,
    "bvlc_googlenet": 6_998_552,
    "googlenet_places205": 6_183_677,
    "googlenet_places365": 6_347_677,
    "googlenet_cars": 6_415_327,
    "nin": 7_595_176,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "squeezenet1_1": 1_235_496,
    "inception_v3": 23_834_568,
    "resnet50": 25_557_032,
    "mobilenet_v1": 4_231_976,
}
"""As published: by torchvision, by Caffe's model zoo, by Keras (the trainable ones)."""

NOT_PLANNED = {
    "bvlc_googlenet": 1025 * 1000,
    "googlenet_places205": 1025 * 205,
    "googlenet_places365": 1025 * 365,
    "googlenet_cars": 1025 * 431,
    "mobilenet_v1": 1024 * 9 + 2 * 1024 + 1024 * 1024 + 2 * 1024 + 1025 * 1000,
}
"""What the published files leave out: the last classifier, and MobileNet's last separable convolution."""


@pytest.mark.parametrize("name", network_names()[1:])
def test_it_has_the_published_number_of_parameters(name: str) -> None:
    info = network_info(name)
    counted = sum(
        prod(shape)
        for tensor, shape in info.plan.tensors().items()
        if ".running_" not in tensor and not tensor.startswith(("loss1", "loss2"))
    )
    assert counted + NOT_PLANNED.get(name, 0) == info.parameters == PARAMETERS[name]


@pytest.mark.parametrize("name", network_names())
def test_its_names_lead_to_layers(name: str) -> None:
    info = network_info(name)
    assert info.find(info.default_layer) in info.layers
    assert set(info.moods.values()) | set(info.aliases.values()) <= set(info.layers)
    assert not set(info.aliases) & (set(info.layers) | set(info.moods))
    assert info.licence


@pytest.mark.parametrize(
    ("name", "alias", "layer"),
    [
        ("googlenet", "inception_4c/output", "inception4c"),
        ("googlenet", "mixed4c", "inception4c"),
        ("googlenet", "logits", "fc"),
        ("bvlc_googlenet", "inception4c", "inception_4c/output"),
        ("bvlc_googlenet", "conv3", "conv2/3x3"),
        ("bvlc_googlenet", "inception_4c_output", "inception_4c/output"),
        ("googlenet_places365", "pool1_norm1", "pool1/norm1"),
        ("googlenet_cars", "mixed4c", "inception_4c/output"),
        ("googlenet_cars", "conv3", "conv2_3x3"),
        ("googlenet_cars", "logits", "loss2/classifier_model"),
        ("nin", "features.0", "conv1"),
        ("nin", "features.5", "relu2"),
        ("nin", "features.20", "pool3"),
        ("nin", "features.22", "conv4-1024"),
        ("nin", "features.26", "cccp8-1024"),
        ("nin", "pool0", "pool1"),
        ("nin", "logits", "pool4"),
        ("vgg16", "features.21", "conv4_3"),
        ("vgg16", "features.22", "relu4_3"),
        ("vgg16", "block4_conv3", "relu4_3"),
        ("vgg16", "features.30", "pool5"),
        ("vgg16", "classifier.6", "fc8"),
        ("vgg19", "features.36", "pool5"),
        ("vgg19", "features.26", "relu4_4"),
        ("squeezenet1_1", "features.11", "fire8"),
        ("squeezenet1_1", "features.8", "maxpool5"),
        ("inception_v3", "mixed5", "Mixed_6c"),
        ("inception_v3", "mixed10", "Mixed_7c"),
        ("resnet50", "res4e", "layer3.4"),
        ("resnet50", "layer3", "layer3.5"),
        ("resnet50", "conv5_3", "layer4.2"),
        ("mobilenet_v1", "eyes", "conv_pw_8"),
    ],
)
def test_layers_are_known_by_the_names_of_the_literature(name: str, alias: str, layer: str) -> None:
    assert network_info(name).find(alias) == layer


@pytest.mark.parametrize(
    ("name", "wrong", "near"),
    [
        ("vgg16", "conv4_9", "conv4_3"),
        ("inception_v3", "mixed6c", "Mixed_6c"),
        ("resnet50", "layer3.9", "layer3.5"),
        ("googlenet", "inception_4f/output", "inception_4e/output"),
    ],
)
def test_a_name_like_a_layer_s_is_answered_with_it(name: str, wrong: str, near: str) -> None:
    with pytest.raises(InputError) as told:
        network_info(name).find(wrong)
    assert near in str(told.value).partition("choose one of: ")[2]


@pytest.mark.parametrize("name", network_names())
def test_the_layer_to_begin_with_is_told_first(name: str) -> None:
    info = network_info(name)
    with pytest.raises(InputError, match=f"no layer '~~'; choose one of: {info.default_layer}, "):
        info.find("~~")


@pytest.mark.parametrize("name", network_names()[1:])
def test_a_published_file_is_named_as_its_address_says(name: str) -> None:
    info = network_info(name)
    assert info.file.parent == networks_folder()
    if not info.address:
        assert info.way_out == f"install its weights: livedream networks get {name} --file FILE"
        return
    assert info.address.startswith("https://")
    assert info.address.endswith(info.file.name)
    assert info.way_out == f"run livedream networks get {name}, or download {info.address} and save it there"
    if "download.pytorch.org" in info.address:  # the name of the file has the first digits
        assert info.file.stem.rpartition("-")[2] == info.sha256[:8]
    assert len(info.sha256) in (0, 8, 64)


def test_weights_of_one_s_own_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "networks_folder", lambda: tmp_path)
    assert not network_info("vgg16").own
    network_info("vgg16").own_place.touch()
    info = network_info("vgg16")
    assert info.own
    assert info.file == tmp_path / "vgg16.safetensors"
    assert info.way_out == "install its weights: livedream networks get vgg16 --file FILE"


@pytest.mark.parametrize("note", ["", "3 2", "2 2", "-1 2", "2 512", "2 two"])
def test_salient_channels_that_are_none_are_told(tmp_path: Path, note: str) -> None:
    weights = load_file(folder("assets") / "embedded_v1.safetensors")
    save_file(weights, tmp_path / "embedded_v1.safetensors", {"salient.head.8": note})
    ran = subprocess.run(
        [sys.executable, "-c", REPORT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert "install livedream again" in ran.stdout


def test_notes_that_are_no_text_are_told(tmp_path: Path) -> None:
    content = (folder("assets") / "embedded_v1.safetensors").read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"]["salient.head.8"] = 5
    changed = json.dumps(header).encode()
    file = tmp_path / "embedded_v1.safetensors"
    file.write_bytes(len(changed).to_bytes(8, "little") + changed + content[8 + length :])
    ran = subprocess.run(
        [sys.executable, "-c", REPORT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert "install livedream again" in ran.stdout


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"1234567",
        b"\xff" * 64,
        b"\x04" + bytes(7) + b"nope",
        b"\x02" + bytes(7) + b"{}",
        b"\x03" + bytes(7) + b"[1]",
    ],
)
def test_a_network_file_that_is_gone_or_damaged_is_told_in_a_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "embedded_v1.safetensors").write_bytes(content)
    ran = subprocess.run(
        [sys.executable, "-c", REPORT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert "embedded_v1.safetensors" in ran.stdout
    assert "install livedream again" in ran.stdout


def test_knowing_the_networks_loads_no_torch() -> None:
    code = "import sys; from livedream.dream.catalog import network_info, network_names;"
    code += "[network_info(name) for name in network_names()];"
    code += "assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_weights_on_a_disk_that_was_pulled_out_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def pulled_out(_: Path) -> bool:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "is_file", pulled_out)
    with pytest.raises(InputError, match=r"googlenet-1378be20\.pth is missing"):
        network_info("googlenet").check_file()


def test_what_is_known_of_a_network_is_known_without_a_look_at_files(monkeypatch: pytest.MonkeyPatch) -> None:
    infos = [network_info(name) for name in network_names()]
    looked: list[Path] = []
    monkeypatch.setattr(Path, "is_file", looked.append)
    assert [known_network(name).layers for name in network_names()] == [info.layers for info in infos]
    assert looked == []
