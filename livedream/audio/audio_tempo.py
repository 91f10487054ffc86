"""BeatFinder: the tempo of music, from when things begin to sound in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOWEST_BPM, FASTEST_BPM = 60.0, 180.0
HEARD_S, NEEDED_S, EVERY_S = 10.0, 4.0, 0.5
"""What is listened to, what of it is needed for a first estimate, and how often one is made."""

PARTS = 4
"""A tempo is judged by what repeats after one beat, two, and so on up to four."""

USUAL_BPM, SPREAD_OCTAVES = 120.0, 1.2
"""Where two tempi explain the music alike, the one that is nearer to this is the beat."""

GRID = 240
ALIKE = 0.9
"""Twice the tempo is taken if its score is this share of the other's."""

BLUR = np.hanning(9)[1:-1] / np.hanning(9).sum()
"""Beats of people are not exact, nor is the grid of tempi."""

SURE = 0.25
"""The share of the music's rhythm that repeats at least, or there is no beat."""


class Pulse(NamedTuple):
    """A beat that was heard: its tempo, how long before the last hop a beat fell, how sure it is (0 to 1)."""

    bpm: float
    ago_s: float
    sureness: float


class BeatFinder:
    """Finds the tempo, 60 to 180 beats a minute, by what repeats in several groups of bands.

    step_s: time between two measurements. lows, highs: which bands are low, and which high; the others lie
    between.
    """

    def __init__(self, step_s: float, lows: NDArray[np.float32], highs: NDArray[np.float32]) -> None:
        self._step_s = step_s
        middles = 1 - lows - highs
        groups = np.stack([lows, middles, highs, np.ones_like(lows)])
        self._groups = groups / np.maximum(groups.sum(axis=1, keepdims=True), 1)
        self._heard = np.zeros((len(groups), round(HEARD_S / step_s)), np.float32)
        self._every, self._count = round(EVERY_S / step_s), 0
        self._beats_s = 60 / np.geomspace(SLOWEST_BPM, FASTEST_BPM, GRID)
        octaves = np.log2(60 / self._beats_s / USUAL_BPM)
        self._liking = np.exp(-0.5 * (octaves / SPREAD_OCTAVES) ** 2)
        self.pulse: Pulse | None = None

    def feed(self, rise: NDArray[np.float32]) -> bool:
        """Take how much each narrow band has risen; return whether the pulse was looked for anew."""
        place = self._count % self._heard.shape[1]
        self._heard[:, place] = self._groups @ rise
        self._count += 1
        if self._count % self._every or self._count * self._step_s < NEEDED_S:
            return False
        self.pulse = self._find(self._in_order())
        return True

    def _in_order(self) -> NDArray[np.float32]:
        length = self._heard.shape[1]
        if self._count < length:
            return self._heard[:, : self._count]
        return np.roll(self._heard, -(self._count % length), axis=1)

    def _find(self, heard: NDArray[np.float32]) -> Pulse | None:
        repeats = _autocorrelation(heard)
        if repeats is None:
            return None
        scores = self._scores(repeats)
        best = self._faster_alike(scores, int(np.argmax(scores * self._liking)))
        if scores[best] < SURE:
            return None
        beat_s = self._refined(repeats, float(self._beats_s[best]))
        return Pulse(60 / beat_s, self._ago_s(heard[0] + heard[-1], beat_s), float(min(1.0, scores[best])))

    def _faster_alike(self, scores: NDArray[np.float64], best: int) -> int:
        """Return the place of twice the tempo if it explains as much: each tempo explains its half, too."""
        half_s = self._beats_s[best] / 2
        near = np.flatnonzero(np.abs(self._beats_s / half_s - 1) < 0.03)
        if not len(near):
            return best
        faster = int(near[np.argmax(scores[near])])
        return faster if scores[faster] >= ALIKE * scores[best] else best

    def _scores(self, repeats: NDArray[np.float64]) -> NDArray[np.float64]:
        lags = self._beats_s / self._step_s
        places = np.arange(len(repeats))
        own = BLUR @ repeats[np.abs(np.arange(len(BLUR)) - len(BLUR) // 2)]
        repeats = np.convolve(repeats, BLUR, "same") / own
        parts = [np.interp(lags * part, places, repeats, right=0.0) for part in range(1, PARTS + 1)]
        return np.asarray(np.mean(parts, axis=0))

    def _refined(self, repeats: NDArray[np.float64], beat_s: float) -> float:
        """Return the beat more finely: from peaks ever more beats away, each found by those before."""
        lag = beat_s / self._step_s
        for part in range(1, int((len(repeats) - 2) / (lag * 1.05)) + 1):
            peak = _peak_near(repeats, lag * part, 0.08 * lag)
            if peak is not None:
                lag = peak / part
        return lag * self._step_s

    def _ago_s(self, heard: NDArray[np.float32], beat_s: float) -> float:
        """Return how long ago a beat fell: where a comb of beats collects most, and most of the bass."""
        lag = beat_s / self._step_s
        backwards, places = heard[::-1], np.arange(len(heard))
        combs = np.arange(int(len(heard) / lag) - 1) * lag
        offsets = np.arange(0, lag, 0.5)
        sums = np.interp(offsets[:, None] + combs, places, backwards).sum(axis=1)
        return float(offsets[int(np.argmax(sums))]) * self._step_s


def _autocorrelation(heard: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """Return how alike the rhythm is to itself after so many steps, at most 1; None without a rhythm."""
    rhythm = heard - heard.mean(axis=1, keepdims=True)
    length = rhythm.shape[1]
    power = np.abs(np.fft.rfft(rhythm, 2 * length, axis=1)) ** 2
    products = np.fft.irfft(power, axis=1)[:, : length * 3 // 4]
    own = products[:, :1]
    sounding = own[:, 0] > 1e-3 * length  # dB squared: a group of bands in which hardly anything begins
    if not sounding.any():
        return None
    fewer = length / (length - np.arange(products.shape[1]))
    smooth = products[sounding] / own[sounding] * fewer
    return np.asarray(smooth.mean(axis=0), np.float64)


def _peak_near(values: NDArray[np.float64], place: float, reach: float) -> float | None:
    """Return where the highest peak within reach lies, between the samples; None if there is none."""
    low, high = max(1, round(place - max(reach, 1))), min(len(values) - 2, round(place + max(reach, 1)))
    if high < low:
        return None
    top = low + int(np.argmax(values[low : high + 1]))
    left, middle, right = values[top - 1], values[top], values[top + 1]
    bend = left - 2 * middle + right
    if bend >= 0 or middle < left or middle < right:
        return None
    return float(top + 0.5 * (left - right) / bend)
