"""Tempo: the beat of a show, from taps, by hand, or from MIDI clock."""

from __future__ import annotations

import statistics
import threading
from collections import deque
from itertools import pairwise
from typing import NamedTuple, Protocol

from livedream.clock import FASTEST_BPM, SLOWEST_BPM
from livedream.errors import InputError

DEFAULT_BPM = 120.0
TAPS = 8
"""Taps that the tempo is taken from, the last ones."""

PAUSE_S = 1.2 * 60 / SLOWEST_BPM
"""After so long without a tap, longer than the slowest beat, the next one begins anew."""

OUTLIER = 0.3
"""A tap that comes so much too early or too late, as a share of a beat, is left out."""

PPQN = 24
"""Ticks of MIDI clock in a beat."""

TICKS = 48
"""Ticks that the tempo of MIDI clock is taken from, the last ones."""

LOST_S = 0.5
"""MIDI clock that has been silent for so long begins anew."""

GIVES_WAY_S = 1.0
"""A port whose clock has been silent for so long gives way to another's."""

CLOCK_TICK, CLOCK_START, CLOCK_CONTINUE, CLOCK_STOP = CLOCK = 0xF8, 0xFA, 0xFB, 0xFC
"""The bytes of MIDI clock."""

HAND = "hand"
"""Who leads the tempo unless somebody else does."""


def check_bpm(bpm: float, begin: str = "--bpm ") -> None:
    """Raise InputError for a tempo that is too slow or too fast. begin: of the message, before the tempo."""
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise InputError(f"{begin}{bpm:g}: choose {SLOWEST_BPM:g} to {FASTEST_BPM:g} beats a minute")


class Beat(NamedTuple):
    """A tempo, and a time at which a beat with a number falls."""

    bpm: float
    at_s: float
    number: float = 0.0

    def beats(self, now_s: float) -> float:
        """Return how many beats have passed at a time."""
        return self.number + (now_s - self.at_s) * self.bpm / 60


class Beats(Protocol):
    """Counts beats: a tempo that is held by hand, or one that was heard."""

    def beats_ahead(self, now_s: float) -> float:
        """Return how many beats, with a fraction, will have passed when what is shown at a time is seen."""
        ...


class Tempo:
    """Holds the beat; any thread may tap, nudge and ask. Times are of one clock, in seconds.

    leader: who has set the tempo last, for people. lookahead_ms: how long before a beat that which is to be
    seen on it has to come; may be set at any time.
    """

    def __init__(self, bpm: float = DEFAULT_BPM, start_s: float = 0.0, lookahead_ms: float = 0.0) -> None:
        self.leader, self.lookahead_ms = HAND, lookahead_ms
        self._beat = Beat(_bounded(bpm), start_s)
        self._taps: deque[float] = deque(maxlen=TAPS)
        self._lock = threading.Lock()

    @property
    def beat(self) -> Beat:
        """Return the tempo, with when one of its beats falls."""
        return self._beat

    @property
    def bpm(self) -> float:
        """Return the tempo in beats per minute."""
        return self._beat.bpm

    def beats(self, now_s: float) -> float:
        """Return how many beats have passed, with a fraction."""
        return self._beat.beats(now_s)

    def beats_ahead(self, now_s: float) -> float:
        """Return how many beats will have passed when what is shown now is seen."""
        return self.beats(now_s + self.lookahead_ms / 1000)

    def phase(self, now_s: float) -> float:
        """Return where in the beat a time lies: 0 on it, and below 1."""
        phase = self.beats(now_s) % 1.0
        return phase if phase < 1 else 0.0  # just below a beat the remainder is rounded to 1

    def tap(self, now_s: float) -> float:
        """Take a tap, which is a beat; return the tempo. The first tap only sets the beat."""
        with self._lock:
            last = self._taps[-1] if self._taps else None
            if last is not None and not 0 <= now_s - last <= PAUSE_S:
                self._taps.clear()
            self._taps.append(now_s)
            self.leader = HAND
            interval_s = _interval_s(list(self._taps))
            bpm = self._beat.bpm if interval_s is None else _bounded(60 / interval_s)
            self._beat = Beat(bpm, now_s, round(self._beat.beats(now_s)))
            return bpm

    def nudge(self, beats: float, now_s: float) -> None:
        """Move the beat forward by a part of a beat, or back."""
        with self._lock:
            self._beat = Beat(self._beat.bpm, now_s, self._beat.beats(now_s) + beats)

    def double(self, now_s: float) -> None:
        """Go twice as fast, unless that is too fast."""
        self._times(2.0, now_s)

    def halve(self, now_s: float) -> None:
        """Go half as fast, unless that is too slow."""
        self._times(0.5, now_s)

    def go(self, bpm: float, now_s: float) -> None:
        """Go at another tempo, within the range there is, from where in the bar it is."""
        with self._lock:
            self._put(Beat(bpm, now_s, self._beat.beats(now_s)), HAND)

    def resync(self, now_s: float) -> None:
        """Begin to count anew: now is the first beat."""
        with self._lock:
            self._put(Beat(self._beat.bpm, now_s), self.leader)

    def take(self, beat: Beat, leader: str, *, instead_of: Beat | None = None) -> Beat | None:
        """Take another beat, such as that of a MIDI clock; return it, within the range there is.

        instead_of: the beat that it was reckoned from; if another one holds by now, that stays: None.
        """
        with self._lock:
            if instead_of is not None and instead_of != self._beat:
                return None
            self._put(beat, leader)
            return self._beat

    def _put(self, beat: Beat, leader: str) -> None:
        self.leader = leader
        self._beat = Beat(_bounded(beat.bpm), beat.at_s, beat.number)
        self._taps.clear()

    def _times(self, factor: float, now_s: float) -> None:
        with self._lock:
            bpm = self._beat.bpm * factor
            if SLOWEST_BPM <= bpm <= FASTEST_BPM:
                self._beat = Beat(bpm, now_s, self._beat.beats(now_s) * factor)
                self._taps.clear()


