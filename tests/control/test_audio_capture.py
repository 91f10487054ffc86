from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.control.audio_capture import PlayedAudio, cut
from livedream.errors import SourceError


def test_blocks_come_in_their_own_time_and_end(drums: Any) -> None:
    clock, stop = ManualClock(5.0), threading.Event()
    played = PlayedAudio("a song", 48_000, cut(drums.tone(440, 0.035), 48_000), clock)
    blocks = [played.read(stop) for _ in range(3)]
    assert [block.at_s for block in blocks if block] == pytest.approx([5.01, 5.02, 5.03])
    assert clock.now_s() == pytest.approx(5.03)
    with pytest.raises(SourceError, match="a song has ended"):
        played.read(stop)


def test_what_is_far_too_late_is_played_on_from_now(drums: Any) -> None:
    clock, stop = ManualClock(), threading.Event()
    played = PlayedAudio("a song", 48_000, cut(drums.silence(1), 48_000), clock)
    played.read(stop)
    clock.advance(0.3)
    played.read(stop)
    assert clock.now_s() == pytest.approx(0.31)  # it catches up
    clock.advance(3.0)
    block = played.read(stop)
    assert block is not None
    assert block.at_s == clock.now_s() == pytest.approx(3.31)
    played.read(stop)
    assert clock.now_s() == pytest.approx(3.32)


def test_nothing_comes_once_it_is_stopped() -> None:
    stop = threading.Event()
    stop.set()
    assert PlayedAudio("", 48_000, iter([np.zeros(480, np.float32)]), ManualClock()).read(stop) is None
