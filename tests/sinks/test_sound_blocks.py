from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sinks.sound_blocks import sound_blocks


def test_channels_are_one_and_what_is_left_over_is_left_out(drums: Any, tmp_path: Path) -> None:
    tone = drums.tone(440, 0.105)
    blocks = list(sound_blocks(drums.save(tone, tmp_path / "a.wav", channels=2), 48_000, 480))
    assert [len(block) for block in blocks] == [480] * 10
    np.testing.assert_allclose(np.concatenate(blocks), tone[:4800] * 30_000 / 32_768, atol=1e-3)


@pytest.mark.parametrize("rate_hz", [48_000, 44_100])
def test_a_channel_that_is_no_sound_does_not_silence_the_other(
    drums: Any, tmp_path: Path, rate_hz: int
) -> None:
    tone, path = drums.tone(440, 0.3), tmp_path / "a.wav"
    with av.open(str(path), "w") as file:
        track = file.add_stream("pcm_f32le", rate=rate_hz, layout="stereo")
        samples = np.stack([tone, np.full_like(tone, np.nan)], axis=1).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, "flt", "stereo")
        frame.sample_rate = rate_hz
        file.mux([*track.encode(frame), *track.encode(None)])
    heard = np.concatenate(list(sound_blocks(path, 48_000, 480)))
    assert np.abs(heard).max() == pytest.approx(np.abs(tone).max() / 2, rel=0.02)


@pytest.mark.parametrize(("begin_s", "silent"), [(0.05, 0), (-0.05, 2400)])
def test_it_begins_where_it_is_asked_to(drums: Any, tmp_path: Path, begin_s: float, silent: int) -> None:
    tone = drums.tone(440, 0.3)
    heard = np.concatenate(list(sound_blocks(drums.save(tone, tmp_path / "a.wav"), 48_000, 480, begin_s)))
    assert np.abs(heard[:silent]).max(initial=0) == 0
    there = tone[max(0, round(begin_s * 48_000)) :] * 30_000 / 32_768
    np.testing.assert_allclose(heard[silent : silent + 4800], there[:4800], atol=1e-3)


@pytest.mark.parametrize(("content", "said"), [(b"no sound", "cannot be read"), (None, "cannot be read")])
def test_what_has_no_sound_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        next(sound_blocks(path, 48_000, 480))
