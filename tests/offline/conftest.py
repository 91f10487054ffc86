"""Engines whose dreams are known, and small films."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.dream.spec import KernelSpec
from livedream.engines.engine import NumberFormat
from livedream.offline.checkpoint import Checkpoint
from livedream.offline.listening import HEARD
from livedream.offline.render_lock import LOCK


class Drifter:
    """An engine whose dream depends on the picture, on what it starts from, and on the jitter."""

    name = "drifter"
    number_format: NumberFormat = "float32"
    device = None

    def __init__(self, owner: FakeEngines) -> None:
        self._owner = owner

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self._owner.count()
        shift = int(sum(array.sum() for array in inputs if array.dtype == np.int64))
        return np.clip(inputs[0] + 0.05 * np.roll(inputs[0], shift, axis=3), 0, 1).astype(np.float32)

    def close(self) -> None:
        """Hold nothing."""


class FakeEngines:
    """Stands for Engines: makes its engines at once. breaks_at: frame at which the power goes."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.specs: list[KernelSpec] = []
        self.dreamed = 0
        self._breaks_at = breaks_at

    def engine_for(self, spec: KernelSpec) -> Drifter:
        if not self.specs or self.specs[-1] != spec:
            self.specs.append(spec)
        return Drifter(self)

    def kind_for(self, spec: KernelSpec) -> str:
        return "drifter"

    def count(self) -> None:
        if self.dreamed == self._breaks_at:
            raise PowerCutError
        self.dreamed += 1


class PowerCutError(BaseException):
    """What ends a render from outside: no fault of an engine, which is told as such."""


@pytest.fixture
def fake_engines() -> Callable[..., FakeEngines]:
    return FakeEngines


@pytest.fixture
def power_cut() -> type[BaseException]:
    return PowerCutError


def write_clip(
    path: Path, frames: int = 25, rate: Fraction = Fraction(10), sound: str | None = "aac"
) -> Path:
    """Write a film of 96x64 with something that moves; with sound, if asked for, as long."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate, {"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        video.codec_context.time_base = 1 / rate
        audio = container.add_stream(sound, 48_000) if sound else None
        if audio is not None:
            audio.codec_context.layout = "stereo"
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(index), "rgb24")
            frame.pts, frame.time_base = index, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            for piece in _tone(float(frames / rate), audio.codec_context.format.name):
                container.mux(audio.encode(piece))
            container.mux(audio.encode())
    return path


def picture(index: int) -> NDArray[np.uint8]:
    """Paint frame `index`: a block that moves over a gradient."""
    rgb = np.zeros((64, 96, 3), np.uint8)
    rgb[..., 0] = np.linspace(20, 200, 96, dtype=np.uint8)
    rgb[..., 1] = np.linspace(20, 200, 64, dtype=np.uint8)[:, None]
    rgb[20:36, index % 80 : index % 80 + 16] = 230
    return rgb


def _tone(seconds: float, form: str) -> list[av.AudioFrame]:
    times = np.arange(int(seconds * 48_000)) / 48_000
    wave = np.stack([np.sin(2 * np.pi * 440 * times)] * 2).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(wave, "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
    resampler = av.AudioResampler(form, "stereo", 48_000, frame_size=1024)
    return [*resampler.resample(frame), *resampler.resample(None)]


@pytest.fixture
def make_clip(tmp_path: Path) -> Callable[..., Path]:
    return lambda name="clip.mp4", **requests: write_clip(tmp_path / name, **requests)


@pytest.fixture
def make_pictures(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that fills a folder with numbered pictures, without leading zeros."""

    def write(count: int = 12, name: str = "shots") -> Path:
        from livedream.sinks.image_file import write_image

        folder = tmp_path / name
        folder.mkdir()
        for number in range(count):
            write_image(folder / f"shot {number + 1}.png", picture(number))
        return folder

    return write


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List what a power cut could still take when a render removes what it was made from.

    What was heard may go: it is heard again.
    """
    synced, remove, names = set(), Checkpoint.remove, list[str]()

    def removing(place: Checkpoint) -> None:
        made = place.folder.with_suffix("")
        files = [file for file in (made, *made.rglob("*"), *place.folder.rglob("*")) if file.is_file()]
        assert len(files) > 3
        lasting = [file for file in files if file.name not in (HEARD, LOCK)]
        names.extend(file.name for file in lasting if file.stat().st_ino not in synced)
        remove(place)

    monkeypatch.setattr(os, "fsync", lambda number: synced.add(os.fstat(number).st_ino))
    monkeypatch.setattr(Checkpoint, "remove", removing)
    return names
