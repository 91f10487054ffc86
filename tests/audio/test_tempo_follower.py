from __future__ import annotations

import pytest

from livedream.audio.audio_tempo import Pulse
from livedream.audio.tempo_follower import LASTING, TempoFollower
from livedream.modulation.tempo import HAND, Beat, Tempo


def test_it_takes_the_first_pulse_at_once_and_keeps_the_count() -> None:
    tempo = Tempo(100.0)
    TempoFollower(tempo).heard(Pulse(128.0, 0.2, 0.9), 6.2)
    assert tempo.bpm == 128.0
    assert tempo.beats(6.0) == pytest.approx(10.0)


def test_a_hand_that_taps_just_then_is_not_overruled_by_what_was_reckoned_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tempo = Tempo(100.0)
    follower, take = TempoFollower(tempo), tempo.take

    def late(beat: Beat, leader: str, *, instead_of: Beat | None = None) -> Beat | None:
        tempo.tap(6.1)
        return take(beat, leader, instead_of=instead_of)

    monkeypatch.setattr(tempo, "take", late)
    follower.heard(Pulse(128.0, 0.2, 0.9), 6.2)
    assert (tempo.bpm, tempo.beats(6.1), tempo.leader) == (100.0, 10.0, HAND)


def test_it_follows_small_changes_at_once() -> None:
    tempo = Tempo(100.0)
    follower = TempoFollower(tempo)
    follower.heard(Pulse(128.0, 0.0, 0.9), 6.0)
    follower.heard(Pulse(129.0, 0.01, 0.9), 6.0 + 10 * 60 / 128)
    assert tempo.bpm == 129.0


@pytest.mark.parametrize("leap", [Pulse(64.0, 0.0, 0.9), Pulse(128.0, 0.5 * 60 / 128, 0.9)])
def test_half_the_tempo_or_off_the_beat_must_last(leap: Pulse) -> None:
    tempo, beat_s = Tempo(100.0), 60 / 128
    follower = TempoFollower(tempo)
    follower.heard(Pulse(128.0, 0.0, 0.9), 0.0)
    for _ in range(LASTING - 1):
        follower.heard(leap, 20 * beat_s)
    assert (tempo.bpm, tempo.phase(20 * beat_s)) == (128.0, pytest.approx(0.0, abs=1e-9))
    follower.heard(Pulse(128.0, 0.0, 0.9), 20 * beat_s)
    for _ in range(LASTING - 1):
        follower.heard(leap, 40 * beat_s)
    assert tempo.phase(40 * beat_s) == pytest.approx(0.0, abs=1e-6)
    follower.heard(leap, 40 * beat_s)
    assert tempo.bpm == leap.bpm
    assert tempo.phase(40 * beat_s - leap.ago_s) == pytest.approx(0.0, abs=1e-6)
