"""The spectrum of sound, ten milliseconds after ten milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Sound of one channel, -1 to 1, as `mono` gives it: each sample a number."""

RATE_HZ = 48_000
"""Samples a second, of files that are listened to."""

LOUDEST = 10.0
"""What lies beyond, or is no number, is no sound but a fault of its driver or file, and counts as silence."""

HOPS_PER_S = 100
"""So often the spectrum is measured; blocks of sound are as long as one hop."""

WINDOW_S = 0.021
"""What a spectrum looks at: short, so that an onset is seen soon, yet a bass is told from a low mid."""

LOW_HZ, HIGH_HZ, BANDS = 30.0, 14_000.0, 24
"""What is heard, and in how many bands, each as wide as the others on a scale of octaves."""

EDGES_HZ = {
    "bass": (30.0, 160.0),
    "low mid": (160.0, 700.0),
    "mid": (700.0, 3000.0),
    "high": (3000.0, HIGH_HZ),
}
"""The bands that move settings, by name."""


def hop_length(rate_hz: float) -> int:
    """Return the samples between two spectra."""
    return max(1, round(rate_hz / HOPS_PER_S))


def mono(channels: NDArray[np.float32], axis: int) -> Samples:
    """Return the mean of channels, which lie along an axis; what is no sound in one is silence there.

    All that is listened to comes through here: a NaN would stay in the levels and the beat for good.
    """
    sound = np.where(np.abs(channels) <= LOUDEST, channels, np.float32(0))
    return np.asarray(sound.mean(axis=axis, dtype=np.float32))


class Spectrum:
    """Measures the power in narrow bands, hop by hop, whatever the length of the blocks.

    rate_hz: samples a second. Raises ValueError for a rate that is too low to hear highs: below 8000.
    """

    def __init__(self, rate_hz: float) -> None:
        if not rate_hz >= 8000:
            raise ValueError(f"{rate_hz:g} samples a second are too few: 8000 at least")
        self.hop = hop_length(rate_hz)
        self.hop_s = self.hop / rate_hz
        length = 2 ** round(np.log2(WINDOW_S * rate_hz))
        edges = _edges(rate_hz, length)
        self.centres_hz = (edges[:-1] + edges[1:] - 1) / 2 * rate_hz / length
        window = np.hanning(length + 1)[:-1].astype(np.float32)
        self._window = window * np.float32(2 / window.sum())  # a sine of amplitude 1 has power 1 in its bin
        self._starts, self._end = 2 * edges[:-1], int(edges[-1])
        self._heard = np.zeros(length, np.float32)
        self._waiting = np.zeros(0, np.float32)

    def feed(self, block: Samples) -> Iterator[NDArray[np.float32]]:
        """Take sound; return the power in each narrow band for each hop that it completes."""
        waiting = np.concatenate([self._waiting, block]) if len(self._waiting) else block
        count = len(waiting) // self.hop
        self._waiting = waiting[count * self.hop :]
        for number in range(count):
            yield self._measure(waiting[number * self.hop : (number + 1) * self.hop])

    def members(self, low_hz: float, high_hz: float) -> NDArray[np.float32]:
        """Return 1 for each narrow band whose centre lies in a wide one, 0 for the others."""
        found = (self.centres_hz >= low_hz) & (self.centres_hz < high_hz)
        return np.asarray(found, np.float32)

    def _measure(self, hop: Samples) -> NDArray[np.float32]:
        kept = len(self._heard) - len(hop)
        self._heard[:kept] = self._heard[len(hop) :]
        self._heard[kept:] = hop
        bins = np.fft.rfft(self._heard * self._window)[: self._end]
        parts = bins.view(bins.real.dtype)  # real and imaginary in turn
        power = parts * parts
        return np.asarray(np.add.reduceat(power, self._starts), np.float32)


def _edges(rate_hz: float, length: int) -> NDArray[np.intp]:
    """Return the first bins of the bands, and the one after the last; each has a bin at least."""
    high_hz = min(HIGH_HZ, 0.45 * rate_hz)
    ideal = np.geomspace(LOW_HZ, high_hz, BANDS + 1) * length / rate_hz
    return np.unique(np.maximum(1, np.round(ideal))).astype(np.intp)
