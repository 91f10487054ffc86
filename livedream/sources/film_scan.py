"""The stamps of a film's pictures, read without decoding them: how long it is, and how fast."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import fmean, median

import av

from livedream.containers.steady_stamps import stamps_of, steady_packets
from livedream.sources.media import open_media, picture_stream
from livedream.sources.timeline import FALLBACK_FPS, FASTEST_FPS, HIGHEST_FPS

USUAL_RATES = tuple(
    Fraction(whole * 1000, base) for whole in (24, 25, 30, 48, 50, 60, 100, 120, 240) for base in (1001, 1000)
)

LOST = 0.02
"""Up to this share of its pictures may be lost where a rate varies; a higher one costs more dreaming."""


@dataclass(frozen=True, slots=True)
class FilmScan:
    """When pictures are due, in order and in seconds from the first, and when the last one ends."""

    stamps_s: Sequence[float]
    end_s: float


def scan(location: str) -> FilmScan:
    """Read the stamps of a film to its end. Raises InputError if it cannot be opened."""
    with open_media(location) as container:
        stream, stamps = picture_stream(container, location), stamps_of(container)
        seen: list[tuple[float, float]] = []
        try:
            for packet in steady_packets(container, stamps):
                if packet.stream_index == stream.index and packet.pts is not None and packet.time_base:
                    begin_s = float(packet.pts * packet.time_base)
                    length_s = float((packet.duration or 0) * packet.time_base)
                    seen.append((begin_s, begin_s + min(length_s, stamps.longest_pause_s)))
        except av.FFmpegError:
            pass  # a film that is cut off ends here
    first_s = min((begin_s for begin_s, _ in seen), default=0.0)
    return FilmScan(
        sorted(begin_s - first_s for begin_s, _ in seen),
        max((end_s for _, end_s in seen), default=0.0) - first_s,
    )


def rate_that_matters(stamps_s: Sequence[float], mean_fps: float) -> float:
    """Return the lowest usual rate, from the mean one on, at which hardly a picture is lost.

    stamps_s: in order; equal ones count once. mean_fps: 0 if it is not known, or makes no sense.
    """
    distinct = sorted(set(stamps_s))
    if len(distinct) < 2:
        return mean_fps if 0 < mean_fps <= HIGHEST_FPS else FALLBACK_FPS
    if not 0 < mean_fps <= HIGHEST_FPS:
        mean_fps = (len(distinct) - 1) / (distinct[-1] - distinct[0])
    usual = sorted(float(rate) for rate in USUAL_RATES)
    for rate in (mean_fps, *usual[bisect_left(usual, mean_fps) :]):
        if _kept(distinct, rate) >= 1 - LOST:
            return _fitting(distinct, rate, usual)
    return min(FASTEST_FPS, _steady_fps(distinct))


def _fitting(stamps_s: Sequence[float], rate: float, usual: Sequence[float]) -> float:
    """Return, of 59.94 and 60 or the like, the rate that the shortest distances fit."""
    short = [later - earlier for earlier, later in pairwise(stamps_s) if (later - earlier) * rate < 1.5]
    near = [other for other in usual if abs(other - rate) < 0.002 * rate]
    return min([rate, *near], key=lambda one: abs(one - 1 / fmean(short))) if short and near else rate


def _kept(stamps_s: Sequence[float], rate: float) -> float:
    """Return the share of the pictures that have a frame of their own at a rate."""
    return len({int(stamp_s * rate + 0.5) for stamp_s in stamps_s}) / len(stamps_s)


def _steady_fps(stamps_s: Sequence[float]) -> float:
    """Return the rate of the usual distances; single ones may be rounded to whole milliseconds."""
    gaps = [later - earlier for earlier, later in pairwise(stamps_s)]
    usual = median(gaps)
    return 1 / fmean(gap for gap in gaps if 0.4 * usual < gap < 1.6 * usual)
