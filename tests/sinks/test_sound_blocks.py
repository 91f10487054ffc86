from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sinks.sound_blocks import sound_blocks


def test_channels_are_one_and_what_is_left_over_is_left_out(drums: Any, tmp_path: Path) -> None:
    tone = drums.tone(440, 0.105)
    blocks = list(sound_blocks(drums.save(tone, tmp_path / "a.wav", channels=2), 48_000, 480))
    assert [len(block) for block in blocks] == [480] * 10
    np.testing.assert_allclose(np.concatenate(blocks), tone[:4800] * 30_000 / 32_768, atol=1e-3)


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
