"""The kernel through what it is asked and what it gives: `make_kernel(spec)` and `frame_inputs`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from livedream.dream.inputs import SCALARS, frame_inputs
from livedream.dream.kernel import make_kernel, ranked
from livedream.dream.network import Network
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec
from livedream.dream.taps import taps_at
from livedream.ops.gradient import gaussian_taps
from livedream.ops.octave_sizes import finer_size
from livedream.ops.pyramid import Resize
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("block.1"), (40, 48), 1, 1.6, 1, 1.5)


def picture(size_hw: tuple[int, int], seed: int = 0) -> Tensor:
    return torch.rand(1, 3, *size_hw, generator=torch.Generator().manual_seed(seed))


def inputs(spec: KernelSpec, **wishes: Any) -> list[Tensor]:
    """Give what a kernel takes besides the image."""
    wishes = {"layers": dict.fromkeys(spec.layers, 1.0)} | wishes
    arrays = frame_inputs(spec, DreamSettings(**wishes), 5)
    return [torch.from_numpy(array) for array in arrays]


def dream(spec: KernelSpec, image: Tensor, **wishes: Any) -> Tensor:
    with torch.inference_mode():
        result: Tensor = make_kernel(spec)(image, *inputs(spec, **wishes))
    return result


def doubled(kernel: nn.Module, tensors: Sequence[Tensor]) -> Tensor:
    """Run in float64; the shifts stay whole numbers."""
    exact = [tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors]
    result: Tensor = kernel.double()(*exact)
    return result


def activation_strength(network: Network, layer: str, image: Tensor) -> float:
    x = network.entry(image)
    for _, step in network.down_to(layer):
        x = step(x)
    return float((x.double() ** 2).sum())


def one_step(network: Network, image: Tensor, rest: Sequence[Tensor], smoothing_px: float) -> Tensor:
    """One step of gradient ascent on block.1, by autograd and plain operations."""
    step, views, control = rest
    shift = views[0].tolist()
    x = torch.roll(image.clamp(0, 1), shift, (2, 3)).requires_grad_()
    y = x * 2 - 1
    for _, layer in network.down_to("block.1"):
        y = layer(y)
    (grad,) = torch.autograd.grad((control * y**2).sum() / 2, x)
    taps = gaussian_taps(smoothing_px).double()
    gaussian = (taps[:, None] * taps[None, :]).expand(3, 1, -1, -1)
    direction = F.conv2d(grad, gaussian, padding=len(taps) // 2, groups=3) + step[1] * grad
    stepped = x + step[0] * direction / direction.abs().mean()
    return torch.roll(stepped.clamp(0, 1), [-side for side in shift], (2, 3)).detach()


@pytest.mark.parametrize(
    "wishes",
    [
        {"step_size": 0.03, "jitter_px": 0, "roughness": 0.0},
        {"step_size": 0.03, "jitter_px": 8, "roughness": 0.5},
        {"step_size": 0.4, "jitter_px": 64, "roughness": 4.0},
        {"channels": {"block.1": {5: 1.0, 9: -0.5}}},
    ],
)
def test_one_octave_of_one_step_is_the_step_written_by_hand(
    exact_network: Network, wishes: dict[str, Any]
) -> None:
    spec = replace(SPEC, taps=taps_at("block.1", objective="l2"))
    rest = [t.double() if t.is_floating_point() else t for t in inputs(spec, objective="l2", **wishes)]
    image = picture(spec.size_hw).double()
    expected = one_step(exact_network, image, rest, spec.smoothing_px)
    assert float((expected - image).abs().mean()) > 1e-3
    # What keeps a zero gradient from becoming NaN weighs a little where only two channels count.
    torch.testing.assert_close(doubled(make_kernel(spec), [image, *rest]), expected, atol=5e-6, rtol=0)


def test_rolling_the_picture_is_the_same_as_rolling_the_jitter() -> None:
    spec, kernel = replace(SPEC, steps=2), make_kernel(replace(SPEC, steps=2))
    step, views, control = inputs(spec)
    image, turn = picture(spec.size_hw).double(), torch.tensor([11, -7])
    rolled_first = doubled(kernel, [torch.roll(image, (11, -7), (2, 3)), step, views, control])
    rolled_last = torch.roll(doubled(kernel, [image, step, views + turn, control]), (11, -7), (2, 3))
    torch.testing.assert_close(rolled_first, rolled_last, atol=1e-9, rtol=0)


@pytest.mark.parametrize("octaves", [1, 3])
def test_without_a_step_the_image_stays_as_it_is(octaves: int) -> None:
    spec = replace(SPEC, size_hw=(72, 88), octaves=octaves, octave_scale=1.4, steps=2)
    image = picture(spec.size_hw)
    torch.testing.assert_close(dream(spec, image, step_size=0.0), image, atol=1e-6, rtol=0)


def test_what_is_outside_of_the_range_is_clamped() -> None:
    image = picture(SPEC.size_hw) * 3 - 1
    torch.testing.assert_close(dream(SPEC, image, step_size=0.0), image.clamp(0, 1), atol=1e-6, rtol=0)


@settings(max_examples=12, deadline=None)
@given(st.floats(0, 0.5), st.floats(0, 4), st.integers(0, 64), st.floats(-1, 2), st.floats(-1, 2))
def test_a_dream_stays_within_0_and_1(
    step_size: float, roughness: float, jitter_px: int, low: float, high: float
) -> None:
    image = low + (high - low) * picture(SPEC.size_hw)
    dreamed = dream(SPEC, image, step_size=step_size, roughness=roughness, jitter_px=jitter_px)
    assert dreamed.isfinite().all()
    assert float(dreamed.min()) >= 0.0
    assert float(dreamed.max()) <= 1.0


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_picture_without_anything_in_it_gives_a_finite_dream(level: float) -> None:
    spec = replace(SPEC, octaves=2, octave_scale=1.2, steps=2)
    assert dream(spec, torch.full((1, 3, 40, 48), level)).isfinite().all()


def test_a_gradient_of_zero_changes_nothing() -> None:
    image = picture(SPEC.size_hw)
    dreamed = dream(SPEC, image, layers={"block.1": 0.0}, step_size=0.5)
    torch.testing.assert_close(dreamed, image, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("size_hw", "octaves"),
    [((37, 53), 1), ((53, 37), 2), ((64, 40), 2), ((33, 40), 4), ((32, 32), 8), ((8, 8), 2), ((32, 200), 3)],
)
def test_odd_portrait_and_small_sizes_keep_their_size(size_hw: tuple[int, int], octaves: int) -> None:
    dreamed = dream(replace(SPEC, size_hw=size_hw, octaves=octaves, octave_scale=1.2), picture(size_hw))
    assert dreamed.shape == (1, 3, *size_hw)
    assert dreamed.dtype == torch.float32
    assert dreamed.isfinite().all()


@pytest.mark.parametrize("layer", ["block.1", "block.3"])
def test_the_objective_rises(network: Network, layer: str) -> None:
    spec = replace(SPEC, taps=taps_at(layer), size_hw=(64, 80), octaves=2, octave_scale=1.4, steps=3)
    image = picture(spec.size_hw) * 0.5 + 0.25
    before = activation_strength(network, layer, image)
    after = activation_strength(network, layer, dream(spec, image, step_size=0.01))
    assert after > 1.05 * before


def test_a_negative_weight_lowers_the_objective(network: Network) -> None:
    image = picture(SPEC.size_hw) * 0.5 + 0.25
    dreamed = dream(SPEC, image, layers={"block.1": -1.0}, step_size=0.01)
    assert activation_strength(network, "block.1", dreamed) < activation_strength(network, "block.1", image)


def test_a_step_changes_a_pixel_by_about_the_step_size() -> None:
    image = picture(SPEC.size_hw) * 0.2 + 0.4
    change = dream(SPEC, image, step_size=0.02) - image
    assert float(change.abs().mean()) == pytest.approx(0.02, rel=0.01)


def test_more_octaves_dream_larger_things() -> None:
    flat = replace(SPEC, size_hw=(128, 128), steps=2)
    image = picture(flat.size_hw) * 0.1 + 0.45
    coarseness = []
    for spec in (flat, replace(flat, octaves=3, octave_scale=1.6)):
        change = dream(spec, image, step_size=0.03) - image
        coarse = F.avg_pool2d(change, 8)
        coarseness.append(float(coarse.std() / change.std()))
    assert coarseness[1] > 1.1 * coarseness[0]


def test_the_image_s_own_detail_survives_the_octaves() -> None:
    spec = replace(SPEC, size_hw=(80, 96), octaves=3, octave_scale=1.5)
    image = picture(spec.size_hw) * 0.5 + 0.25
    change = dream(spec, image, step_size=0.005) - image
    assert float(change.abs().mean()) < 0.03, "white noise would be lost if the octaves blurred it"


def test_jitter_changes_the_dream_and_the_same_jitter_gives_the_same_dream() -> None:
    kernel, image = make_kernel(SPEC), picture(SPEC.size_hw)
    step, views, control = inputs(SPEC)
    first = kernel(image, step, views, control)
    assert torch.equal(first, kernel(image, step, views, control))
    assert not torch.equal(first, kernel(image, step, views + 3, control))


def test_each_octave_has_a_jitter_of_its_own() -> None:
    spec = replace(SPEC, size_hw=(48, 64), octaves=2, octave_scale=1.4)
    kernel, image = make_kernel(spec), picture(spec.size_hw)
    step, views, control = inputs(spec)
    first = kernel(image, step, views, control)
    for octave in range(2):
        moved = views.clone()
        moved[octave] += 3
        assert not torch.equal(first, kernel(image, step, moved, control))


def test_the_image_given_is_not_written_to() -> None:
    image = picture(SPEC.size_hw) * 2 - 0.5
    before = image.clone()
    dream(SPEC, image)
    assert torch.equal(image, before)


ALL_TAPS = (
    *taps_at("block.1"),
    *taps_at("block.1", objective="guide"),
    *taps_at("image", "stem", objective="style"),
    *taps_at("image", "block.0", objective="content"),
)
ALL_OBJECTIVES = replace(SPEC, octaves=2, steps=2, taps=ALL_TAPS, rank="strongest")


def examples(spec: KernelSpec) -> list[Tensor]:
    return [torch.from_numpy(array) for array in KernelProgram(spec).example()]


def test_all_objectives_at_once_dream_a_picture() -> None:
    image, *rest = examples(ALL_OBJECTIVES)
    assert ALL_OBJECTIVES.pictures == ("rank", "guide", "style", "frame")
    dreamed = doubled(make_kernel(ALL_OBJECTIVES), [image, *rest])
    assert 1e-3 < float((dreamed - image).abs().mean()) < 0.02
    assert dreamed.isfinite().all()


@pytest.mark.parametrize("picture", range(4), ids=["rank", "guide", "style", "frame"])
def test_each_picture_has_a_part_in_the_dream(picture: int) -> None:
    tensors = examples(ALL_OBJECTIVES)
    kernel = make_kernel(ALL_OBJECTIVES)
    before = doubled(kernel, tensors)
    place = len(tensors) - 4 + picture
    tensors[place] = torch.rand(tensors[place].shape, generator=torch.Generator().manual_seed(1)) ** 3
    assert float((doubled(kernel, tensors) - before).abs().max()) > 1e-4


def test_content_alone_leads_back_to_the_frame() -> None:
    spec = replace(SPEC, taps=taps_at("image", objective="content"), steps=8, smoothing_px=0.3)
    _, _, views, control, frame = examples(spec)
    far = (frame + 0.2 * torch.randn(frame.shape, generator=torch.Generator().manual_seed(2))).clamp(0, 1)
    scalars = torch.tensor([0.01, 0.0, 1.0, 0.0, 0.0, 8.0, 1.0])
    nearer = doubled(make_kernel(spec), [far, scalars, views, control, frame])
    assert float((nearer - frame).abs().mean()) < 0.8 * float((far - frame).abs().mean())


def test_ranked_channels_are_the_same_as_those_chosen_by_hand(exact_network: Network) -> None:
    spec = replace(SPEC, rank="strongest")
    image, scalars, views, control, picture = examples(spec)
    scalars[SCALARS.index("rank_count")] = 3
    means = exact_network.entry(picture.double())
    for _, layer in exact_network.down_to("block.1"):
        means = layer(means)
    strongest = means.mean((0, 2, 3)).argsort(descending=True)[:3]
    by_hand = torch.zeros_like(control)
    by_hand[0, strongest] = 1
    expected = doubled(make_kernel(SPEC), [image, scalars, views, by_hand])
    torch.testing.assert_close(
        doubled(make_kernel(spec), [image, scalars, views, control, picture]), expected
    )


def test_steps_grow_and_become_fewer_from_octave_to_octave() -> None:
    spec = replace(SPEC, size_hw=(72, 88), octaves=3, octave_scale=1.3, steps=8, steps_decay=0.5)
    kernel = make_kernel(spec)
    assert kernel.steps == [8, 4, 2]
    one, two = (replace(SPEC, steps=steps) for steps in (1, 2))
    image, rest = picture(SPEC.size_hw).double(), inputs(SPEC, step_size=0.001, jitter_px=0)
    first = doubled(make_kernel(one), [image, *rest]) - image
    grown = [rest[0].clone(), *rest[1:]]
    grown[0][2] = 2.0
    both, doubled_step = (doubled(make_kernel(two), [image, *tensors]) - image for tensors in (rest, grown))
    # Twice the second step is once more what came after the first.
    inside = ((image > 0.1) & (image < 0.9)).expand_as(image)
    torch.testing.assert_close((doubled_step - first)[inside], 2 * (both - first)[inside], atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    "change",
    [
        {"optimiser": "adam"},
        {"laplacian_levels": 3},
        {"smoothing_scales": 3},
        {"optimiser": "lbfgs"},
        {"parametrisation": "fourier"},
        {"regularised": True},
        {"pooling": "average"},
        {"taps": taps_at("block.1", objective="mean")},
        {"taps": taps_at("block.1", objective="absolute")},
    ],
)
def test_what_changes_the_way_changes_the_dream_and_keeps_it_a_picture(change: dict[str, Any]) -> None:
    plain, spec = (replace(SPEC, steps=3, **extra) for extra in ({}, change))
    tensors = examples(plain)
    dreamed, other = (doubled(make_kernel(one), tensors) for one in (plain, spec))
    assert other.isfinite().all()
    moved = float((other - tensors[0]).abs().mean())
    assert 0.001 < moved < 0.02
    assert "pooling" in change or float((other - dreamed).abs().max()) > 1e-4, "embedded has no pools"


@pytest.mark.parametrize("optimiser", ["ascent", "lbfgs"])
def test_in_a_spectrum_a_dream_grows_coarser(optimiser: str) -> None:
    spec = replace(SPEC, size_hw=(96, 128), steps=4, optimiser=optimiser)
    image = picture(spec.size_hw) * 0.2 + 0.4
    fine, coarse = (
        dream(replace(spec, parametrisation=word), image, roughness=0.2) - image
        for word in ("pixels", "fourier")
    )
    rough = [float(grown.diff(dim=3).abs().mean() / grown.abs().mean()) for grown in (fine, coarse)]
    assert rough[1] < 0.8 * rough[0]


@pytest.mark.parametrize(
    "way",
    [
        {"optimiser": "lbfgs"},
        {"parametrisation": "fourier"},
        {"optimiser": "lbfgs", "parametrisation": "fourier"},
    ],
)
def test_every_way_of_climbing_raises_the_objective_with_all_that_shapes_a_step(
    exact_network: Network, way: dict[str, str]
) -> None:
    spec = replace(SPEC, steps=4, laplacian_levels=2, smoothing_scales=3, regularised=True, **way)
    image = picture(spec.size_hw).double() * 0.2 + 0.4
    rest = inputs(spec, step_size=0.005, total_variation=0.1, decay=0.1)
    dreamed = doubled(make_kernel(spec), [image, *rest])
    before, after = (activation_strength(exact_network, "block.1", one) for one in (image, dreamed))
    assert after > 1.02 * before


def test_total_variation_irons_a_picture() -> None:
    spec = replace(SPEC, regularised=True, steps=4)
    image = picture(spec.size_hw)
    rough, ironed = (
        dream(spec, image, step_size=0.02, total_variation=weight).diff(dim=3).abs().mean()
        for weight in (0.0, 2.0)
    )
    assert ironed < 0.9 * rough


TWO_SIZES = replace(SPEC, size_hw=(72, 88), octaves=2, octave_scale=1.5, steps=2, steps_decay=0.5)


@pytest.mark.parametrize("octave", [0, 1])
def test_one_octave_alone_is_the_kernel_of_its_size_enlarged(octave: int) -> None:
    size_hw = TWO_SIZES.sizes_hw[octave]
    assert size_hw == [(48, 59), (72, 88)][octave]
    image = picture(TWO_SIZES.size_hw).double() * 0.2 + 0.4
    scalars, views, control = inputs(TWO_SIZES, step_size=0.01)
    alone = doubled(make_kernel(replace(TWO_SIZES, only=octave)), [image, scalars, views, control])
    small = Resize(TWO_SIZES.size_hw, size_hw).double()(image)
    plain = make_kernel(replace(TWO_SIZES, size_hw=size_hw, octaves=1, steps=[2, 1][octave]))
    grown = doubled(plain, [small, scalars, views[octave : octave + 1], control]) - small
    expected = image + Resize(size_hw, TWO_SIZES.size_hw).double()(grown)
    torch.testing.assert_close(alone, expected, atol=1e-9, rtol=0)
    assert float((alone - image).abs().mean()) > 1e-3


def test_the_largest_octave_alone_is_a_kernel_of_one_octave() -> None:
    spec = replace(SPEC, size_hw=(72, 88))
    image, (scalars, views, control) = picture(spec.size_hw), inputs(spec)
    both = torch.cat([views + 5, views])
    alone = make_kernel(replace(spec, octaves=2, octave_scale=1.5, only=1))(image, scalars, both, control)
    assert torch.equal(alone, make_kernel(spec)(image, scalars, views, control))


def test_every_objective_dreams_in_each_octave_alone() -> None:
    spread = replace(ALL_OBJECTIVES, octave_scale=1.2, spread=True)
    assert len(spread.parts) == 2
    for part in spread.parts:
        tensors = examples(part)
        dreamed = doubled(make_kernel(part), tensors)
        assert dreamed.isfinite().all()
        assert 1e-3 < float((dreamed - tensors[0]).abs().mean()) < 0.02


def test_detail_below_one_lets_the_large_forms_lead() -> None:
    """What is left after smoothing is the more of it, and without detail the coarse octave alone is there."""
    spec = replace(SPEC, octaves=2, octave_scale=2.0, size_hw=(64, 96), steps=1)
    image = torch.full((1, 3, 64, 96), 0.5) + 0.1 * torch.rand(
        1, 3, 64, 96, generator=torch.Generator().manual_seed(1)
    )
    added = {detail: dream(spec, image, detail=detail) - image for detail in (0.1, 1.0)}

    def coarse(field: Tensor) -> float:
        return float(torch.nn.functional.avg_pool2d(field, 8).abs().mean() / field.abs().mean())

    assert coarse(added[0.1]) > 1.1 * coarse(added[1.0])


def chosen(means: list[float], rank: str, count: int) -> set[int]:
    activations = torch.tensor(means).reshape(1, -1, 1, 1).expand(-1, -1, 3, 5)
    mask = ranked(activations, rank, torch.tensor(float(count)))
    assert mask.shape == (1, len(means), 1, 1)
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    return {place for place, value in enumerate(mask.flatten().tolist()) if value}


def test_the_strongest_the_weakest_and_the_average_are_chosen() -> None:
    means = [5.0, -1.0, 2.0, 9.0, 2.5, 0.0]
    assert chosen(means, "strongest", 2) == {0, 3}
    assert chosen(means, "weakest", 2) == {1, 5}
    assert chosen(means, "average", 2) == {2, 4}


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.integers(1, 30))
def test_as_many_as_wanted_are_chosen_also_of_equals(means: list[int], count: int) -> None:
    for rank in ("strongest", "weakest", "average"):
        assert len(chosen([float(mean) for mean in means], rank, count)) == min(count, len(means))


def shrunk(image: Tensor, size_hw: tuple[int, int]) -> Tensor:
    return F.interpolate(image, size_hw, mode="area")


def detail(image: Tensor, size_hw: tuple[int, int]) -> float:
    """Measure what of an image is lost at a smaller size."""
    seen = F.interpolate(shrunk(image, size_hw), (image.shape[2], image.shape[3]), mode="bicubic")
    return float((image - seen).abs().mean() / image.abs().mean())


@pytest.mark.parametrize(("finer", "times"), [(2.0, 0.8), (4.0, 1.6), (16.0, 1.6)])
def test_a_finer_dream_has_the_forms_of_its_base_and_more_detail(finer: float, times: float) -> None:
    wanted = DreamSettings(layers={"eyes": 1.0}, step_size=0.02, jitter_px=0)
    base, fine = (kernel_spec(wanted, (96, 128), finer_size((96, 128), n)) for n in (1.0, finer))
    large = F.interpolate(picture((12, 16)), fine.size_hw, mode="bicubic").clamp(0.2, 0.8)
    image = shrunk(large, base.size_hw)
    coarse, grown = dream(base, image, step_size=0.02) - image, dream(fine, large, step_size=0.02) - large
    seen = shrunk(grown, base.size_hw)
    assert float(F.cosine_similarity(seen.flatten(), coarse.flatten(), dim=0)) > 0.9
    enlarged = F.interpolate(coarse, fine.size_hw, mode="bicubic")
    assert detail(grown, base.size_hw) > times * detail(enlarged, base.size_hw)
