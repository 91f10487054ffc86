"""The noise that clouds are cut from: one square that tiles, made in tens of milliseconds."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[Any]
"""A tileable square of values: float32 NxN, or NxNx4."""

SIDE = 768
"""Side of the square in texels: longer than the view is wide, so that no frame shows it twice up close."""


def cloud_texture(rng: np.random.Generator) -> Field:
    """Make billowing noise: mean 0, deviation 1, SIDExSIDE, tileable.

    Gradient-like noise gives the large shapes, inverted cell noise the cauliflower edges
    (the "Perlin-Worley" of game skies); a small warp takes the straight creases out of the cells.
    """
    shapes = _normalised(_smooth_noise(rng, {3: 1.0, 6: 0.6, 12: 0.35, 24: 0.2, 48: 0.1}))
    puffs = _normalised(_cell_noise(rng, {9: 0.5, 21: 0.3, 45: 0.2}))
    return _normalised(_warped(rng, 0.75 * shapes + 0.55 * puffs))


def towards_sun(texture: Field, near: tuple[int, int], far: tuple[int, int]) -> Field:
    """Stack what lighting needs, (N+1)x(N+1)x4, edged.

    That is: the value, the value `near` towards the sun, the blurred value `far` towards it, and that here.
    near, far: (rows, columns) by which the texture is rolled. Sums of such stacks stay right, so
    two that drift apart can be added and lit afterwards.
    """
    soft = _blurred(texture)
    planes = [texture, np.roll(texture, near, (0, 1)), np.roll(soft, far, (0, 1)), soft]
    return cv2.merge([edged(plane) for plane in planes])


def edged(texture: Field) -> Field:
    """Add one row and column, so that the last texel blends into the first: (N+1)x(N+1)."""
    return cv2.copyMakeBorder(texture, 0, 1, 0, 1, cv2.BORDER_WRAP)


def _cell_noise(rng: np.random.Generator, weights: dict[int, float]) -> Field:
    """Add inverted cell noise of several sizes; `weights`: cells per side -> weight."""
    total = np.zeros((SIDE, SIDE), np.float32)
    for count, weight in weights.items():
        total += np.float32(weight) * _stretched(_cells(rng, count), SIDE)
    return total


def _cells(rng: np.random.Generator, count: int) -> Field:
    """Return a field that is 1 at count x count scattered points and falls to 0 one cell away.

    The side is SIDE or a half or quarter of it, with 16 texels to a cell: more would only cost time.
    """
    side = min(part for part in (SIDE // 4, SIDE // 2, SIDE) if part >= 16 * count)
    cell = side / count
    grid = np.stack(np.meshgrid(np.arange(count), np.arange(count)), -1).reshape(-1, 2)
    points = ((grid + rng.random(grid.shape)) * cell).astype(np.int32) % side
    empty = np.full((side, side), 255, np.uint8)
    empty[points[:, 1], points[:, 0]] = 0
    # No place is further than this from a point, so the margin makes the distances wrap.
    margin = int(1.5 * cell)
    distance = cv2.distanceTransform(_wrapped(empty, margin), cv2.DIST_L2, 5)
    nearness: Field = 1 - np.minimum(distance[margin:-margin, margin:-margin] * np.float32(1 / cell), 1)
    return nearness


def _smooth_noise(rng: np.random.Generator, weights: dict[int, float]) -> Field:
    """Add random lattices of several sizes, each stretched over the square; cells per side -> weight."""
    total = np.zeros((SIDE // 4, SIDE // 4), np.float32)
    for count, weight in weights.items():
        total += weight * _stretched(rng.standard_normal((count, count), dtype=np.float32), SIDE // 4)
    return _stretched(total, SIDE)


def _stretched(lattice: Field, side: int) -> Field:
    """Enlarge a tileable square to side x side, smoothly across its edges too."""
    if lattice.shape[0] == side:
        return lattice
    factor, margin = side // lattice.shape[0], 3
    wide = cv2.resize(_wrapped(lattice, margin), None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    edge = margin * factor
    return np.ascontiguousarray(wide[edge:-edge, edge:-edge])


def _warped(rng: np.random.Generator, texture: Field) -> Field:
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    columns += _smooth_noise(rng, {24: 5.0, 48: 2.5})
    rows += _smooth_noise(rng, {24: 5.0, 48: 2.5})
    return cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def _blurred(texture: Field) -> Field:
    """Blur by 6 texels, on a quarter of the side."""
    margin = 8
    small = cv2.resize(texture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(_wrapped(small, margin), (0, 0), 1.5)
    return _stretched(np.ascontiguousarray(soft[margin:-margin, margin:-margin]), SIDE)


def _wrapped(tile: Field, margin: int) -> Field:
    return cv2.copyMakeBorder(tile, margin, margin, margin, margin, cv2.BORDER_WRAP)


def _normalised(field: Field) -> Field:
    normalised: Field = (field - field.mean()) / field.std()
    return normalised
