from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.dream.network import Network
from livedream.dream.zoo.mobilenet import STRIDES
from livedream.errors import InputError
from livedream.training.teacher import TEACHES, load_teacher


def as_keras_does(arrays: dict[str, np.ndarray], x: Tensor) -> dict[str, Tensor]:
    """Run MobileNet v1 layer by layer: convolution, batch norm, ReLU6, with TensorFlow's padding "same"."""

    def convolve(name: str, x: Tensor, stride: int) -> Tensor:
        depthwise = f"{name}.depthwise_kernel" in arrays
        kernel = torch.from_numpy(arrays[f"{name}.depthwise_kernel" if depthwise else f"{name}.kernel"])
        weight = kernel.permute(2, 3, 0, 1) if depthwise else kernel.permute(3, 2, 0, 1)
        around = weight.shape[-1] - stride  # what TensorFlow adds where the stride divides the size
        x = F.pad(x, (around // 2, around - around // 2) * 2)
        y = F.conv2d(x, weight, None, stride, groups=x.shape[1] if depthwise else 1)
        mean, variance, gamma, beta = (
            torch.from_numpy(arrays[f"{name}_bn.{part}"]).reshape(-1, 1, 1)
            for part in ("moving_mean", "moving_variance", "gamma", "beta")
        )
        return torch.clamp((y - mean) / (variance + 1e-3).sqrt() * gamma + beta, 0, 6)

    outputs = {"conv1": convolve("conv1", x, 2)}
    x = outputs["conv1"]
    for number, stride in enumerate(STRIDES, 1):
        x = convolve(f"conv_pw_{number}", convolve(f"conv_dw_{number}", x, stride), 1)
        outputs[f"conv_pw_{number}"] = x
    return outputs


def test_it_computes_what_mobilenet_does(teacher_file: Path, teacher: Network) -> None:
    with np.load(teacher_file) as file:
        arrays = dict(file)
    x = torch.rand(2, 3, 64, 96) * 2 - 1
    expected = as_keras_does(arrays, x)
    assert teacher.names == tuple(expected)
    for name in teacher.names:
        x = teacher[name](x)
        torch.testing.assert_close(x, expected[name], atol=1e-4, rtol=1e-4)
        assert x.shape[1] == teacher.info.layers[name]


def test_every_layer_that_it_teaches_is_there(teacher: Network) -> None:
    assert set(TEACHES.values()) <= set(teacher.names)


def test_a_missing_teacher_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.npz is missing; give the npz of MobileNet v1"):
        load_teacher(tmp_path / "gone.npz")


def test_what_is_no_npz_is_told(tmp_path: Path) -> None:
    file = tmp_path / "text.npz"
    for content in (b"", b"no zip", b"PK\x03\x04 cut off"):
        file.write_bytes(content)
        with pytest.raises(InputError, match=r"text\.npz is damaged .*; give the npz of") as told:
            load_teacher(file)
        assert "\n" not in str(told.value)


def test_another_network_s_npz_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", weight=np.zeros(3))
    with pytest.raises(InputError, match=r"other\.npz is not the network mobilenet_v1: conv1\.weight is"):
        load_teacher(tmp_path / "other.npz")


def test_pickled_code_is_not_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "evil.npz", **{"conv1.kernel": np.array([print], dtype=object)})
    with pytest.raises(InputError, match=r"evil\.npz is damaged .*; give the npz of MobileNet v1"):
        load_teacher(tmp_path / "evil.npz")
