import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import livedream
from livedream.dream.catalog import network_info
from livedream.dream.spec import KNOBS, KernelSpec, frame_inputs, kernel_spec, working_size_hw
from livedream.errors import InputError
from livedream.resources import folder
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", ("head.4", "head.8"), (64, 88), 2, 1.6, 2, 1.5)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@given(st.integers(1, 8192), st.integers(1, 8192), st.integers(500, 8_294_400))
def test_a_working_size_has_the_pixels_and_fits_the_network(width: int, height: int, working_px: int) -> None:
    rows, columns = working_size_hw((width, height), working_px)
    assert rows % 8 == columns % 8 == 0
    assert min(rows, columns) >= 32
    assert rows * columns >= working_px


@given(st.integers(16, 4096), st.integers(16, 4096), st.integers(16_384, 2_000_000))
def test_a_working_size_has_the_picture_s_shape(width: int, height: int, working_px: int) -> None:
    rows, columns = working_size_hw((width, height), working_px)
    aspect = min(8.0, max(1 / 8, width / height))
    assert columns / rows == pytest.approx(aspect, rel=0.2)
    assert rows * columns <= working_px * 1.25, "not many more than asked for"


@pytest.mark.parametrize("size_wh", [(1280, 720), (720, 1280), (640, 480), (1920, 1080), (480, 480)])
def test_a_usual_picture_keeps_its_shape_within_a_few_percent(size_wh: tuple[int, int]) -> None:
    rows, columns = working_size_hw(size_wh, DreamSettings().working_px)
    assert columns / rows == pytest.approx(size_wh[0] / size_wh[1], rel=0.05)


def test_more_pixels_are_never_fewer() -> None:
    sizes = [np.prod(working_size_hw((1280, 720), pixels)) for pixels in range(4_096, 200_000, 3_000)]
    assert sizes[0] < sizes[-1]
    assert all(after >= 0.93 * before for before, after in pairwise(sizes))


def test_settings_decide_the_spec_and_the_layers_come_in_order() -> None:
    dream = DreamSettings(layers={"eyes": 1.0, "head.4": 2.0, "lines": 1.0, "stem": 0.0}, octaves=3, steps=4)
    spec = kernel_spec(dream, (64, 88))
    assert spec.layers == ("stem", "head.4", "head.8")
    assert (spec.octaves, spec.steps, spec.size_hw) == (3, 4, (64, 88))
    assert (spec.octave_scale, spec.smoothing_px) == (dream.octave_scale, dream.smoothing_px)


@pytest.mark.parametrize(
    "change",
    [{"step_size": 0.3}, {"roughness": 2.0}, {"jitter_px": 3}, {"layers": {"eyes": 0.25}},
     {"layers": {"head.8": 9.0}}, {"channels": {"eyes": {3: 1.0}}}],
)  # fmt: skip
def test_what_is_read_each_frame_does_not_change_the_spec(change: dict[str, Any]) -> None:
    changed = DreamSettings(**{"layers": {"eyes": 1.0}} | change)
    assert kernel_spec(changed, (64, 88)) == kernel_spec(DreamSettings(layers={"eyes": 1.0}), (64, 88))


def test_an_unknown_layer_is_told_with_near_ones() -> None:
    with pytest.raises(InputError, match=r"no layer 'eye'; take one of: .*eyes"):
        kernel_spec(DreamSettings(layers={"eye": 1.0}), (64, 64))


@pytest.mark.parametrize("channel", [512, 5000, -1, -513])
def test_a_channel_that_the_layer_does_not_have_is_told(channel: int) -> None:
    dream = DreamSettings(layers={"eyes": 1.0}, channels={"eyes": {channel: 1.0}})
    with pytest.raises(InputError, match=rf"{channel}.*512"):
        frame_inputs(kernel_spec(dream, (64, 64)), dream, rng())


@pytest.mark.parametrize("name", ["nonsense", "eye"])
def test_channels_of_a_layer_that_there_is_not_are_told(name: str) -> None:
    dream = DreamSettings(layers={"eyes": 1.0}, channels={name: {3: 1.0}})
    with pytest.raises(InputError, match=name):
        frame_inputs(kernel_spec(dream, (64, 64)), dream, rng())


