from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.control.audio_file import open_audio_file
from livedream.errors import InputError


def test_a_file_is_played_over_and_over_as_one_channel(tmp_path: Path, drums: Any) -> None:
    tone = drums.tone(440, 0.2)
    file = open_audio_file(drums.save(tone, tmp_path / "a.wav", channels=2), ManualClock())
    assert (file.name, file.rate_hz) == ("a.wav", 48_000)
    blocks = [file.read(threading.Event()) for _ in range(50)]
    heard = np.concatenate([block.samples for block in blocks if block])
    np.testing.assert_allclose(heard[:4800], tone[:4800] * 30_000 / 32_768, atol=1e-3)
    np.testing.assert_allclose(heard[9600:14_400], heard[:4800], atol=1e-3)


def test_another_rate_is_converted(tmp_path: Path, drums: Any) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(22_050) / 44_100)
    file = open_audio_file(drums.save(tone, tmp_path / "a.wav", 44_100), ManualClock())
    blocks = [file.read(threading.Event()) for _ in range(40)]
    heard = np.concatenate([block.samples for block in blocks if block])
    assert np.argmax(np.abs(np.fft.rfft(heard))) * 48_000 / len(heard) == pytest.approx(1000, abs=3)


@pytest.mark.parametrize(("content", "said"), [(b"no sound", "cannot be read"), (None, "cannot be read")])
def test_what_has_no_sound_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        open_audio_file(path, ManualClock())
    assert "a.wav" in str(caught.value)


def test_a_file_of_nothing_is_refused(tmp_path: Path, drums: Any) -> None:
    with pytest.raises(InputError, match="has no sound"):
        open_audio_file(drums.save(np.zeros(100), tmp_path / "a.wav"), ManualClock())
