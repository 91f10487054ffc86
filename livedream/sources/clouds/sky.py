"""A sky at dusk as a function of time: a gradient, a low sun, thin high clouds and cumulus below them."""

from __future__ import annotations

import cv2
import numpy as np

from livedream.frame import Rgb
from livedream.sources.clouds.cloud_layer import Layer, Plane, ceiling
from livedream.sources.clouds.texture import SIDE, cloud_texture, edged, towards_sun

Stops = tuple[tuple[float, tuple[int, int, int]], ...]

SKY: Stops = (
    (0.0, (34, 52, 116)),
    (0.3, (82, 86, 154)),
    (0.55, (166, 120, 160)),
    (0.75, (230, 150, 134)),
    (0.9, (246, 182, 130)),
    (1.0, (248, 196, 144)),
)
LIT: Stops = ((0.0, (244, 184, 176)), (0.4, (255, 188, 152)), (0.8, (255, 208, 156)), (1.0, (255, 216, 168)))
SHADE: Stops = ((0.0, (56, 56, 108)), (0.4, (98, 78, 124)), (0.75, (152, 106, 122)), (1.0, (206, 142, 120)))
WISP: Stops = ((0.0, (150, 128, 176)), (0.4, (226, 152, 164)), (0.7, (255, 188, 150)), (1.0, (255, 214, 164)))
"""Colours (red, green, blue) by height, 0 at the top, 1 at the bottom."""

WORKING_PX = 384 * 216
"""Pixels computed: clouds are soft, so larger frames are enlarged from this."""

WIND = np.array((5.0, -9.0))
"""Texels a second that the cumulus drifts: sideways, and towards the viewer."""

THINNEST = np.float32(0.02)
DENSITY = np.float32(1.05)
"""Where in the field (mean 0, deviation about 1) clouds begin, and how fast they thicken from there."""


class Sky:
    """A sky of `size_wh` pixels that only `seed` and the time decide; used by one thread."""

    def __init__(self, size_wh: tuple[int, int], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._size_wh = size_wh
        self._working_wh = _working_size(size_wh)
        texture = cloud_texture(rng)
        start = rng.uniform(0, SIDE, (3, 2))
        places = ceiling(*self._working_wh)
        # The texture's far side faces the sun, which stands on the horizon.
        field = towards_sun(texture, near=(-5, 2), far=(-18, 6))
        self._near_layer = Layer(field, places, start[0], WIND)
        # A second field, larger and parting slowly from the first, is added to it: that is what makes
        # clouds grow and dissolve. The scales have no common period, so no sky comes twice.
        self._swell = Layer(field, places.halved().scaled(0.71), start[1], WIND * (0.89, 0.6))
        self._high_layer = Layer(edged(texture), places.halved().combed(), start[2], WIND * (0.12, 0.4))
        self._parts = [np.empty(places.u.shape, np.float32) for _ in range(4)]
        self._paint(rng, *self._working_wh)

    def _paint(self, rng: np.random.Generator, width: int, height: int) -> None:
        """Prepare the colours of everything, which time does not change."""
        glow = _glow(width, height, sun_x=float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.45)))
        # Half a level of grain keeps the slow gradient from showing steps.
        grain = rng.uniform(-0.5, 0.5, (height, width, 1)).astype(np.float32)
        sky = _gradient(SKY, height) + _tinted(glow, (46, 38, 34)) + grain
        wisp = _gradient(WISP, height) + _tinted(glow, (60, 60, 40))
        lit = _gradient(LIT, height) + _tinted(glow, (60, 56, 52))
        shade = _gradient(SHADE, height) + _tinted(glow, (44, 28, 10))
        self._sky, self._wisp, self._lit, self._shade = sky, wisp, lit, shade
        rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        self._haze = _eased((np.float32(1.02) - rows) / np.float32(0.3))
        self._far = _eased((rows - np.float32(0.45)) * np.float32(2))

    def at(self, time_s: float) -> Rgb:
        """Paint it as it is `time_s` seconds after the start: uint8 HxWx3, a new array."""
        field = self._cumulus(time_s)
        cover, light, veil = self._cover(field), _light(field), self._veil(time_s)
        sky = cv2.blendLinear(self._wisp, self._sky, veil, 1 - veil)
        cloud = cv2.blendLinear(self._lit, self._shade, light, 1 - light)
        small = cv2.convertScaleAbs(cv2.blendLinear(cloud, sky, cover, 1 - cover))
        if self._working_wh == self._size_wh:
            return np.asarray(small, np.uint8)
        return np.asarray(cv2.resize(small, self._size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)

    def _cumulus(self, time_s: float) -> list[Plane]:
        """Add the two fields as they lie now: value, near the sun, far to it, blurred."""
        field = self._near_layer.at(time_s)
        swell = cv2.resize(self._swell.at(time_s), self._working_wh, interpolation=cv2.INTER_LINEAR)
        cv2.addWeighted(field, 0.75, swell, 0.65, 0, dst=field)
        cv2.split(field, self._parts)
        return self._parts

    def _cover(self, field: list[Plane]) -> Plane:
        """Compute how much of the sky is hidden, 0..1; far off from the blurred field, against glitter."""
        cover = field[3] - field[0]
        cover *= self._far
        cover += field[0]
        cover -= THINNEST
        cover *= DENSITY
        return np.multiply(_eased(cover), self._haze)

    def _veil(self, time_s: float) -> Plane:
        """Compute how much of the sky the high clouds veil, 0..0.75."""
        ramp = self._high_layer.at(time_s) * np.float32(0.4)
        ramp += np.float32(0.2)
        veil: Plane = cv2.resize(_eased(ramp), self._working_wh, interpolation=cv2.INTER_LINEAR)
        veil *= self._haze * np.float32(0.75)
        return veil


def _light(field: list[Plane]) -> Plane:
    """Compute how much sun comes through, 0..1.15: less behind more cloud, more on edges towards the sun."""
    value, near, far, _ = field
    depth = np.maximum(near, 0)
    depth *= np.float32(0.7)
    depth += np.float32(1.1) * np.maximum(far, 0)
    depth += np.float32(1)
    light = np.divide(np.float32(1.2), depth, out=depth)
    light += np.float32(0.22) * (value - near)
    return np.clip(light, 0, 1.15, out=light)


def _working_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    width, height = size_wh
    shrink = min(1.0, (WORKING_PX / (width * height)) ** 0.5)
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def _glow(width: int, height: int, sun_x: float) -> Plane:
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    distance = np.hypot((columns - width / 2) / height - sun_x, (rows / height - 0.93) * 1.25)
    glow: Plane = 0.7 * np.exp(-((distance / 0.16) ** 2)) + 0.85 * np.exp(-distance / 0.33)
    return glow


def _gradient(stops: Stops, height: int) -> Plane:
    """Blend the colours from top to bottom, heightx1x3."""
    rows, places = np.linspace(0, 1, height), [place for place, _ in stops]
    planes = [np.interp(rows, places, [colour[channel] for _, colour in stops]) for channel in range(3)]
    return np.stack(planes, -1).astype(np.float32)[:, None]


def _tinted(glow: Plane, colour: tuple[int, int, int]) -> Plane:
    return np.multiply(glow[..., None], np.array(colour, np.float32))


def _eased(ramp: Plane) -> Plane:
    """Turn a ramp into 0..1 without corners."""
    ramp = np.clip(ramp, 0, 1)
    bend = np.float32(3) - np.float32(2) * ramp
    bend *= ramp
    bend *= ramp
    return bend