@pytest.mark.parametrize(("layer", "named"), [("eyes", "head.8"), ("head.8", "eyes")])
def test_channels_count_by_either_name_of_their_layer(layer: str, named: str) -> None:
    dream = DreamSettings(layers={layer: 2.0}, channels={named: {3: 1.0}})
    *_, control = frame_inputs(kernel_spec(dream, (64, 64)), dream, rng())
    assert control.sum() == control[0, 3, 0, 0] == 2.0


def test_equal_specs_have_equal_fingerprints_and_all_that_matters_changes_them() -> None:
    changes: list[dict[str, Any]] = [
        {"layers": ("head.8",)}, {"layers": ("head.4", "block.6")}, {"size_hw": (88, 64)},
        {"size_hw": (64, 96)}, {"octaves": 3}, {"octave_scale": 1.5}, {"steps": 3}, {"smoothing_px": 1.0},
    ]  # fmt: skip
    fingerprints = [SPEC.fingerprint(), *(replace(SPEC, **change).fingerprint() for change in changes)]
    assert replace(SPEC).fingerprint() == fingerprints[0]
    assert len(set(fingerprints)) == len(fingerprints)


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "import sys, pickle; sys.stdout.write(pickle.load(sys.stdin.buffer).fingerprint());"
        "assert 'torch' not in sys.modules"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(SPEC), capture_output=True, check=True
    )
    assert ran.stdout.decode() == SPEC.fingerprint()


def fingerprint_of(checkout: Path) -> str:
    """Let the package that lies in a folder take the fingerprint."""
    code = "import sys, pickle; sys.stdout.write(pickle.load(sys.stdin.buffer).fingerprint())"
    ran = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(SPEC), capture_output=True, check=True,
        cwd=checkout, env=os.environ | {"PYTHONPATH": str(checkout)},
    )  # fmt: skip
    return ran.stdout.decode()


@pytest.mark.parametrize("part", ["assets/embedded_v1.safetensors", "livedream/dream/layers.py",
                                  "livedream/dream/kernel.py", "livedream/ops/pyramid.py"])  # fmt: skip
def test_other_weights_or_other_code_have_another_fingerprint(tmp_path: Path, part: str) -> None:
    package = Path(livedream.__file__).resolve().parent
    shutil.copytree(package, tmp_path / "livedream", ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copytree(folder("assets"), tmp_path / "assets")
    before = fingerprint_of(tmp_path)
    with (tmp_path / part).open("ab") as stream:
        stream.write(b"\n# changed\n")
    assert fingerprint_of(tmp_path) != before == SPEC.fingerprint()


def test_it_is_described_in_the_words_of_the_settings() -> None:
    described = replace(SPEC, layers=("stem", "head.8"), steps=3).describe()
    assert described == {
        "network": "embedded", "layers": ["stem", "eyes"], "working_size": [88, 64],
        "octaves": 2, "steps": 3,
    }  # fmt: skip
    assert json.loads(json.dumps(described)) == described


def test_a_spec_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(SPEC))
    assert copy == SPEC
    assert hash(copy) == hash(SPEC)


@given(st.integers(0, 64), st.integers(1, 8), st.floats(0, 0.5), st.floats(0, 4))
def test_frame_inputs_have_the_kernel_s_shapes_and_the_wishes_in_them(
    jitter_px: int, octaves: int, step_size: float, roughness: float
) -> None:
    dream = DreamSettings(
        layers={"lines": 0.5, "eyes": -2.0}, octaves=octaves, jitter_px=jitter_px,
        step_size=step_size, roughness=roughness,
    )  # fmt: skip
    step, shifts_px, lines, eyes = frame_inputs(kernel_spec(dream, (64, 64)), dream, rng())
    assert step.dtype == np.float32
    assert step.tolist()[:2] == pytest.approx([step_size, roughness])
    assert step.shape == (len(KNOBS),)
    assert shifts_px.dtype == np.int64
    assert shifts_px.shape == (octaves, 2)
    assert np.abs(shifts_px).max() <= jitter_px
    info = network_info("embedded")
    for control, layer, weight in ((lines, "head.4", 0.5), (eyes, "head.8", -2.0)):
        assert control.dtype == np.float32
        assert control.shape == (1, info.layers[layer], 1, 1)
        assert (control == weight).all()


