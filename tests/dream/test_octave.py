"""Flips, turns, listed sizes and the swing, by what a kernel makes of a picture."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from livedream.dream.inputs import frame_inputs
from livedream.dream.kernel import make_kernel
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec
from livedream.dream.taps import taps_at
from livedream.ops.octave_sizes import UNIT
from livedream.ops.pyramid import Resize
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("block.1"), (72, 88), 2, 1.5, 2, 1.5)
CONTENT = replace(SPEC, taps=(*SPEC.taps, *taps_at("block.0", objective="content")))


def picture(size_hw: tuple[int, int], seed: int = 0) -> Tensor:
    return torch.rand(1, 3, *size_hw, generator=torch.Generator().manual_seed(seed)) * 0.4 + 0.3


def inputs(spec: KernelSpec, **wishes: Any) -> list[Tensor]:
    dream = DreamSettings(**{"layers": {"block.1": 1.0}, "content_layers": {"block.0": 0.5}} | wishes)
    arrays = frame_inputs(spec, dream, 5)
    return [torch.from_numpy(array) for array in arrays]


def doubled(spec: KernelSpec, tensors: list[Tensor]) -> Tensor:
    result: Tensor = make_kernel(spec).double()(
        *(t.double() if t.is_floating_point() else t for t in tensors)
    )
    return result


def test_without_a_mirror_it_is_the_plain_kernel_to_the_bit() -> None:
    image, (scalars, views, *rest) = picture(SPEC.size_hw), inputs(SPEC)
    unflipped = torch.cat([views, torch.zeros_like(views)], dim=1)
    plain = make_kernel(SPEC)(image, scalars, views, *rest)
    assert torch.equal(make_kernel(replace(SPEC, flips=True))(image, scalars, unflipped, *rest), plain)


@pytest.mark.parametrize("flip", [(0, 1), (1, 0), (1, 1)])
def test_a_mirrored_look_is_a_dream_of_the_mirrored_picture_mirrored_back(flip: tuple[int, int]) -> None:
    """With the picture all that lies on it is mirrored: the frame that content goes back to."""
    image, frame = picture(CONTENT.size_hw), picture(CONTENT.size_hw, 1)
    scalars, views, *controls = inputs(CONTENT)
    axes = [axis + 2 for axis in range(2) if flip[axis]]
    flips = torch.tensor([flip, flip])
    mirrored = [torch.flip(one, axes) for one in (image, frame)]
    found = doubled(
        replace(CONTENT, flips=True), [image, scalars, torch.cat([views, flips], dim=1), *controls, frame]
    )
    expected = torch.flip(doubled(CONTENT, [mirrored[0], scalars, views, *controls, mirrored[1]]), axes)
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)
    plain = doubled(CONTENT, [image, scalars, views, *controls, frame])
    assert float((found - plain).abs().max()) > 1e-3, "the network sees a difference"


@pytest.mark.parametrize("flips", [False, True])
def test_a_turned_look_is_a_dream_of_the_turned_picture_turned_back(flips: bool) -> None:
    """Below the largest octave, which is not turned, and with another mirror that one is a mirror alone."""
    spec, image = replace(SPEC, turns=True, flips=flips, only=0), picture(SPEC.size_hw)
    scalars, views, *controls = inputs(SPEC, jitter_px=0)
    given = torch.cat([views, torch.tensor([[1, 0]] * 2)], dim=1) if flips else views
    sideways = replace(SPEC, size_hw=(88, 72), only=0)
    found = doubled(spec, [image, scalars, given, *controls])
    turned = torch.rot90(image, 3, (2, 3))
    expected = torch.rot90(doubled(sideways, [turned, scalars, views, *controls]), 1, (2, 3))
    torch.testing.assert_close(found, expected, atol=1e-7, rtol=0)
    assert (
        float((found - doubled(replace(SPEC, only=0), [image, scalars, views, *controls])).abs().max()) > 1e-3
    )


def test_every_other_octave_is_turned_but_the_largest() -> None:
    spec = replace(SPEC, size_hw=(128, 160), octaves=4, octave_scale=1.4, turns=True)
    assert [spec.is_turned(octave) for octave in range(4)] == [True, False, True, False]
    assert [size != seen for size, seen in zip(spec.sizes_hw, spec.seen_hw, strict=True)] == [
        True,
        False,
        True,
        False,
    ]
    assert replace(spec, only=2).seen_hw == [(114, 91)]


def test_a_swing_that_stands_at_the_ratio_is_the_plain_kernel() -> None:
    spec = replace(SPEC, swings=True)
    tensors = [picture(SPEC.size_hw), *inputs(spec, octave_swing=0.0)]
    plain = doubled(SPEC, [*tensors[:2], tensors[2][:, :2], *tensors[3:]])
    assert float((doubled(spec, tensors) - plain).abs().mean()) < 0.02 * float(
        (plain - tensors[0]).abs().mean()
    )


def test_what_swings_dreams_the_smaller_picture_with_its_mirror_images_around_it() -> None:
    spec = replace(SPEC, size_hw=(96, 128), octave_scale=2.0, swings=True, only=0)
    image, (scalars, views, *controls) = picture(spec.size_hw).double(), inputs(SPEC)
    # An octave of 48x64, at four thirds of the ratio: the picture has 36x48 in the middle of it.
    steps = torch.tensor([[96, 96, 36, 36]]) * UNIT // torch.tensor([36, 36, 96, 96])
    found = doubled(spec, [image, scalars, torch.cat([views, steps.expand(2, 4)], dim=1), *controls]) - image
    small = Resize((96, 128), (36, 48)).double()(image)
    wide = torch.cat([small[..., :8].flip(3), small, small[..., -8:].flip(3)], dim=3)
    whole = torch.cat([wide[:, :, :6].flip(2), wide, wide[:, :, -6:].flip(2)], dim=2)
    grown = doubled(replace(SPEC, size_hw=(48, 64), octaves=1), [whole, scalars, views, *controls]) - whole
    expected = Resize((36, 48), (96, 128)).double()(grown[:, :, 6:-6, 8:-8])
    inside = (..., slice(2, -2), slice(2, -2))  # at the rim it still sees what has grown beyond
    assert float((found - expected)[inside].abs().mean()) < 0.04 * float(expected.abs().mean())


@pytest.mark.parametrize(
    "change",
    [{"spread": True}, {"taps": (*SPEC.taps, *taps_at("image", objective="content"))}, {"optimiser": "adam"}],
)
def test_all_at_once_is_a_picture_with_whatever_else_there_is(change: dict[str, Any]) -> None:
    spec = replace(SPEC, flips=True, turns=True, swings=True, **change)
    for part in spec.parts or (spec,):
        tensors = [torch.from_numpy(array) for array in KernelProgram(part).example()]
        dreamed = make_kernel(part)(*tensors)
        assert dreamed.isfinite().all()
        assert 1e-3 < float((dreamed - tensors[0]).abs().mean()) < 0.02


def test_listed_by_their_ratio_octaves_are_those_of_the_ratio() -> None:
    tensors = [picture(SPEC.size_hw), *inputs(SPEC)]
    listed = replace(SPEC, octave_sizes=(1.0, 1 / 1.5), octave_scale=1.0)
    assert torch.equal(make_kernel(listed)(*tensors), make_kernel(SPEC)(*tensors))


def test_without_the_working_size_only_the_coarse_is_dreamed() -> None:
    spec = replace(SPEC, octaves=1, octave_sizes=(0.5,), smoothing_px=0.3)
    tensors = [picture(spec.size_hw), *inputs(spec, step_size=0.02)]
    grown = make_kernel(spec)(*tensors) - tensors[0]
    assert float(grown.abs().mean()) > 5e-3
    assert float(grown.diff(dim=3).abs().mean()) < 0.6 * float(grown.abs().mean()), "enlarged, so smooth"


def test_settings_say_which_of_it_a_graph_holds() -> None:
    def spec_of(**wishes: Any) -> KernelSpec:
        return kernel_spec(DreamSettings(**wishes), (128, 160))

    plain = spec_of()
    assert {plain.flips, plain.turns, plain.swings, plain.octave_sizes} == {False, ()}
    assert plain == spec_of(octave_swing_s=2)
    assert spec_of(flips="sideways") == spec_of(flips="all") == replace(plain, flips=True)
    assert spec_of(octave_swing=0.1) == spec_of(octave_swing=0.5) == replace(plain, swings=True)
    assert spec_of(turns=True) == replace(plain, turns=True)
    assert spec_of(turns=True, octave_swing=0.1, octaves=1) == replace(plain, octaves=1)


def test_listed_sizes_take_the_place_of_the_ratio() -> None:
    wishes = {"octave_sizes": [1, 0.3, 0.55], "spread": True, "octaves": 1}
    spec = kernel_spec(DreamSettings(**wishes), (128, 160))
    assert spec.sizes_hw == [(38, 48), (70, 88), (128, 160)]
    assert len(spec.parts) == 3
    assert spec == kernel_spec(DreamSettings(**wishes, octave_scale=1.3), (128, 160))
    assert KernelProgram(spec).describe()["octaves"] == 3
    assert KernelProgram(spec).describe()["octave_sizes"] == [1, 0.3, 0.55]
