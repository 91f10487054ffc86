from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.catalog import network_info
from livedream.dream.inputs import SCALARS, frame_inputs
from livedream.dream.spec import kernel_spec
from livedream.errors import InputError
from livedream.settings import DreamSettings


@pytest.mark.parametrize("channel", [512, 5000, -1, -513])
def test_a_channel_that_the_layer_does_not_have_is_told(channel: int) -> None:
    dream = DreamSettings(layers={"eyes": 1.0}, channels={"eyes": {channel: 1.0}})
    with pytest.raises(InputError, match=rf"{channel}.*512"):
        frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)


@pytest.mark.parametrize("name", ["nonsense", "eye"])
def test_channels_of_a_layer_that_there_is_not_are_told(name: str) -> None:
    dream = DreamSettings(layers={"eyes": 1.0}, channels={name: {3: 1.0}})
    with pytest.raises(InputError, match=name):
        frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)


@pytest.mark.parametrize(("layer", "named"), [("eyes", "head.8"), ("head.8", "eyes")])
def test_channels_count_by_either_name_of_their_layer(layer: str, named: str) -> None:
    dream = DreamSettings(layers={layer: 2.0}, channels={named: {3: 1.0}})
    *_, control = frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)
    assert control.sum() == control[0, 3, 0, 0] == 2.0


@given(st.integers(0, 64), st.integers(1, 8), st.floats(0, 0.5), st.floats(0, 4))
def test_frame_inputs_have_the_kernel_s_shapes_and_the_settings_in_them(
    jitter_px: int, octaves: int, step_size: float, roughness: float
) -> None:
    dream = DreamSettings(
        layers={"lines": 0.5, "eyes": -2.0},
        octaves=octaves,
        jitter_px=jitter_px,
        step_size=step_size,
        roughness=roughness,
    )
    numbers, seen, lines, eyes = frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)
    assert numbers.dtype == np.float32
    named = dict(zip(SCALARS, numbers.tolist(), strict=True))
    assert named["step_size"] == pytest.approx(step_size)
    assert named["roughness"] == pytest.approx(roughness)
    assert seen.dtype == np.int64
    assert seen.shape == (octaves, 2)
    assert np.abs(seen).max() <= jitter_px
    info = network_info("embedded")
    counts = info.channels("head.4"), len(info.salient["head.8"])
    for control, count, weight in zip((lines, eyes), counts, (0.5, -2.0), strict=True):
        assert control.dtype == np.float32
        assert control.shape == (1, count, 1, 1)
        assert (control == weight).all()


def test_jitter_reaches_both_ends_and_follows_its_seed() -> None:
    spec = kernel_spec(DreamSettings(octaves=8), (64, 64))
    dream = DreamSettings(jitter_px=2)
    seen = {int(shift) for seed in range(20) for shift in frame_inputs(spec, dream, seed)[1].flat}
    assert seen == {-2, -1, 0, 1, 2}
    assert (frame_inputs(spec, dream, 0)[1] == frame_inputs(spec, dream, 0)[1]).all()


def test_chosen_channels_get_their_weights_and_the_others_none() -> None:
    dream = DreamSettings(layers={"eyes": 2.0, "lines": 1.0}, channels={"eyes": {17: 1.0, 4: -0.5}})
    _, _, lines, eyes = frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)
    assert (lines == 1).all()
    assert eyes[0, 17, 0, 0] == 2.0
    assert eyes[0, 4, 0, 0] == -1.0
    assert np.count_nonzero(eyes) == 2


def test_an_empty_table_of_channels_chooses_none() -> None:
    dream = DreamSettings(layers={"eyes": 2.0}, channels={"eyes": {}})
    *_, control = frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)
    assert (control == 2.0).all(), "all channels, as if the table were not there"


def test_a_mood_and_its_layer_s_name_add_up() -> None:
    dream = DreamSettings(layers={"eyes": 1.0, "head.8": 0.5})
    spec = kernel_spec(dream, (64, 64))
    *_, control = frame_inputs(spec, dream, 0)
    assert spec.layers == ("head.8",)
    assert (control == 1.5).all()


def test_an_engine_that_is_still_the_old_one_is_fed_what_it_knows() -> None:
    old = kernel_spec(DreamSettings(layers={"eyes": 1.0}, octaves=3), (64, 64))
    new = DreamSettings(layers={"eyes": 0.5, "patterns": 1.0}, octaves=1)
    _, seen, *controls = frame_inputs(old, new, 0)
    assert seen.shape == (3, 2)
    assert [control.shape for control in controls] == [(1, 256, 1, 1)]
    assert (controls[0] == 0.5).all()


def test_what_is_dreamed_goes_on_without_a_look_at_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def pulled_out(_: Path) -> bool:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "is_file", pulled_out)
    dream = DreamSettings(network="googlenet", layers={"inception4c": 2.0})
    *_, control = frame_inputs(kernel_spec(dream, (64, 64)), dream, 0)
    assert control.shape == (1, 512, 1, 1)
    assert (control == 2).all()
