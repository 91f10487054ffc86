"""A kernel in tiles gives what the undivided one gives."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from livedream.dream.inputs import PICTURE_PX, frame_inputs
from livedream.dream.kernel import make_kernel
from livedream.dream.program import TileProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import Tap, taps_at
from livedream.dream.tiled_kernel import LOUDNESS, Interpolation, Tiles, tiled_kernel
from livedream.dream.tiles import tile_spec, tiling_of
from livedream.ops.pyramid import Resize
from livedream.settings import DreamSettings

SIZE_HW, WHOLE_PX = (416, 640), 400 * 400
SETTINGS = DreamSettings(layers={"lines": 1.0}, step_size=0.02)


def spec_of(**changes: Any) -> KernelSpec:
    usual = KernelSpec("embedded", taps_at("head.4"), SIZE_HW, 2, 2.0, 1, 1.0)
    return replace(usual, **changes)


def smooth_image(seed: int, size_hw: tuple[int, int] = SIZE_HW) -> NDArray[np.float32]:
    sums = np.cumsum(np.cumsum(np.random.default_rng(seed).random((1, 3, *size_hw)) - 0.5, axis=2), axis=3)
    return ((sums - sums.min()) / (sums.max() - sums.min())).astype(np.float32)


def tiles_of(spec: KernelSpec) -> list[Tiles]:
    tilings = [tiling_of(size_hw, WHOLE_PX) for size_hw in spec.seen_hw]
    found = []
    for tiling in tilings:
        if tiling is not None:
            module = TileProgram(tile_spec(spec, tiling)).make()

            def run(inputs: Sequence[NDArray[Any]], module: torch.nn.Module = module) -> NDArray[np.float32]:
                tensors = [torch.from_numpy(np.ascontiguousarray(array)) for array in inputs]
                output: NDArray[np.float32] = module(*tensors).numpy()
                return output

            found.append(Tiles(tiling, run))
    return found


def both(spec: KernelSpec, dream: DreamSettings = SETTINGS, **pictures: Any) -> tuple[Tensor, Tensor]:
    """Give what the undivided kernel adds, and the one in tiles."""
    image = smooth_image(1)
    inputs = [image, *frame_inputs(spec, dream, 0, pictures)]
    if "frame" in spec.pictures:
        inputs.append(smooth_image(2))
    tensors = [torch.from_numpy(array) for array in inputs]
    with torch.inference_mode():
        return tuple(
            kernel(*tensors) - tensors[0]
            for kernel in (make_kernel(spec), tiled_kernel(spec, tiles_of(spec)))
        )  # type: ignore[return-value]


def cosine(a: Tensor, b: Tensor) -> float:
    return float(torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), 0))


def test_tiles_give_the_undivided_dream() -> None:
    whole, tiled = both(spec_of())
    assert tiling_of(SIZE_HW, WHOLE_PX) is not None
    # A ReLU that rounding switches, as it does on some processors, moves a few numbers and no more.
    differs = (tiled - whole).abs() > 2e-3 * float(whole.abs().max())
    assert differs.double().mean() < 1e-2
    assert cosine(whole, tiled) > 0.9999


@pytest.mark.parametrize(
    "change", [{"flips": True}, {"turns": True}, {"swings": True}, {"octave_sizes": (0.9, 0.95)}]
)
def test_however_octaves_look_tiles_give_the_undivided_dream(change: dict[str, Any]) -> None:
    """The second octave is divided, too."""
    spec = spec_of(**{"octave_scale": 1.1} | change)
    assert all(tiling_of(size_hw, WHOLE_PX) for size_hw in spec.seen_hw)
    dream = SETTINGS.model_copy(update={"flips": "all", "octave_swing": 0.1})
    whole, tiled = both(spec, dream)
    assert cosine(whole, tiled) > 0.9999


def test_no_seam_is_seen() -> None:
    """Neighbouring pixels differ no more where tiles meet than elsewhere, and no more than undivided."""
    whole, tiled = both(spec_of(octaves=1))
    steps = [(found[..., 1:] - found[..., :-1]).abs().mean((0, 1, 2)) for found in (whole, tiled)]
    assert float((steps[1] / steps[0] - 1).abs().max()) < 0.02


def test_bands_are_normalised_over_all_tiles() -> None:
    whole, tiled = both(spec_of(octaves=1, laplacian_levels=2))
    assert cosine(whole, tiled) > 0.9999
    assert float(tiled.abs().mean() / whole.abs().mean()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("change", [{"optimiser": "lbfgs", "steps": 3}, {"parametrisation": "fourier"}])
def test_the_steps_of_all_tiles_are_made_together(change: dict[str, Any]) -> None:
    whole, tiled = both(spec_of(octaves=1, **change))
    assert cosine(whole, tiled) > 0.999
    assert float(tiled.abs().mean() / whole.abs().mean()) == pytest.approx(1, abs=1e-2)


def test_tiles_of_a_whole_layer_are_of_its_salient_channels() -> None:
    """The smaller octave is dreamed as a whole, the larger one in tiles."""
    spec = spec_of(taps=(Tap("even", "head.8", salient=True),))
    whole, tiled = both(spec, SETTINGS.model_copy(update={"layers": {"eyes": 1.0}}))
    assert cosine(whole, tiled) > 0.99


def test_each_tile_compares_with_its_own_part_of_the_frame() -> None:
    spec = spec_of(octaves=1, taps=(*taps_at("head.4"), *taps_at("head.4", objective="content")))
    whole, tiled = both(spec, SETTINGS.model_copy(update={"content_layers": {"lines": 3.0}}))
    assert cosine(whole, tiled) > 0.999


def test_every_tile_has_the_whole_guide() -> None:
    spec = spec_of(octaves=1, taps=taps_at("head.4", objective="guide"))
    dream = SETTINGS.model_copy(update={"layers": {}, "guide": "some.png", "guide_layers": {"lines": 1.0}})
    whole, tiled = both(spec, dream, guide=smooth_image(3, (PICTURE_PX, PICTURE_PX)))
    assert cosine(whole, tiled) > 0.999


@pytest.mark.parametrize("change", [{}, {"turns": True, "flips": True, "octaves": 2, "octave_scale": 1.1}])
def test_each_tile_has_its_own_part_of_the_regions(change: dict[str, Any]) -> None:
    spec = spec_of(**{"octaves": 1, "taps": taps_at("head.4", groups=3)} | change)
    whole, tiled = both(spec, SETTINGS.model_copy(update={"channel_groups": 3, "flips": "all"}))
    assert cosine(whole, tiled) > 0.999
    steps = [(found[..., 1:] - found[..., :-1]).abs().mean((0, 1, 2)) for found in (whole, tiled)]
    assert float((steps[1] / steps[0] - 1).abs().max()) < 0.05, "no seam is seen"


def test_channels_are_ranked_for_the_whole_picture() -> None:
    spec = spec_of(octaves=1, rank="strongest")
    whole, tiled = both(spec, SETTINGS, rank=smooth_image(3, (PICTURE_PX, PICTURE_PX)))
    assert cosine(whole, tiled) > 0.999


def test_the_same_inputs_give_the_same_dream() -> None:
    spec = spec_of(octaves=1)
    kernel, image = tiled_kernel(spec, tiles_of(spec)), smooth_image(1)
    inputs = [image, *frame_inputs(spec, SETTINGS, 0)]
    with torch.inference_mode():
        once, again = (kernel(*(torch.from_numpy(array) for array in inputs)) for _ in range(2))
    assert torch.equal(once, again)


def test_a_tile_is_loud_enough_to_be_compared() -> None:
    tiling = tiling_of(SIZE_HW, WHOLE_PX)
    assert tiling is not None
    program = TileProgram(tile_spec(spec_of(taps=taps_at("head.4", objective="mean")), tiling))
    with torch.inference_mode():
        given = program.make()(*(torch.from_numpy(array) for array in program.example()))
    assert float(given.abs().mean()) == pytest.approx(LOUDNESS, rel=1e-4)


def test_a_half_format_s_tile_is_as_loud() -> None:
    tiling = tiling_of(SIZE_HW, WHOLE_PX)
    assert tiling is not None
    program = TileProgram(tile_spec(spec_of(), tiling))
    with torch.inference_mode():
        given = program.make("bfloat16")(*(torch.from_numpy(array) for array in program.example()))
    assert given.dtype == torch.float32
    assert float(given.abs().mean()) == pytest.approx(LOUDNESS, rel=0.1)


@pytest.mark.parametrize("to_hw", [(48, 64), (35, 47), (90, 120)])
def test_interpolation_is_what_resize_does(to_hw: tuple[int, int]) -> None:
    image = torch.from_numpy(smooth_image(4, (48, 64)))
    torch.testing.assert_close(
        Interpolation((48, 64), to_hw)(image), Resize((48, 64), to_hw)(image), atol=1e-6, rtol=0
    )