def test_jitter_reaches_both_ends_and_follows_its_generator() -> None:
    spec = kernel_spec(DreamSettings(octaves=8), (64, 64))
    dream, same = DreamSettings(jitter_px=2), np.random.default_rng(1)
    seen = {int(shift) for _ in range(20) for shift in frame_inputs(spec, dream, same)[1].flat}
    assert seen == {-2, -1, 0, 1, 2}
    assert (frame_inputs(spec, dream, rng())[1] == frame_inputs(spec, dream, rng())[1]).all()


def test_chosen_channels_get_their_weights_and_the_others_none() -> None:
    dream = DreamSettings(layers={"eyes": 2.0, "lines": 1.0}, channels={"eyes": {17: 1.0, 4: -0.5}})
    _, _, lines, eyes = frame_inputs(kernel_spec(dream, (64, 64)), dream, rng())
    assert (lines == 1).all()
    assert eyes[0, 17, 0, 0] == 2.0
    assert eyes[0, 4, 0, 0] == -1.0
    assert np.count_nonzero(eyes) == 2


def test_an_empty_table_of_channels_chooses_none() -> None:
    dream = DreamSettings(layers={"eyes": 2.0}, channels={"eyes": {}})
    *_, control = frame_inputs(kernel_spec(dream, (64, 64)), dream, rng())
    assert (control == 2.0).all(), "all channels, as if the table were not there"


def test_a_mood_and_its_layer_s_name_add_up() -> None:
    dream = DreamSettings(layers={"eyes": 1.0, "head.8": 0.5})
    spec = kernel_spec(dream, (64, 64))
    *_, control = frame_inputs(spec, dream, rng())
    assert spec.layers == ("head.8",)
    assert (control == 1.5).all()


def test_an_engine_that_is_still_the_old_one_is_fed_what_it_knows() -> None:
    old = kernel_spec(DreamSettings(layers={"eyes": 1.0}, octaves=3), (64, 64))
    new = DreamSettings(layers={"eyes": 0.5, "patterns": 1.0}, octaves=1)
    _, shifts_px, *controls = frame_inputs(old, new, rng())
    assert shifts_px.shape == (3, 2)
    assert [control.shape for control in controls] == [(1, 512, 1, 1)]
    assert (controls[0] == 0.5).all()


def test_an_example_fits_the_kernel_and_is_a_picture() -> None:
    spec = replace(SPEC, layers=("stem", "block.0"), size_hw=(40, 48))
    first, again = spec.example(), spec.example()
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
    spec = kernel_spec(DreamSettings(**SPREAD), (96, 128))
    assert [part.dreamed for part in spec.parts] == [[0], [1], [2]]
    assert [part.only for part in spec.parts] == [0, 1, 2]
    assert all(part.parts == () for part in spec.parts)
    assert len({part.fingerprint() for part in (spec, *spec.parts)}) == 4
    assert spec.parts[1].describe()["only"] == 1
    shapes = [[array.shape for array in part.example()] for part in (spec, *spec.parts)]
    assert all(shape == shapes[0] for shape in shapes), "what feeds the one feeds the others"


def test_octaves_too_small_to_be_dreamed_have_no_turn() -> None:
    sizes = {(96, 128): 3, (48, 64): 2, (32, 32): 1}
    for size_hw, count in sizes.items():
        spec = kernel_spec(DreamSettings(**SPREAD), size_hw)
        assert len(spec.parts) == count == len(spec.sizes_hw)


def test_without_the_wish_and_with_one_octave_nothing_takes_turns() -> None:
    plain = kernel_spec(DreamSettings(**SPREAD | {"spread": False}), (96, 128))
    assert plain.parts == ()
    assert plain.dreamed == [0, 1, 2]
    single = SPREAD | {"octaves": 1}
    assert kernel_spec(DreamSettings(**single), (96, 128)).parts == ()
