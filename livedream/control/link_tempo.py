"""LinkTempo: shares the beat with programs in the same network by Ableton Link.

LinkPython-extern, which it needs, is under the GPL (version 2 or later): livedream neither depends on it nor
brings it along. Whoever wants it installs it; whoever passes on the two together is bound by the GPL.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Protocol

from livedream.clock import Clock, SystemClock
from livedream.errors import MissingError
from livedream.health import Health
from livedream.modulation.tempo import Beat, Tempo

QUANTUM = 4.0
"""Beats in a bar: peers agree upon where in the bar they are."""

LEAP_BEATS = 0.002
"""So far the two clocks may drift apart before the beat is set anew."""


class LinkState(Protocol):
    """A session at one moment. Times are in microseconds of Link's clock."""

    def tempo(self) -> float:
        """Return the beats in a minute."""
        ...

    def setTempo(self, bpm: float, at_us: int) -> None:  # noqa: N802
        """Change the tempo from a time on."""
        ...

    def beatAtTime(self, at_us: int, quantum: float) -> float:  # noqa: N802
        """Return how many beats have passed at a time."""
        ...

    def forceBeatAtTime(self, beat: float, at_us: int, quantum: float) -> None:  # noqa: N802
        """Have a beat fall at a time, whoever else counts."""
        ...


class Peer(Protocol):
    """As much of LinkPython's Link as is used."""

    enabled: bool

    def clock(self) -> Any:
        """Return the clock, whose `micros()` is the time."""
        ...

    def numPeers(self) -> int:  # noqa: N802
        """Return how many others there are."""
        ...

    def captureAppSessionState(self) -> Any:  # noqa: N802
        """Return the session as it is now."""
        ...

    def commitAppSessionState(self, state: Any) -> None:  # noqa: N802
        """Make a changed state that of the session."""
        ...


def link_peer(bpm: float) -> Peer:
    """Return a peer that is not yet in a session. Raises MissingError without the library."""
    try:
        peer: Peer = importlib.import_module("link").Link(bpm)
    except (ImportError, AttributeError) as fault:  # another package may have this name
        raise MissingError(
            "Ableton Link needs LinkPython-extern, which is not installed; its licence is the GPL",
            "install it with",
            "pip install LinkPython-extern",
        ) from fault
    return peer


class LinkTempo:
    """Keeps a tempo and the session of Link on each other; one thread steps it.

    Who changes the tempo leads: the hand here, or anybody else there. Where in the bar the session is, is
    never moved while there are others; without others it goes along with the hand. Whoever comes first has
    the tempo: who joins a session takes it over.
    """

    def __init__(
        self,
        tempo: Tempo,
        peer: Peer,
        *,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        self._tempo, self._peer, self._tell = tempo, peer, tell
        self._clock = SystemClock() if clock is None else clock
        self._peers = 0
        self._ours = tempo.bpm
        peer.enabled = True
        self._theirs = float(peer.captureAppSessionState().tempo())

    @property
    def peers(self) -> int:
        """Return how many others are in the session."""
        return self._peers

    @property
    def health(self) -> Health:
        """Return how many others are in the session."""
        return Health("live", _others(self._peers))

    def step(self) -> None:
        """Take over what has changed, here or there."""
        self._count_peers()
        state: LinkState = self._peer.captureAppSessionState()
        at_us, now_s = int(self._peer.clock().micros()), self._clock.now_s()
        held = self._tempo.beat
        if held.bpm != self._ours:
            self._lead(state, held.bpm, at_us)
        beats = state.beatAtTime(at_us, QUANTUM)
        away = beats - held.beats(now_s)
        if state.tempo() == self._theirs and self._peers == 0 and abs(away) > LEAP_BEATS:
            state.forceBeatAtTime(beats - away, at_us, QUANTUM)
            self._peer.commitAppSessionState(state)
        elif state.tempo() != self._theirs or abs(away) > LEAP_BEATS:
            theirs = Beat(state.tempo(), now_s, beats)
            # A hand that has changed it meanwhile leads with the next step.
            held = self._tempo.take(theirs, "Link", instead_of=held) or held
        self._ours, self._theirs = held.bpm, state.tempo()

    def close(self) -> None:
        """Leave the session."""
        self._peer.enabled = False

    def _lead(self, state: LinkState, bpm: float, at_us: int) -> None:
        state.setTempo(bpm, at_us)
        self._peer.commitAppSessionState(state)
        self._theirs = state.tempo()

    def _count_peers(self) -> None:
        peers = self._peer.numPeers()
        if peers != self._peers:
            self._tell(f"Ableton Link: {_others(peers)}")
        self._peers = peers


def _others(peers: int) -> str:
    count = "one other" if peers == 1 else f"{peers or 'no'} others"
    return f"{count} in the session"
