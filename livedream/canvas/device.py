"""The canvas on a torch device: a frame goes up once, is dreamed and composed there, and comes down once.

The motion is measured on the processor meanwhile, on small grey pictures; its flow and trust ride up
with the frame. Nothing here waits for the device before `finish`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from livedream.canvas.canvas import Left, Looked, Outcome, Past, Run, Stopwatch, Task, open_share
from livedream.canvas.transfer import Download, Upload
from livedream.composite import scene_mask
from livedream.composite.depth import cells_hw, target
from livedream.composite.depth_on_device import depth_map, held, next_gain, reach, relit
from livedream.composite.grading_on_device import grade, shift_colour
from livedream.engines.engine import DeviceEngine, running
from livedream.frame import Rgb
from livedream.motion.flow import grey
from livedream.motion.warp import UNBOUNDED, Field


@dataclass(frozen=True, slots=True, eq=False)
class Underway:
    """A frame on the device."""

    left: Left[Tensor]
    carried: Tensor | None
    _size_hw: tuple[int, int]
    _fetched: Callable[[], NDArray[np.uint8]]
    _watch: Stopwatch
    _engine_name: str

    @property
    def residual(self) -> Tensor:
        """Return what the dream adds."""
        return self.left.residual

    def finish(self) -> Outcome:
        """Wait for the frame to come down."""
        with running(self._engine_name):  # what a device could not do comes out here
            block = self._fetched()
        self._watch.lap("wait")
        return Outcome(block[:-1].reshape(*self._size_hw, 3), bool(block[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class WarmStart:
    """What a frame's dream starts from: `livedream.canvas.memory_canvas.WarmStart` as tensors."""

    carried: Tensor | None
    init: Tensor
    velocity: Tensor | None
    scene: Tensor | None
    depths: Tensor
    gain: Tensor


class DeviceCanvas:
    """Works on tensors, on a stream of its own.

    Whatever a device refuses, at any stage, is an EngineRunError: what one call could not do comes out at one
    of those that follow.
    """

    def __init__(self, device: torch.device) -> None:
        self.device, self._name = device, f"on {device}"
        with running(self._name):
            self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]
            self._upload, self._download = Upload(device), Download(device)

    def looked_at(self, rgb: Rgb, size_hw: tuple[int, int], longest_px: int) -> Looked:  # noqa: ARG002
        """Make the small grey picture; the device shrinks the frame itself."""
        return Looked(grey(rgb, longest_px))

    def dream(self, task: Task[Tensor], watch: Stopwatch) -> Underway:
        """Send everything on its way."""
        name = task.runs[0].engine.name
        with running(name), torch.inference_mode(), torch.cuda.stream(self._stream):
            underway = self._dream(task, watch)
        watch.lap("launch")
        return underway

    def _dream(self, task: Task[Tensor], watch: Stopwatch) -> Underway:
        height, width = task.looked.grey.shape
        maps = maps_of(task.past)
        shown = scene_mask(task.looked.grey, (width, height), task.look.scene)
        watch.lap("motion")
        inputs = [array for runs in (task.runs, *task.again) for run in runs for array in run.inputs]
        rgb, veiled, *rest = self._upload.send([task.rgb, shown, *maps.values(), *inputs])
        frame = rgb.permute(2, 0, 1)[None].float()
        image = shrunk(frame, task.size_hw) / 255
        start = first_start(image)
        sent, rest = dict(zip(maps, rest, strict=False)), rest[len(maps) :]
        if task.past is not None:
            start = recalled(warm_start(image, task, task.past, sent), image, sent, target(task.look))
        further, waiting = further_of(start, task), iter(rest)
        made, velocity = start.init, start.velocity
        for runs in (task.runs, *task.again):
            velocity = steadied(dreamed(runs, made, image, waiting) - made, velocity, task.momentum)
            made = stepped(made, velocity, further)
        assert velocity is not None, "a task has a run"
        residual, sound = finite(made - image)
        residual = shift_colour(residual, image, task.colour)
        visible = grade(relit(exposed(residual, task), task.look), task.colour)
        visible = visible * resized(veiled[None, None], task.size_hw)
        depths = depth_map(image, visible, task.look.strength)
        elapsed_s = task.past.elapsed_s if task.past and task.look.steer else 0.0
        velocity = torch.where(sound, velocity, 0.0)
        gain = next_gain(start.gain, depths, task.look, elapsed_s)
        left = Left(residual, velocity, scene_of(start, residual, task.past, sent), depths, gain)
        laid = laid_over(frame, visible, task.look.strength)
        block = torch.cat([laid.reshape(-1), sound.to(torch.uint8).reshape(1)])
        fetched = self._download.fetch(block)
        return Underway(
            left,
            start.carried,
            (task.rgb.shape[0], task.rgb.shape[1]),
            fetched,
            watch,
            task.runs[0].engine.name,
        )

    def to_array(self, held: Tensor) -> Field:
        """Fetch a field as HxWx3 float32."""
        with running(self._name):
            if self._stream is not None:
                self._stream.synchronize()  # whoever asks may be another thread
            return np.ascontiguousarray(held[0].permute(1, 2, 0).to("cpu").numpy())

    def from_array(self, array: Field) -> Tensor:
        """Send a field of HxWx3 float32 up."""
        with running(self._name):
            return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))[None].to(self.device)


