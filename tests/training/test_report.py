import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from livedream.dream.catalog import network_info
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.errors import InputError
from livedream.presets import load, shipped
from livedream.sources.still_image import read_image
from livedream.training.report import contact_sheet, moods, report
from livedream.training.teacher import TEACHES

Call = Callable[..., tuple[int, str, str]]


def test_the_contact_sheet_has_a_row_for_each_photo_and_two_dreams_for_each_preset(teacher: Network) -> None:
    images = torch.rand(2, 3, 32, 40, generator=torch.Generator().manual_seed(0))
    student = load_network(network_info("embedded"))
    rgb = contact_sheet(student, teacher, images, ("eyes", "lines"))
    assert rgb.shape == (2 * 32, 5 * 40, 3)
    np.testing.assert_array_equal(rgb[:32, :40], (images[0] * 255).round().byte().permute(1, 2, 0).numpy())
    tiles = [rgb[:32, column * 40 : column * 40 + 40].astype(int) for column in range(5)]
    assert all(np.abs(tiles[0] - tile).mean() > 1 for tile in tiles[1:])


def test_every_shipped_preset_dreams_of_what_the_teacher_taught() -> None:
    info = network_info("embedded")
    for name in shipped():
        dream = load(name).settings.dream
        assert {info.find(layer) for layer in dream.layers} <= set(TEACHES), name


def test_the_moods_are_what_a_teacher_can_dream_beside_the_student(teacher: Network) -> None:
    assert {"eyes", "creatures", "fur", "lines", "weave", "maze", "petals", "swirls"} <= set(moods())
    student = load_network(network_info("embedded"))
    assert contact_sheet(student, teacher, torch.rand(1, 3, 32, 32), moods()[:1]).shape == (32, 96, 3)


def test_a_layer_that_nobody_taught_has_no_counterpart(teacher: Network, tmp_path: Path) -> None:
    preset = tmp_path / "stem.toml"
    preset.write_text("[dream.layers]\nstem = 1\n")
    student = load_network(network_info("embedded"))
    with pytest.raises(InputError, match="no counterpart of the layer stem"):
        contact_sheet(student, teacher, torch.rand(1, 3, 32, 32), (str(preset),))


@pytest.mark.slow
def test_it_prints_a_line_for_each_head_and_writes_the_sheet(
    call: Call, teacher_file: Path, photos_file: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.png"
    given = ["--teacher", teacher_file, "--photos", photos_file, "--count", "1"]
    code, printed, _ = call(report, *given, "--sheet", sheet, "--preset", "eyes")
    assert code == 0
    assert all(head in printed for head in TEACHES)
    assert printed.count("salient") == len(network_info("embedded").salient)
    assert read_image(sheet).shape == (6 * 48, 3 * 48, 3)


@pytest.mark.slow
def test_it_is_a_program(photos_file: Path) -> None:
    command = [sys.executable, "-m", "livedream.training.report", "--teacher", "gone.npz"]
    ran = subprocess.run(
        [*command, "--photos", str(photos_file)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "gone.npz is missing" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_clip_that_is_none_is_told_in_a_sentence(
    call: Call, teacher_file: Path, photos_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "clip.mp4").write_bytes(bytes(600))
    given = ["--teacher", teacher_file, "--photos", photos_file, "--count", "1"]
    code, _, told = call(report, *given, "--clip", tmp_path / "clip.mp4")
    assert code == 2
    assert "clip.mp4" in told
