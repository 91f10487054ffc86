import subprocess
import sys
from pathlib import Path

import pytest

from livedream.dream.catalog import EMBEDDED_HEADS, EMBEDDED_STRIDES, network_info
from livedream.errors import InputError

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
    assert [info.depth(layer) for layer in info.layers] == list(range(len(info.layers)))


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
    with pytest.raises(InputError, match=r"no network 'vgg'.*embedded"):
        network_info("vgg")


@pytest.mark.parametrize(
    "content", [None, b"", b"1234567", b"\xff" * 64, b"\x04" + bytes(7) + b"nope", b"\x02" + bytes(7) + b"{}"]
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
    code = "import sys; from livedream.dream.catalog import network_info; network_info('embedded');"
    code += "assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