def shrunk(frame: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Resize 1x3xHxW as `livedream.imaging.shrink` does: halve by area, then sample bilinearly."""
    while frame.shape[2] >= 2 * size_hw[0] and frame.shape[3] >= 2 * size_hw[1]:
        frame = F.avg_pool2d(frame, 2)
    return resized(frame, size_hw)


def resized(field: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Resize 1xCxHxW bilinearly; the same tensor if it is of that size."""
    if (field.shape[2], field.shape[3]) == size_hw:
        return field
    return F.interpolate(field, size_hw, mode="bilinear")


def first_start(image: Tensor) -> WarmStart:
    """Start from the picture alone."""
    nothing = image.new_zeros((1, 1, *cells_hw((int(image.shape[2]), int(image.shape[3])))))
    return WarmStart(None, image, None, None, nothing, image.new_ones((1, 1, 1, 1)))


def warm_start(
    image: Tensor, task: Task[Tensor], past: Past[Tensor], maps: Mapping[str, Tensor]
) -> WarmStart:
    """Add to the picture what is left of the previous dream, where it is now; maps: see `maps_of`."""
    size_hw = (int(image.shape[2]), int(image.shape[3]))
    flow, kept = maps["flow"], maps["kept"][None, None]
    cells, flow_hw = cells_hw(size_hw), maps["kept"].shape
    sharpness = 1.0 if task.look.steer else UNBOUNDED
    carried = warped(resized(past.left.residual, size_hw), flow, flow_hw, sharpness)
    depths = warped(resized(past.left.depths, cells), flow, flow_hw)
    depths = (depths * resized(kept, cells) * task.persistence).clamp(min=0.0)
    stays, share = held(depths, task.look, past.left.gain), resized(kept, size_hw)
    init = torch.clamp(image + task.persistence * share * resized(stays, size_hw) * carried, 0.0, 1.0)
    velocity = None
    if task.momentum * task.persistence > 0 and not past.motion.cut:
        velocity = share * warped(resized(past.left.velocity, size_hw), flow, flow_hw, 0.0)
    return WarmStart(carried, init, velocity, past.left.scene, depths * stays, past.left.gain)


def maps_of(past: Past[Tensor] | None) -> dict[str, NDArray[np.float32]]:
    """List by name what a frame's past has to send up."""
    if past is None:
        return {}
    maps = {"flow": past.motion.flow, "kept": past.motion.kept}
    recall = past.recall
    if recall is None or (recall.share is None and recall.learned is None):
        return maps
    own = {"scene_flow": recall.flow, "share": recall.share, "learned": recall.learned}
    return maps | {name: array for name, array in own.items() if array is not None}


def recalled(start: WarmStart, image: Tensor, maps: Mapping[str, Tensor], depth: float) -> WarmStart:
    """Take what has come back into view from the dream of the scene, which is as deep as is wanted."""
    if start.scene is None or "scene_flow" not in maps:
        return start
    size_hw = (int(image.shape[2]), int(image.shape[3]))
    scene = warped(resized(start.scene, size_hw), maps["scene_flow"], maps["kept"].shape)
    if "share" not in maps:
        return replace(start, scene=scene)
    share = maps["share"][None, None]
    back, cells = resized(share, size_hw), resized(share, (start.depths.shape[2], start.depths.shape[3]))
    init = start.init + back * (torch.clamp(image + scene, 0.0, 1.0) - start.init)
    return replace(start, init=init, scene=scene, depths=start.depths + cells * (depth - start.depths))


def scene_of(
    start: WarmStart, residual: Tensor, past: Past[Tensor] | None, maps: Mapping[str, Tensor]
) -> Tensor:
    """Return the dream of the scene, with what it has learned from that of the frame."""
    if past is None or past.recall is None or start.scene is None:
        return residual
    if "learned" not in maps:
        return start.scene
    learned = resized(maps["learned"][None, None], (int(residual.shape[2]), int(residual.shape[3])))
    return start.scene + learned * (residual - start.scene)


def further_of(start: WarmStart, task: Task[Tensor]) -> Tensor | None:
    """Return by how much the steps of each run are multiplied, 1x1xHxW; None where they are not steered."""
    if not task.look.steer:
        return None
    each = reach(start.depths, task.look, start.gain) / (1 + len(task.again))
    return resized(each, (int(start.init.shape[2]), int(start.init.shape[3])))


def steadied(step: Tensor, velocity: Tensor | None, momentum: float) -> Tensor:
    """Return (1 - momentum) * step + momentum * velocity; the step itself where there is no velocity."""
    return step if velocity is None else (1 - momentum) * step + momentum * velocity


def stepped(made: Tensor, velocity: Tensor, further: Tensor | None) -> Tensor:
    """Return clamp(made + further * velocity); further: None is 1."""
    return torch.clamp(made + (velocity if further is None else further * velocity), 0.0, 1.0)


def warped(field: Tensor, flow: Tensor, flow_hw: tuple[int, ...], sharpness: float = 1.0) -> Tensor:
    """Sample 1xCxHxW at p + flow(p) as `livedream.motion.warp.warp` does; what is outside is mirrored.

    flow: hxwx2 pixels (x, y) of the small size `flow_hw` that it was measured at.
    """
    height, width = int(field.shape[2]), int(field.shape[3])
    full = resized(flow.permute(2, 0, 1)[None], (height, width))[0]
    # In the units of grid_sample the picture is 2 wide and high, so a small pixel is 2 / flow_hw.
    x = _centres(width, field.device) + full[0] * (2 / flow_hw[1])
    y = _centres(height, field.device)[:, None] + full[1] * (2 / flow_hw[0])
    grid = torch.stack([x, y], dim=-1)[None]
    mixed = torch.zeros_like(field)
    for mode, share in (("bicubic", sharpness), ("bilinear", 1 - sharpness)):
        if share > 0:
            mixed = mixed + share * F.grid_sample(
                field, grid, mode=mode, padding_mode="reflection", align_corners=False
            )
    return mixed


def _centres(length: int, device: torch.device) -> Tensor:
    return (torch.arange(length, device=device, dtype=torch.float32) * 2 + 1) / length - 1


def dreamed(runs: Sequence[Run], init: Tensor, image: Tensor, waiting: Iterator[Tensor]) -> Tensor:
    """Call the engines, and mix what they dream; waiting: the inputs of all runs, in a row."""
    mixed = None
    for run in runs:
        own = [*islice(waiting, len(run.inputs)), *([image] if run.takes_frame else [])]
        dream = cast(DeviceEngine, run.engine).call([init, *own])
        if len(runs) == 1:
            return dream
        # Multiplied at once: an engine may give the same memory again.
        mixed = run.share * dream if mixed is None else mixed + run.share * dream
    assert mixed is not None, "a task has a run"
    return mixed


def finite(residual: Tensor) -> tuple[Tensor, Tensor]:
    """Replace a residual that is not finite by zeros; return it and whether it was finite."""
    sound = torch.isfinite(residual.sum())
    return torch.where(sound, residual, 0.0), sound


def exposed(residual: Tensor, task: Task[Tensor]) -> Tensor:
    """Return the residual with its share of the frame before: `livedream.canvas.memory_canvas._exposed`."""
    share = open_share(task)
    if task.past is None or share == 0:
        return residual
    before = resized(task.past.left.residual, (int(residual.shape[2]), int(residual.shape[3])))
    return residual + share * (before - residual)


def laid_over(frame: Tensor, residual: Tensor, strength: float) -> Tensor:
    """Add the residual, enlarged, to a frame 1x3xHxW in 0..255; return uint8 HxWx3."""
    size_hw = (int(frame.shape[2]), int(frame.shape[3]))
    enlarged = F.interpolate(residual * (255 * strength), size_hw, mode="bicubic")
    return torch.clamp(torch.round(frame + enlarged), 0, 255).to(torch.uint8)[0].permute(1, 2, 0)
