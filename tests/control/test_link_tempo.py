from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from livedream.clock import Clock, ManualClock, SystemClock
from livedream.control.link_tempo import QUANTUM, LinkTempo, link_peer
from livedream.errors import LivedreamError
from livedream.modulation.tempo import HAND, Beat, Tempo


def turn(tempo: Tempo, bpm: float, clock: Clock) -> None:
    """Change the tempo, as taps do; the beat goes on from where it is."""
    now_s = clock.now_s()
    tempo.take(Beat(bpm, now_s, tempo.beats(now_s)), HAND)


class State:
    def __init__(self, beat: Beat) -> None:
        self.beat = beat

    def tempo(self) -> float:
        return self.beat.bpm

    def setTempo(self, bpm: float, at_us: int) -> None:  # noqa: N802
        self.beat = Beat(round(bpm, 4), at_us / 1e6, self.beat.beats(at_us / 1e6))

    def beatAtTime(self, at_us: int, quantum: float) -> float:  # noqa: N802
        return self.beat.beats(at_us / 1e6)

    def forceBeatAtTime(self, beat: float, at_us: int, quantum: float) -> None:  # noqa: N802
        self.beat = Beat(self.beat.bpm, at_us / 1e6, beat)


class FakePeer:
    """A peer whose session a test can change; Link's clock is far from the show's."""

    def __init__(self, clock: ManualClock, bpm: float = 120.0) -> None:
        self._clock, self.enabled, self.others = clock, False, 0
        self.beat, self.commits = Beat(bpm, 1000.0), 0

    def clock(self) -> SimpleNamespace:
        return SimpleNamespace(micros=lambda: round((self._clock.now_s() + 1000) * 1e6))

    def numPeers(self) -> int:  # noqa: N802
        return self.others

    def captureAppSessionState(self) -> State:  # noqa: N802
        return State(self.beat)

    def commitAppSessionState(self, state: State) -> None:  # noqa: N802
        self.beat, self.commits = state.beat, self.commits + 1

    @property
    def beats(self) -> float:
        return self.beat.beats(self._clock.now_s() + 1000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_it_follows_a_session_in_tempo_and_beat(clock: ManualClock) -> None:
    tempo, peer, told = Tempo(120.0), FakePeer(clock), []
    link = LinkTempo(tempo, peer, tell=told.append, clock=clock)
    peer.others, peer.beat = 2, Beat(93.5, 1000.0, 17.25)
    clock.advance(0.5)
    link.step()
    assert (tempo.bpm, link.peers) == (93.5, 2)
    assert tempo.beats(3.0) == pytest.approx(peer.beat.beats(1003.0))
    assert told == ["Ableton Link: 2 others in the session"]
    assert peer.commits == 0  # who joins changes nothing


def test_it_leads_when_the_hand_changes_the_tempo_and_leaves_the_others_beat(clock: ManualClock) -> None:
    tempo, peer = Tempo(120.0), FakePeer(clock)
    link = LinkTempo(tempo, peer, clock=clock)
    peer.others = 1
    clock.advance(0.7)
    before = peer.beats
    turn(tempo, 140.0, clock)
    tempo.nudge(0.3, clock.now_s())
    link.step()
    assert (peer.beat.bpm, tempo.bpm) == (140.0, 140.0)
    assert peer.beats == pytest.approx(before)
    assert tempo.beats(clock.now_s()) == pytest.approx(before)
    commits = peer.commits
    for _ in range(10):
        clock.advance(0.1)
        link.step()
    assert peer.commits == commits  # and does not go on doing so


def test_a_hand_that_changes_the_tempo_just_then_leads_with_the_next_step(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tempo, peer = Tempo(120.0), FakePeer(clock)
    link, take = LinkTempo(tempo, peer, clock=clock), tempo.take
    peer.others, peer.beat = 1, Beat(93.5, 1000.0)

    def late(beat: Beat, leader: str, *, instead_of: Beat | None = None) -> Beat | None:
        tempo.go(140.0, clock.now_s())
        return take(beat, leader, instead_of=instead_of)

    with monkeypatch.context() as patch:
        patch.setattr(tempo, "take", late)
        link.step()
    assert (tempo.bpm, tempo.leader) == (140.0, HAND)
    link.step()
    assert (peer.beat.bpm, tempo.bpm) == (140.0, 140.0)


def test_alone_the_session_goes_where_the_hand_puts_the_beat(clock: ManualClock) -> None:
    tempo, peer = Tempo(120.0), FakePeer(clock)
    link = LinkTempo(tempo, peer, clock=clock)
    clock.advance(1.2)
    tempo.resync(clock.now_s())
    link.step()
    assert peer.beats == pytest.approx(0.0)
    assert tempo.beats(clock.now_s()) == pytest.approx(0.0)


def test_it_leaves_the_session_when_it_is_closed(clock: ManualClock) -> None:
    peer = FakePeer(clock)
    link = LinkTempo(Tempo(), peer, clock=clock)
    assert peer.enabled
    link.close()
    assert not peer.enabled


def test_a_missing_library_is_named_with_its_licence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "link", None)
    with pytest.raises(LivedreamError, match=r"GPL; install it with: pip install LinkPython-extern"):
        link_peer(120.0)


def test_two_peers_on_loopback_agree() -> None:
    """Whose tempo it is when both come at once is Link's to say; then one leads and the other follows."""
    pytest.importorskip("link", reason="LinkPython-extern is not installed: its licence is the GPL")
    clock, rest = SystemClock(), threading.Event()
    tempos = [Tempo(111.0, clock.now_s()), Tempo(87.0, clock.now_s())]
    links = [LinkTempo(tempo, link_peer(tempo.bpm)) for tempo in tempos]

    def until(is_so: Callable[[], bool]) -> None:
        end_s = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < end_s, [one.bpm for one in tempos]
            rest.wait(0.02)
            for link in links:
                link.step()

    def agree() -> bool:  # a tempo travels in whole microseconds a beat
        return min(link.peers for link in links) >= 1 and abs(tempos[0].bpm - tempos[1].bpm) < 0.001

    try:
        until(agree)
        assert round(tempos[0].bpm) in (111, 87)
        turn(tempos[1], 128.0, clock)
        until(lambda: agree() and abs(tempos[0].bpm - 128) < 0.001)
        now_s = clock.now_s()
        apart = (tempos[0].beats(now_s) - tempos[1].beats(now_s) + QUANTUM / 2) % QUANTUM - QUANTUM / 2
        assert abs(apart) < 0.02  # of a beat: 10 ms
    finally:
        for link in links:
            link.close()
