"""Flash limiter: keeps what people watch below the thresholds for flashes, and all else as it is.

The thresholds are those of WCAG 2.2, success criterion 2.3.1, https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb

FLASHES = 3
"""So many a second are allowed; each is a pair of opposing changes."""

WINDOW_S = 1.05
"""A second, and a little for sinks that show a frame somewhat later than another."""

CHANGE = 0.09
"""Of relative luminance; the threshold is 0.10, and cells are not read pixel by pixel."""

RED_CHANGE = 0.9 * 20 / 320
"""Of R - G - B; the measure of WCAG 2.1, which takes in that of 2.2 save for reds that are nearly black."""

BRIGHT = 0.80
"""Where even the darker of two states is as bright, no change counts."""

SATURATED = 0.75
"""Share of red from which on a cell counts as saturated; for a colour it is 0.8, and a cell has several."""

VIEW, SHARE = 1 / 3, 1 / 4
"""Ten degrees are a third of the picture each way (341x256 of 1024x768); a quarter of that may flash."""

PAUSE_S = 0.55
"""After so long without a frame a slate has been seen, which is a flash, too."""

COLUMNS, ROWS, READ_ROWS = 64, 30, 60
"""About so many cells; of each picture about READ_ROWS rows are read, evenly spread."""

HALVINGS = 5
_TURNS = 2 * FLASHES
_TO_LIGHT = np.where(
    np.arange(256) <= 0.04045 * 255,
    np.arange(256) / 255 / 12.92,
    ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4,
).astype(np.float32)
_MEASURES = np.array(
    [[0.2126, 0.7152, 0.0722], [1, -1, -1], [1 - SATURATED, -SATURATED, -SATURATED]], np.float32
)
"""Of linear R, G, B: relative luminance, how red, and by how much more than saturated."""

_CHANGES = np.array([CHANGE, RED_CHANGE], np.float32)[:, None, None]

Cells = NDArray[np.uint8]


class Light(NamedTuple):
    """What counts in a picture, 2xHxW: luminance, then red. counts: whether a change to or from it counts."""

    value: NDArray[np.float32]
    counts: NDArray[np.bool_]


class FlashLimiter:
    """Blends a picture towards the one before for as long as it would flash, and else returns it itself.

    It depends on nothing but the pictures and the times that it is given. One thread at a time.
    """

    def __init__(self) -> None:
        self._turns: _Turns | None = None
        self._last: Rgb | None = None
        self._last_s = 0.0
        self._dampened_s = float("-inf")

    def dampening(self, now_s: float) -> bool:
        """Return whether a picture was dampened within the last second."""
        return now_s - self._dampened_s < WINDOW_S

    def limited(self, rgb: Rgb, now_s: float, *, at_once: bool = False) -> Rgb:
        """Return what may be shown for a picture, uint8 HxWx3, at `now_s` seconds (non-decreasing).

        at_once: it is shown as it is, whatever that does; it counts all the same.
        """
        cells = cells_of(rgb)
        if self._turns is None or self._last is None or self._last.shape != rgb.shape:
            self._turns = _Turns(cells)
        elif now_s - self._last_s > PAUSE_S:
            self._turns.pause(now_s)
        shown = rgb
        light = light_of(cells)
        if not self._turns.allow(light, now_s) and not at_once:
            shown, cells = self._dampened(rgb, cells, now_s)
            light, self._dampened_s = light_of(cells), now_s
        self._turns.take(cells, light, now_s)
        self._last, self._last_s = shown, now_s
        return shown

    def _dampened(self, rgb: Rgb, cells: Cells, now_s: float) -> tuple[Rgb, Cells]:
        """Return the picture blended with the last one, as little as possible, and its cells."""
        assert self._turns is not None
        assert self._last is not None
        share = self._share(cells, now_s)
        if share > 0:
            blended = np.asarray(cv2.addWeighted(rgb, share, self._last, 1 - share, 0), np.uint8)
            seen = cells_of(blended)
            if self._turns.allow(light_of(seen), now_s):  # it is rounded otherwise than its cells
                return blended, seen
        return self._last, self._turns.cells

    def _share(self, cells: Cells, now_s: float) -> float:
        """Find how much of a picture may be seen, 0..1."""
        assert self._turns is not None
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            share = (low + high) / 2
            blended = np.asarray(cv2.addWeighted(cells, share, self._turns.cells, 1 - share, 0), np.uint8)
            low, high = (share, high) if self._turns.allow(light_of(blended), now_s) else (low, share)
        return low


class _Turns:
    """When light and red turned, cell by cell, in the pictures that were shown.

    A turn is a change, by more than the threshold, against the one before; two make a flash.
    """

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        value, counts = light_of(cells)
        self._extreme, self._counts = value.copy(), counts.copy()
        self._sign = -np.ones_like(value)
        self._times = np.full((_TURNS + 1, *value.shape), -np.inf)
        self._view_wh = tuple(max(1, round(side * VIEW)) for side in (value.shape[2], value.shape[1]))
        self._most = SHARE * self._view_wh[0] * self._view_wh[1]

    def allow(self, light: Light, now_s: float) -> bool:
        """Return whether cells of that light may be shown."""
        since_s = now_s - WINDOW_S
        turned = self._turned(light)
        more = turned & (self._times[-2] > since_s)
        if not more.any():  # also where what was shown at once was too much: to hold it mends nothing
            return True
        flashing = (more | (self._times[-1] > since_s)).any(axis=0)
        if np.count_nonzero(flashing) <= self._most:
            return True
        in_view = cv2.boxFilter(
            flashing.astype(np.float32), -1, self._view_wh, normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        return bool(in_view.max() <= self._most + 0.5)

    def take(self, cells: Cells, light: Light, now_s: float) -> None:
        """Take note of what was shown."""
        turned = self._turned(light)
        if turned.any():
            self._note(turned, now_s)
            self._sign[turned] *= -1
        further = self._sign * (light.value - self._extreme) >= 0
        np.copyto(self._extreme, light.value, where=further)
        np.copyto(self._counts, light.counts, where=further)
        self.cells = cells

    def pause(self, now_s: float) -> None:
        """Count a flash everywhere."""
        everywhere = np.ones(self._extreme.shape, bool)
        self._note(everywhere, now_s)
        self._note(everywhere, now_s)

    def _turned(self, light: Light) -> NDArray[np.bool_]:
        back = self._sign * (self._extreme - light.value) >= _CHANGES
        return np.asarray(back & (light.counts | self._counts))

    def _note(self, turned: NDArray[np.bool_], now_s: float) -> None:
        self._times[1:, turned] = self._times[:-1, turned]
        self._times[0, turned] = now_s


def cells_of(rgb: Rgb) -> Cells:
    """Return the mean colour of some 64x30 cells of a picture."""
    step = max(1, rgb.shape[0] // READ_ROWS)
    rows = rgb[step // 2 :: step]
    height, width = rows.shape[:2]
    # Whole pixels to a cell: OpenCV then takes a fifth of the time.
    high, wide = max(1, height // ROWS), max(1, width // COLUMNS)
    size_wh = width // wide, height // high
    whole = rows[: size_wh[1] * high, : size_wh[0] * wide]
    return np.asarray(cv2.resize(whole, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def light_of(cells: Cells) -> Light:
    """Return luminance and red of cells."""
    measures = cv2.transform(cv2.LUT(cells, _TO_LIGHT), _MEASURES)
    luminance, red, beyond = cv2.split(measures)
    value = np.stack([luminance, np.maximum(red, 0)])
    return Light(value, np.stack([luminance < BRIGHT, (beyond >= 0) & (red > 0)]))