class MidiClock:
    """Follows MIDI clock, 24 ticks to a beat, and keeps a tempo on it; any thread may feed it.

    Of several ports the one whose clock came first is followed, until it has been silent for GIVES_WAY_S.
    """

    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo
        self._ticks: deque[float] = deque(maxlen=TICKS)
        self._count = 0
        self._running = True
        self._port, self._heard_s = "", float("-inf")
        self._lock = threading.Lock()

    def feed(self, message: int, now_s: float, port: str = "") -> None:
        """Take a byte of MIDI clock at a time; others do nothing. A song position is not followed."""
        with self._lock:
            if message in CLOCK and self._leads(port, now_s):
                self._take(message, now_s)

    def _leads(self, port: str, now_s: float) -> bool:
        """Return whether a port that sends clock is followed; another one that is begins anew."""
        if port != self._port:
            if now_s - self._heard_s < GIVES_WAY_S:
                return False
            self._port, self._running = port, True
            self._ticks.clear()
        self._heard_s = now_s
        return True

    def _take(self, message: int, now_s: float) -> None:
        if message == CLOCK_START:
            self._count, self._running = 0, True
            self._ticks.clear()
        elif message == CLOCK_CONTINUE:
            self._running = True
        elif message == CLOCK_STOP:
            self._running = False
        else:
            self._tick(now_s)

    def _tick(self, now_s: float) -> None:
        if self._ticks and not 0 < now_s - self._ticks[-1] < LOST_S:
            self._ticks.clear()
        self._ticks.append(now_s)
        number = self._count / PPQN
        self._count += 1 if self._running else 0
        if len(self._ticks) >= PPQN // 4 and self._running:
            fit_s, at_s = _line(list(self._ticks))
            self._tempo.take(Beat(60 / (fit_s * PPQN), at_s, number), "MIDI clock")


def _interval_s(taps: list[float]) -> float | None:
    """Return the time between beats that taps mean; None for a single one.

    Intervals that are far from their median are left out. The rest are averaged, which is finer than the
    median of few.
    """
    intervals = [late - early for early, late in pairwise(taps) if late > early]
    if not intervals:
        return None
    middle = statistics.median_low(intervals)  # one of them, so that something is left
    return statistics.fmean(one for one in intervals if abs(one - middle) <= OUTLIER * middle)


def _line(ticks: list[float]) -> tuple[float, float]:
    """Return the time between ticks and that of the last one, as a straight line through all has them."""
    slope, start = statistics.linear_regression(range(len(ticks)), ticks)
    return max(slope, 60 / (FASTEST_BPM * PPQN)), start + slope * (len(ticks) - 1)


def _bounded(bpm: float) -> float:
    return min(FASTEST_BPM, max(SLOWEST_BPM, bpm))
