"""HDR and wide gamuts shown as BT.709: the colours that every screen and every file here has.

PQ and HLG (ITU-R BT.2100-2) become light, 1.0 the white of SDR at 203 cd/m2 (BT.2408); what is brighter is
bent below it by the curve of BT.2390-10, 5.4.1, applied to the largest of red, green and blue, so that hues
stay. Then the gamut becomes BT.709's, and light becomes BT.1886's signal.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

PQ, HLG = 16, 18
"""Transfer curves by their codes (ITU-T H.273)."""

BT2020, P3_DCI, P3 = 9, 11, 12
"""Primaries by their codes."""

SDR_WHITE_NITS, PEAK_NITS = 203.0, 1000.0
"""Brightness of SDR's white, and the brightest that is told apart."""

GAMMA = 2.4

_TO_BT709 = {
    BT2020: (
        (1.660491, -0.587641, -0.072850),
        (-0.124550, 1.132900, -0.008349),
        (-0.018151, -0.100579, 1.118730),
    ),
    P3: ((1.224940, -0.224940, 0.0), (-0.042057, 1.042057, 0.0), (-0.019638, -0.078636, 1.098274)),
}
"""Light by those primaries -> light by BT.709's (BT.2087; SMPTE RP 431-2 with the white of D65)."""

_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593], np.float32)

Light = NDArray[np.float32]


def needs_mapping(transfer: int, primaries: int) -> bool:
    """Return whether colours of a transfer curve and primaries are shown wrong if taken for BT.709's."""
    return transfer in (PQ, HLG) or primaries in (BT2020, P3_DCI, P3)


def name_of(transfer: int, primaries: int) -> str:
    """Name colours for people."""
    curve = {PQ: "HDR (PQ)", HLG: "HDR (HLG)"}.get(transfer)
    return curve or ("BT.2020" if primaries == BT2020 else "P3")


def to_bt709(rgb: NDArray[np.uint16], transfer: int, primaries: int) -> NDArray[np.uint8]:
    """Convert HxWx3 of 16 bits, full range, to 8 bits of BT.709."""
    if transfer == PQ:
        light = _pq_light()[rgb] * _pq_gain()[_largest(rgb)][..., None]
    elif transfer == HLG:
        light = _hlg_shown(_hlg_light()[rgb])
    else:
        light = _gamma_light()[rgb]
    # HDR without a word on its primaries is in BT.2020's.
    wide = P3 if primaries in (P3, P3_DCI) else BT2020
    return _signal(cv2.transform(light, np.array(_TO_BT709[wide], np.float32)))


def _largest(rgb: NDArray[Any]) -> NDArray[Any]:
    """Return the largest of red, green and blue, HxW; max() along so short an axis is 70 times as slow."""
    largest: NDArray[Any] = np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    return largest


def _signal(light: NDArray[Any]) -> NDArray[np.uint8]:
    """Write light as the signal of 8 bits; a table of square roots is finest where eyes are."""
    steps = _signal_table().size - 1
    table: NDArray[np.uint8] = _signal_table()
    return np.asarray(
        table[np.rint(np.sqrt(np.clip(light, 0, 1)) * np.float32(steps)).astype(np.uint16)], np.uint8
    )


@cache
def _signal_table() -> NDArray[np.uint8]:
    roots = np.linspace(0, 1, 8192)
    return np.rint(255 * roots ** (2 / GAMMA)).astype(np.uint8)


@cache
def _codes() -> NDArray[np.float64]:
    return np.arange(65_536) / 65_535


@cache
def _gamma_light() -> Light:
    return np.asarray(_codes() ** GAMMA, np.float32)


@cache
def _pq_light() -> Light:
    """Return each code's light; 1.0 is SDR's white (BT.2100, table 4)."""
    return np.asarray(_pq_nits(_codes()) / SDR_WHITE_NITS, np.float32)


@cache
def _pq_gain() -> Light:
    """Return for each code of the largest colour by what light is multiplied."""
    shown = _bent(_codes())
    return np.asarray(shown / np.maximum(_pq_nits(_codes()) / SDR_WHITE_NITS, 1e-9), np.float32)


@cache
def _hlg_light() -> Light:
    """Return each code's light as the camera saw it, 0..1 (BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    codes = _codes()
    return np.asarray(np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12), np.float32)


def _hlg_shown(scene: Light) -> Light:
    """Return a camera's light as a screen of PEAK_NITS shows it (BT.2100: gamma 1.2), bent below white."""
    luma = np.maximum(scene @ _LUMA_2020, np.float32(1e-6))
    light = scene * (np.float32(PEAK_NITS / SDR_WHITE_NITS) * luma ** np.float32(0.2))[..., None]
    largest = np.maximum(_largest(light), np.float32(1e-6))
    codes = np.clip(_pq_code(largest * np.float32(SDR_WHITE_NITS)), 0, 1)
    gain = _pq_gain()[np.rint(codes * 65_535).astype(np.uint16)]
    return np.asarray(light * gain[..., None], np.float32)


def _bent(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light 0..1 for PQ codes, by the curve of BT.2390 for a screen whose white is SDR's."""
    peak, white = (float(_pq_code(np.array(nits))) for nits in (PEAK_NITS, SDR_WHITE_NITS))
    given, most = np.minimum(codes / peak, 1.0), white / peak
    knee = 1.5 * most - 0.5
    t = np.clip((given - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee)
    spline += (3 * t**2 - 2 * t**3) * most
    return _pq_nits(np.where(given < knee, given, spline) * peak) / SDR_WHITE_NITS


def _pq_nits(code: NDArray[Any]) -> NDArray[np.float64]:
    root = np.asarray(code, np.float64) ** (32 / 2523)
    ratio = np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)
    return np.asarray(10_000 * ratio ** (8192 / 1305), np.float64)


def _pq_code(nits: NDArray[Any]) -> NDArray[Any]:
    power = (nits / 10_000) ** (1305 / 8192)
    return np.asarray(((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32))
