"""A teacher and photos that the tests make: MobileNet's shape with few channels, and coloured noise."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from livedream.dream.network import Network
from livedream.training.command import run
from livedream.training.photos import read_photos
from livedream.training.student import HEAD_CHANNELS
from livedream.training.teacher import TEACHES, load_teacher

THIN = 8
SIDE_PX = 48


@pytest.fixture(autouse=True)
def _on_one_thread(one_thread: None) -> None:
    """Small pictures are dreamed no faster by two."""


def teacher_arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    wide = {layer: HEAD_CHANNELS[head] for head, layer in TEACHES.items()}
    arrays: dict[str, np.ndarray] = {"conv1.kernel": rng.normal(0, 0.3, (3, 3, 3, THIN))}
    norms, channels = {"conv1_bn": THIN}, THIN
    for number in range(1, 13):
        out = wide.get(f"conv_pw_{number}", THIN)
        arrays[f"conv_dw_{number}.depthwise_kernel"] = rng.normal(0, 0.4, (3, 3, channels, 1))
        arrays[f"conv_pw_{number}.kernel"] = rng.normal(0, (2 / channels) ** 0.5, (1, 1, channels, out))
        norms |= {f"conv_dw_{number}_bn": channels, f"conv_pw_{number}_bn": out}
        channels = out
    for norm, count in norms.items():
        arrays[f"{norm}.gamma"] = rng.uniform(0.5, 1.5, count)
        arrays[f"{norm}.beta"] = rng.normal(0.1, 0.1, count)
        arrays[f"{norm}.moving_mean"] = rng.normal(0, 0.1, count)
        arrays[f"{norm}.moving_variance"] = rng.uniform(0.5, 1.5, count)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


@pytest.fixture(scope="session")
def teacher_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("teacher") / "mobilenet.npz"
    np.savez(file, **teacher_arrays())
    return file


@pytest.fixture(scope="session")
def teacher(teacher_file: Path) -> Network:
    return load_teacher(teacher_file)


def photo(number: int) -> bytes:
    rng = np.random.default_rng(number)
    small = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    large = cv2.resize(small, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".png", large)[1])


def write_tar(file: Path, contents: dict[str, bytes]) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


@pytest.fixture(scope="session")
def photos_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    contents = {f"photos/{number:03d}.png": photo(number) for number in range(130)}
    file = tmp_path_factory.mktemp("photos") / "photos.tar"
    return write_tar(file, {"photos/README.txt": b"no picture"} | contents)


@pytest.fixture(scope="session")
def photos(photos_file: Path) -> list[np.ndarray]:
    return read_photos(photos_file)[0]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line in this process; gives its exit code, what it printed, and its errors."""

    def call(command: Callable[..., None], *arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["livedream", *map(str, arguments)])
        try:
            code = run(command)
        except SystemExit as ended:  # typer ends so: every run, and numbers out of their range
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
