"""What was seen before something hid it: when a place comes back into view, so does its dream.

The scene is kept as a small grey picture, carried along the motion of the whole picture, and in the canvas
beside it the dream of it. Whoever passes leaves the one and the other as they are; what stays for a while
becomes part of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.motion.flow import Motion
from livedream.motion.sampling import (
    Affine,
    Flow,
    Grey,
    Trust,
    grid_of,
    mapped,
    sample,
    squared_length,
    within,
)
from livedream.motion.whole import STANDS, WINDOW_PX

MATCH_LEVELS = 10.0
"""Difference between the picture and the scene, in levels of 255, at which it is hardly the scene."""

STAYS_S = 0.4
"""What has not moved against the scene for so long belongs to it."""

STANDS_PX = 0.5
"""Motion against the scene, from one frame to the next, that still counts as none."""

LEAST_SHARE = 0.002
"""If less than this share of the picture would get its older dream back, nothing is done."""


@dataclass(frozen=True, slots=True, eq=False)
class Recall:
    """What a frame has to do with the dream of the scene, at the small size of its motion.

    flow: HxWx2 pixels, current -> that dream. share: HxW, 0..1, how much of what a place starts from comes
    from there; None for nothing. learned: HxW, 0..1, where the frame's dream becomes that of the scene; None
    for nowhere.
    """

    flow: Flow
    share: Trust | None
    learned: Trust | None


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The scene as it was when it was last brought up to date.

    picture: of it. known: where there is one. seen: where the frame before showed it. new_s: for how long
    something else has stood there. way: from the frame before to then.
    """

    picture: Grey
    known: Trust
    seen: Trust
    new_s: Trust
    way: Affine

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the state to continue from, by name."""
        return {f"scene_{part.name}": np.asarray(getattr(self, part.name)) for part in fields(self)}

    @staticmethod
    def restored(state: Mapping[str, NDArray[Any]]) -> Scene | None:
        """Return the scene of a `state`; None without one in it."""
        parts: dict[str, Any] = {part.name: state.get(f"scene_{part.name}") for part in fields(Scene)}
        return Scene(**parts) if all(part is not None for part in parts.values()) else None


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A scene followed to a frame.

    scene: with what it has learned from the frame. motion: to the frame, the scene's where the scene is seen.
    recall: what comes back; None at first.
    """

    scene: Scene
    motion: Motion
    recall: Recall | None


def follow(
    scene: Scene | None, grey: Grey, motion: Motion, most: float, elapsed_s: float, *, learns: bool
) -> Followed:
    """Follow a scene to the next frame; None, a cut and another size begin a new one.

    grey: of the frame, of the size of `motion`, which leads to it from the frame before. most: share of
    its older dream that a place gets back, 0..1. learns: the dream of the scene is brought up to date.
    """
    if scene is None or motion.cut or scene.picture.shape != grey.shape:
        plain = np.zeros(grey.shape, np.float32)
        return Followed(Scene(grey, plain + 1, plain + 1, plain, STANDS), motion, None)
    way = _after(scene.way, motion.whole)
    where, everywhere = mapped(way, *grey.shape), mapped(motion.whole, *grey.shape)
    picture, known = sample(scene.picture, where), sample(scene.known, where) * within(where)
    seen = np.asarray(_alike(grey, picture) * known, np.float32)
    seen_before, new_s = (sample(part, everywhere) for part in (scene.seen, scene.new_s))
    still = (seen < 0.5) & (motion.trust > 0.5) & _stands(motion.flow, everywhere)
    new_s = np.where(still, new_s + np.float32(elapsed_s), np.float32(0))
    scene, learned = replace(scene, seen=seen, new_s=new_s, way=way), None
    if learns:
        learned = _learned(seen, new_s)
        picture, known = np.where(learned > 0.5, grey, picture), np.maximum(known, learned)
        # What has become part of the scene has not come back into view.
        scene = replace(scene, picture=picture, known=known, seen=np.maximum(seen, learned), way=STANDS)
    back = most * _ramp(seen, 0.6, 0.9) * _ramp(1 - seen_before, 0.6, 0.9)
    flow = np.asarray(cv2.subtract(where, grid_of(*grey.shape)), np.float32)
    recall = Recall(flow, back if float(back.mean()) > LEAST_SHARE else None, learned)
    return Followed(scene, _with_scene(motion, everywhere, seen), recall)


def _after(later: Affine, first: Affine) -> Affine:
    """Return the map that goes `first` and then `later`."""
    return np.column_stack([later[:, :2] @ first[:, :2], later[:, :2] @ first[:, 2] + later[:, 2]])


def _alike(grey: Grey, picture: Grey) -> Trust:
    """Measure how far two pictures are the same around each pixel, HxW, 0..1."""
    apart = cv2.boxFilter(cv2.absdiff(grey, picture), cv2.CV_32F, (WINDOW_PX, WINDOW_PX))
    return np.asarray(cv2.exp(cv2.multiply(apart, apart, scale=-1 / MATCH_LEVELS**2)), np.float32)


def _stands(flow: Flow, everywhere: Flow) -> NDArray[np.bool_]:
    """Return the mask of what does not move relative to the scene."""
    against = cv2.subtract(cv2.add(grid_of(*flow.shape[:2]), flow), everywhere)
    stands: NDArray[np.bool_] = squared_length(against) < STANDS_PX**2
    return stands


def _learned(seen: Trust, new_s: Trust) -> Trust:
    """Return what belongs to the scene now, without the rim of what does not."""
    own = np.maximum(seen, (new_s >= STAYS_S).astype(np.float32))
    return np.asarray(cv2.erode(own, np.ones((3, 3), np.uint8)), np.float32)


def _ramp(share: Trust, low: float, high: float) -> Trust:
    return np.asarray(np.clip((share - np.float32(low)) / np.float32(high - low), 0.0, 1.0), np.float32)


def _with_scene(motion: Motion, everywhere: Flow, seen: Trust) -> Motion:
    """Return the motion with that of the whole picture, and all that is kept, where the scene is seen."""
    share = _ramp(seen, 0.3, 0.8)
    flow = cv2.blendLinear(cv2.subtract(everywhere, grid_of(*seen.shape)), motion.flow, share, 1 - share)
    return replace(motion, flow=np.asarray(flow, np.float32), kept=np.maximum(motion.kept, share))
