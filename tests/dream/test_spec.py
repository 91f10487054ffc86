import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.spec import FINER_STRIDE, KernelSpec, check_dream, kernel_spec, working_size_hw
from livedream.dream.taps import taps_at
from livedream.errors import InputError
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("head.4", "head.8"), (64, 88), 2, 1.6, 2, 1.5)


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
    [
        {"step_size": 0.3},
        {"roughness": 2.0},
        {"jitter_px": 3},
        {"layers": {"eyes": 0.25}},
        {"layers": {"head.8": 9.0}},
        {"channels": {"patterns": {3: 1.0}}},
        {"without": {"lines": [3]}},
    ],
)
def test_what_is_read_each_frame_does_not_change_the_spec(change: dict[str, Any]) -> None:
    changed = DreamSettings(**{"layers": {"eyes": 1.0}} | change)
    assert kernel_spec(changed, (64, 88)) == kernel_spec(DreamSettings(layers={"eyes": 1.0}), (64, 88))


def test_channels_that_are_picked_change_the_spec_of_a_head_with_salient_ones_once() -> None:
    whole = kernel_spec(DreamSettings(layers={"eyes": 1.0}), (64, 88))
    one, others = (
        kernel_spec(
            DreamSettings(layers={"eyes": 1.0}, channels={"eyes": dict.fromkeys(numbers, 1.0)}), (64, 88)
        )
        for numbers in ((3,), (4, 5))
    )
    assert whole.salient == ("head.8",)
    assert one == others != whole
    assert one.salient == ()


def test_an_unknown_layer_is_told_with_near_ones() -> None:
    with pytest.raises(InputError, match=r"no layer 'eye'; choose one of: .*eyes"):
        kernel_spec(DreamSettings(layers={"eye": 1.0}), (64, 64))


def test_a_spec_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(SPEC))
    assert copy == SPEC
    assert hash(copy) == hash(SPEC)


SPREAD = {"layers": {"eyes": 1.0}, "octaves": 3, "octave_scale": 1.4, "steps": 2, "spread": True}


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


@given(
    st.integers(1, 4),
    st.sampled_from([(), (0.4, 1.0), (0.7,)]),
    st.sampled_from([2.0, 4.0, 16.0]),
    st.booleans(),
)
def test_finer_the_octaves_of_the_base_are_what_they_were(
    octaves: int, listed: tuple[float, ...], finer: float, turns: bool
) -> None:
    dream = DreamSettings(
        layers={"eyes": 1.0}, octaves=octaves, octave_sizes=listed, turns=turns, octave_swing=0.2
    )
    plain, fine = (
        kernel_spec(dream.model_copy(update={"finer": times}), (208, 376)) for times in (1.0, finer)
    )
    count = len(plain.sizes_hw)
    assert fine.sizes_hw[:count] == plain.sizes_hw
    assert fine.sizes_hw[-1] == fine.size_hw
    assert fine.finer == pytest.approx(finer, rel=0.03)
    assert fine.octaves - fine.on_top == plain.octaves
    for octave in range(len(fine.sizes_hw)):
        is_on_top = octave >= count
        assert fine.is_turned(octave) == (not is_on_top and plain.is_turned(octave))
        assert fine.is_swung(octave) == (not is_on_top and plain.is_swung(octave))
        assert is_on_top or fine.stride_of(octave) == 1
    on_top = [fine.stride_of(octave) for octave in range(count, len(fine.sizes_hw))]
    assert sum(on_top) == pytest.approx(FINER_STRIDE)


def test_no_finer_it_is_the_spec_that_it_always_was() -> None:
    spec = kernel_spec(DreamSettings(layers={"eyes": 1.0}), (64, 88))
    assert spec.base_hw is None
    assert (spec.laid_hw, spec.size_hw, spec.finer, spec.on_top) == ((64, 88), (64, 88), 1.0, 0)


def test_a_size_that_is_given_stands_above_the_setting() -> None:
    dream = DreamSettings(layers={"eyes": 1.0}, finer=4.0)
    assert kernel_spec(dream, (64, 88)).size_hw == (128, 176)
    assert kernel_spec(dream, (64, 88), (96, 128)).size_hw == (96, 128)
    assert kernel_spec(dream, (64, 88), (64, 88)).base_hw is None


def test_a_spec_needs_no_weights_but_a_dream_that_is_chosen_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.dream.catalog.networks_folder", lambda: tmp_path)
    dream = DreamSettings(network="googlenet", layers={"inception4c": 1.0})
    assert kernel_spec(dream, (64, 88)).layers == ("inception4c",)
    with pytest.raises(InputError, match=r"googlenet-1378be20\.pth is missing; run livedream networks get"):
        check_dream(dream)
    with pytest.raises(InputError, match="no layer 'inception9'"):
        kernel_spec(DreamSettings(network="googlenet", layers={"inception9": 1.0}), (64, 88))
