import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import livedream
from livedream.dream.program import KernelProgram, TileProgram
from livedream.dream.spec import KernelSpec, kernel_spec
from livedream.dream.taps import taps_at
from livedream.dream.tiles import Tiling, tile_spec, tiling_of
from livedream.resources import folder
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("head.4", "head.8"), (64, 88), 2, 1.6, 2, 1.5)
PROGRAM = KernelProgram(SPEC)
TILED = KernelSpec("embedded", taps_at("stem"), (1080, 1920), 3, 1.4, 5, 1.0)


def test_equal_specs_have_equal_fingerprints_and_all_that_matters_changes_them() -> None:
    changes: list[dict[str, Any]] = [
        {"taps": taps_at("head.8")},
        {"taps": taps_at("head.4", "block.6")},
        {"taps": taps_at("head.4", "head.8", objective="l2")},
        {"size_hw": (88, 64)},
        {"size_hw": (64, 96)},
        {"octaves": 3},
        {"octave_scale": 1.5},
        {"steps": 3},
        {"smoothing_px": 1.0},
    ]
    specs = [SPEC, *(replace(SPEC, **change) for change in changes)]
    fingerprints = [KernelProgram(spec).fingerprint() for spec in specs]
    assert KernelProgram(replace(SPEC)).fingerprint() == fingerprints[0]
    assert len(set(fingerprints)) == len(fingerprints)


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "import sys, pickle; sys.stdout.write(pickle.load(sys.stdin.buffer).fingerprint());"
        "assert 'torch' not in sys.modules"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(PROGRAM), capture_output=True, check=True
    )
    assert ran.stdout.decode() == PROGRAM.fingerprint()


def fingerprint_of(checkout: Path) -> str:
    """Let the package that lies in a folder take the fingerprint."""
    code = "import sys, pickle; sys.stdout.write(pickle.load(sys.stdin.buffer).fingerprint())"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(PROGRAM),
        capture_output=True,
        check=True,
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
    )
    return ran.stdout.decode()


@pytest.mark.parametrize(
    "part",
    [
        "assets/embedded_v1.safetensors",
        "livedream/dream/layers.py",
        "livedream/dream/kernel.py",
        "livedream/ops/pyramid.py",
    ],
)
def test_other_weights_or_other_code_have_another_fingerprint(tmp_path: Path, part: str) -> None:
    package = Path(livedream.__file__).resolve().parent
    shutil.copytree(package, tmp_path / "livedream", ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copytree(folder("assets"), tmp_path / "assets")
    before = fingerprint_of(tmp_path)
    with (tmp_path / part).open("ab") as stream:
        stream.write(b"\n# changed\n")
    assert fingerprint_of(tmp_path) != before == PROGRAM.fingerprint()


def test_it_is_described_in_the_words_of_the_settings() -> None:
    described = KernelProgram(replace(SPEC, taps=taps_at("stem", "head.8"), steps=3)).describe()
    assert described == {
        "network": "embedded",
        "layers": ["stem", "eyes"],
        "working_size": [88, 64],
        "octaves": 2,
        "steps": 3,
        "channels": "all",
    }
    assert json.loads(json.dumps(described)) == described


def test_it_is_described_whether_a_head_with_salient_channels_has_all_of_them() -> None:
    some, every = (
        kernel_spec(DreamSettings(layers={"eyes": 1.0}, without=without), (64, 64))
        for without in ({}, {"eyes": ()})
    )
    assert "channels" not in KernelProgram(some).describe()
    assert KernelProgram(every).describe()["channels"] == "all"


def test_an_example_fits_the_kernel_and_is_a_picture() -> None:
    program = KernelProgram(replace(SPEC, taps=taps_at("stem", "block.0"), size_hw=(40, 48)))
    first, again = program.example(), program.example()
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    image = first[0]
    assert image.shape == (1, 3, 40, 48)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assert image.std() > 0.1
    neighbours = np.abs(np.diff(image, axis=3)).mean()
    assert neighbours < 0.5 * image.std(), "smooth as a picture, not noise"
    assert first[1][0] > 0, "a step of nothing would agree with any engine"


SPREAD = {"layers": {"eyes": 1.0}, "octaves": 3, "octave_scale": 1.4, "steps": 2, "spread": True}


def test_octaves_that_take_turns_are_programs_of_their_own() -> None:
    program = KernelProgram(kernel_spec(DreamSettings(**SPREAD), (96, 128)))
    assert [part.spec.dreamed for part in program.parts] == [[0], [1], [2]]
    assert [part.spec.only for part in program.parts] == [0, 1, 2]
    assert all(part.parts == () for part in program.parts)
    assert len({part.fingerprint() for part in (program, *program.parts)}) == 4
    assert program.parts[1].describe()["only"] == 1
    shapes = [[array.shape for array in part.example()] for part in (program, *program.parts)]
    assert all(shape == shapes[0] for shape in shapes), "what feeds the one feeds the others"


def test_a_tile_is_described_and_known_apart_from_a_kernel() -> None:
    tiling = tiling_of(TILED.size_hw)
    assert tiling is not None
    spec = tile_spec(TILED, tiling)
    assert TileProgram(spec).fingerprint() != KernelProgram(spec.kernel).fingerprint()
    described = TileProgram(spec).describe()
    assert described["part"] == "a tile"
    assert "octaves" not in described


def test_the_example_of_a_tile_fits_its_program() -> None:
    taps = (*taps_at("stem"), *taps_at("stem", objective="content"))
    kernel = KernelSpec("embedded", taps, (64, 96), 1, 1.4, 1, 1.0, rank="strongest")
    spec = tile_spec(kernel, Tiling((64, 96), (64, 96)))
    image, *controls = TileProgram(spec).example()
    assert image.shape == (1, 3, 64, 96)
    assert [control.shape for control in controls[:-1]] == [(1, controls[0].shape[1], 1, 1)] * 2
    assert controls[-1].shape == image.shape
