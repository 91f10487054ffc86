"""Where which group of channels is dreamed, and what a kernel makes of it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from livedream.dream.input_gradient import InputGradient
from livedream.dream.inputs import frame_inputs
from livedream.dream.kernel import make_kernel
from livedream.dream.network import Network
from livedream.dream.objective import QUIET, TINY, make_objective
from livedream.dream.program import KernelProgram
from livedream.dream.regions import CHANGE, grid_of, in_groups, region_map
from livedream.dream.spec import KernelSpec, kernel_spec
from livedream.dream.taps import taps_at
from livedream.ops.pyramid import Resize
from livedream.settings import DreamSettings

SPEC = KernelSpec("embedded", taps_at("block.1", groups=3), (64, 96), 2, 1.5, 2, 1.5)
GRID_HW = (24, 32)


def map_of(time_s: float = 0.0, seed: int = 5, groups: int = 4, **wishes: Any) -> NDArray[np.float32]:
    return region_map(groups, GRID_HW, DreamSettings(**wishes), seed, time_s)


def groups_of(
    count: int = 60, groups: int = 3, time_s: float = 0.0, written: tuple[int, ...] = (), **wishes: Any
) -> NDArray[np.float32]:
    """Give groups x channels, all of which have a weight."""
    weights = np.ones((1, count, 1, 1), np.float32)
    return in_groups(weights, groups, DreamSettings(**wishes), time_s, written)[:, :, 0, 0]


def leads(shares: NDArray[np.float32]) -> NDArray[np.intp]:
    found: NDArray[np.intp] = shares[0].argmax(0)
    return found


def test_at_each_place_the_shares_add_up_to_all_of_it() -> None:
    shares = map_of()
    assert shares.shape == (1, 4, *GRID_HW)
    assert shares.min() >= 0
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)


def test_nearly_everywhere_one_group_is_nearly_alone() -> None:
    highest = np.concatenate([map_of(seed=seed).max(1) for seed in range(20)])
    assert (highest > 0.75).mean() > 0.75


@given(st.integers(0, 1000), st.floats(0, 1e5))
def test_the_same_seed_and_time_give_the_same_map(seed: int, time_s: float) -> None:
    np.testing.assert_array_equal(map_of(time_s, seed), map_of(time_s, seed))
    assert not np.array_equal(map_of(time_s, seed), map_of(time_s, seed + 1))


def test_regions_drift_without_a_leap_and_go_over_to_others_in_their_time() -> None:
    def moved(after_s: float) -> float:
        pairs = [
            (map_of(40.0, seed, group_s=10), map_of(40.0 + after_s, seed, group_s=10)) for seed in range(9)
        ]
        return float(np.mean([leads(before) != leads(after) for before, after in pairs]))

    assert 0 < moved(0.25) < 0.05
    assert moved(10.0) > 0.5
    assert np.abs(map_of(40.04, group_s=10) - map_of(40.0, group_s=10)).max() < 0.1


def test_larger_regions_are_fewer() -> None:
    def borders(size: float) -> float:
        found = [leads(map_of(seed=seed, group_size=size)) for seed in range(9)]
        return float(np.mean([one[:, 1:] != one[:, :-1] for one in found]))

    assert borders(0.8) < 0.6 * borders(0.4) < 0.6 * 0.6 * borders(0.2)


def test_a_grid_has_the_shape_of_its_picture() -> None:
    assert grid_of((240, 320)) == (24, 32)
    assert grid_of((320, 240)) == (32, 24)
    assert grid_of((2400, 3200)) == (24, 32)


def test_groups_share_no_channel_and_have_as_many_as_wished() -> None:
    found = groups_of(group_channels=12)
    assert (found.sum(1) == 12).all()
    assert found.sum(0).max() == 1


def test_a_group_has_at_most_its_share_of_the_channels() -> None:
    assert (groups_of(group_channels=4096).sum(1) == 20).all()
    assert (groups_of(count=2, groups=3, time_s=1.0).sum(1) > 0).all()


def test_channels_that_are_written_make_groups_in_their_order() -> None:
    written = (7, 3, 5, 11, 2, 13)
    found = groups_of(written=written, group_channels=2)
    assert [set(np.flatnonzero(group)) for group in found] == [{7, 3}, {5, 11}, {2, 13}]


def test_groups_exchange_their_channels_one_by_one() -> None:
    first, last = groups_of(group_channels=12), groups_of(group_channels=12, group_s=10, time_s=10 * CHANGE)
    assert (first * last).sum() == 0
    times = np.linspace(0, 10 * CHANGE, 200)
    between = np.array([groups_of(group_channels=12, group_s=10, time_s=float(t)) for t in times])
    np.testing.assert_allclose(between.sum(2), 12, rtol=1e-5)
    assert np.abs(np.diff(between, axis=0)).max() < 0.1


def test_a_layer_without_weights_has_none_in_any_group() -> None:
    none = np.zeros((1, 8, 1, 1), np.float32)
    assert not in_groups(none, 3, DreamSettings(), 0.0).any()


def test_one_group_is_the_kernel_as_it_was() -> None:
    plain = kernel_spec(DreamSettings(), (64, 96))
    assert plain == kernel_spec(DreamSettings(channel_groups=1, group_size=1.0, group_s=3), (64, 96))
    assert (plain.pictures, [tap.groups for tap in plain.taps]) == ((), [1])
    assert "groups" not in KernelProgram(plain).describe()


def test_groups_are_part_of_the_spec_and_what_moves_them_is_not() -> None:
    of = [kernel_spec(DreamSettings(channel_groups=4, **more), (64, 96)) for more in ({}, {"group_s": 3.0})]  # type: ignore[arg-type]
    plain = kernel_spec(DreamSettings(), (64, 96))
    assert of[0] == of[1] == replace(plain, taps=taps_at(*plain.layers, groups=4))
    assert KernelProgram(of[0]).fingerprint() != KernelProgram(plain).fingerprint()
    assert KernelProgram(of[0]).describe()["groups"] == 4
    assert of[0].pictures == ("regions",)


def test_only_the_layers_own_objective_has_groups() -> None:
    dream = DreamSettings(layers={"eyes": 1.0}, channel_groups=3, content_layers={"eyes": 1.0})
    spec = kernel_spec(dream, (64, 96))
    weights = frame_inputs(spec, dream, 0)[2:4]
    assert [tap.groups for tap in spec.taps] == [3, 1]
    assert [len(one) for one in weights] == [3, 1]


def test_until_the_other_engine_is_there_the_old_one_is_given_what_it_takes() -> None:
    for old, new in ((1, 4), (4, 1), (3, 5)):
        spec = kernel_spec(DreamSettings(channel_groups=old), (64, 96))
        wished = DreamSettings(channel_groups=new, objective="mean")
        given_now = frame_inputs(spec, wished, 0)
        assert [one.shape for one in given_now[2:]] == [
            one.shape for one in KernelProgram(spec).example()[3:]
        ]


def by_hand(word: str, a: Tensor, weight: Tensor, shares: Tensor) -> Tensor:
    """Add up the objective group by group, each divided by its pull, which is held still."""
    alone = {"l2": a * a / 2, "mean": a, "absolute": a.abs()}[word]
    slope = {"l2": a, "mean": torch.ones_like(a), "absolute": a.sign()}[word].detach() ** 2
    total, usual = a.new_zeros(()), weight.square().sum() / weight.abs().sum()
    for group, share in zip(weight, shares[0], strict=True):
        pull = ((group / usual) ** 2 * (slope + QUIET * slope.mean(1, keepdim=True))).sum(
            1, keepdim=True
        ) + TINY
        total = total + (share * group * alone / pull.sqrt()).sum()
    return total


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(["l2", "mean", "absolute"]), st.integers(0, 1000))
def test_a_seed_is_the_gradient_of_the_groups_objectives(word: str, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    a, weight = (
        torch.randn(shape, generator=random, dtype=torch.float64) for shape in ((1, 5, 4, 6), (3, 5, 1, 1))
    )
    shares = torch.softmax(torch.randn((1, 3, 12, 18), generator=random, dtype=torch.float64), 1)
    a.requires_grad_()
    (expected,) = torch.autograd.grad(by_hand(word, a, weight, Resize((12, 18), (4, 6)).double()(shares)), a)
    found = make_objective(word, 3).seed(a.detach(), weight, shares)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


def test_the_input_gradient_of_groups_is_autograd_s(exact_network: Network) -> None:
    taps = [("block.1", make_objective("l2", 3)), ("head.4", make_objective("l2", 3))]
    explicit = InputGradient(exact_network, taps)
    image = torch.rand(1, 3, 32, 48, dtype=torch.float64, requires_grad=True)
    shares = torch.softmax(torch.randn(1, 3, 32, 48, dtype=torch.float64), 1)
    weights = [
        torch.rand(3, exact_network.info.channels(name), 1, 1, dtype=torch.float64) for name, _ in taps
    ]
    total = image.new_zeros(())
    for weight, a in zip(weights, explicit.activations(image), strict=True):
        resized = Resize((32, 48), (a.shape[2], a.shape[3])).double()(shares)
        total = total + by_hand("l2", a, weight, resized)
    (expected,) = torch.autograd.grad(total, image)
    found = explicit(image.detach(), weights, explicit.observe("regions", shares))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-4)


def test_a_group_of_few_quiet_channels_pulls_as_hard_as_one_of_many_loud_ones() -> None:
    a = torch.rand(1, 40, 6, 6) + 0.5
    a[:, :4] *= 0.5
    weight = torch.zeros(2, 40, 1, 1)
    weight[0, :4], weight[1, 4:] = 1, 1
    pulls = []
    for group in range(2):
        shares = torch.zeros(1, 2, 6, 6)
        shares[:, group] = 1
        pulls.append(float(make_objective("l2", 2).seed(a, weight, shares).square().sum().sqrt()))
    assert pulls[0] == pytest.approx(pulls[1], rel=0.3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_loud_activations_fit_half_formats(dtype: torch.dtype) -> None:
    a = torch.full((1, 64, 4, 4), 400.0, dtype=dtype)
    weight, shares = torch.ones(2, 64, 1, 1, dtype=dtype), torch.full((1, 2, 4, 4), 0.5, dtype=dtype)
    seed = make_objective("l2", 2).seed(a, weight, shares)
    assert seed.dtype == dtype
    assert seed.isfinite().all()
    assert float(seed.abs().min()) > 0.05


def grown(spec: KernelSpec, flip: bool = False, **changed: Tensor) -> Tensor:
    """Give what a frame grows, in float64; flip: of a mirrored picture, with regions mirrored, too."""
    image, scalars, views, weights, shares = (torch.from_numpy(one) for one in KernelProgram(spec).example())
    views = torch.zeros_like(views)
    shares = changed.get("shares", shares)
    if flip:
        views[:, 2:4] = torch.tensor([0, 1])
        image, shares = image.flip(3), shares.flip(3)
    exact = (image.double(), scalars.double(), views, weights.double(), shares.double())
    found: Tensor = make_kernel(spec).double()(*exact) - image.double()
    return found.flip(3) if flip else found


def test_each_region_dreams_its_own_group() -> None:
    *_, shares = KernelProgram(SPEC).example()
    halves = torch.zeros(shares.shape)
    halves[:, 0, :, :18], halves[:, 1, :, 18:] = 1, 1
    left, right = halves[:, [0]] * 0, halves[:, [0]] * 0 + 1
    whole = [grown(SPEC, shares=torch.cat(parts, 1)) for parts in ([right, left, left], [left, right, left])]
    both = grown(SPEC, shares=halves)

    def alike(a: Tensor, b: Tensor) -> float:
        return float(torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), 0))

    for start, (one, other) in ((0, whole), (64, whole[::-1])):
        there = slice(start, start + 32)
        assert alike(both[..., there], one[..., there]) > 0.97
        assert alike(both[..., there], other[..., there]) < 0.8


@pytest.mark.parametrize("change", [{"flips": True}, {"flips": True, "turns": True}])
def test_a_mirrored_look_sees_the_regions_mirrored(change: dict[str, bool]) -> None:
    spec = replace(SPEC, **change)  # type: ignore[arg-type]
    straight, mirrored = grown(spec), grown(spec, flip=True)
    torch.testing.assert_close(straight, mirrored, atol=1e-6, rtol=0)


def test_ranked_channels_are_those_of_every_group() -> None:
    spec = replace(SPEC, rank="strongest")
    tensors = [torch.from_numpy(one) for one in KernelProgram(spec).example()]
    dreamed = make_kernel(spec)(*tensors)
    assert dreamed.isfinite().all()
    assert float((dreamed - tensors[0]).abs().mean()) > 1e-4
