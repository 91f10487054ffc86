"""Measure listening: its cost, the tempo of a click track, and how soon an onset changes what goes out.

python benchmarks/audio.py [--seconds 20] [--size 640x360] [--bpm 120]
"""

from __future__ import annotations

import argparse
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from livedream.audio.audio_analysis import AudioAnalysis
from livedream.audio.audio_spectrum import RATE_HZ
from livedream.clock import SystemClock
from livedream.control.audio_capture import AudioCapture, Block
from livedream.control.audio_file import open_audio_file
from livedream.control.audio_input import AudioInput
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.dreamed import Dreamed
from livedream.resources import DEFAULT_PRESET
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.settings.modulation_row import ModulationRow
from livedream.sources import open_source

SETTLE_S = 120.0


def click_track(bpm: float, seconds: float) -> NDArray[np.float32]:
    """Return clicks of 1 kHz, 10 ms each, over a bed of noise at -60 dB."""
    sound = 0.001 * np.random.default_rng(0).standard_normal(round(seconds * RATE_HZ))
    times = np.arange(RATE_HZ // 100) / RATE_HZ
    click = np.sin(2 * np.pi * 1000 * times) * np.exp(-times / 0.002)
    for beat in range(int(seconds * bpm / 60)):
        start = round(beat * 60 / bpm * RATE_HZ)
        sound[start : start + len(click)] += 0.9 * click[: len(sound) - start]
    return sound.astype(np.float32)


def save(sound: NDArray[np.float32], path: Path) -> Path:
    """Write a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32_000).astype("<i2").tobytes())
    return path


def analysis_cost(sound: NDArray[np.float32]) -> tuple[float, float]:
    """Return the share of a core that analysis takes, and the longest time for one block, in ms."""
    analysis, hop, longest_s = AudioAnalysis(RATE_HZ), RATE_HZ // 100, 0.0
    began_s = time.process_time()
    for start in range(0, len(sound) - hop, hop):
        block_s = time.perf_counter()
        analysis.feed(sound[start : start + hop], start / RATE_HZ)
        longest_s = max(longest_s, time.perf_counter() - block_s)
    return (time.process_time() - began_s) / (len(sound) / RATE_HZ), longest_s * 1000


def thread_cost(file: Path, seconds: float) -> float:
    """Return the share of a core that listening to a file takes in real time, decoding included."""
    clock, stop = SystemClock(), threading.Event()
    open_audio_file(file, clock).close()  # what it imports is not counted
    audio = AudioInput(lambda: open_audio_file(file, clock), clock=clock)
    spent_s: list[float] = []

    def listen() -> None:
        audio.run(stop)
        spent_s.append(time.thread_time())

    thread = threading.Thread(target=listen)
    thread.start()
    time.sleep(seconds)
    stop.set()
    thread.join()
    return spent_s[0] / seconds


class Noting:
    """A capture that notes when each click begins to sound, by the clock of the show."""

    def __init__(self, inner: AudioCapture, bpm: float, clicks_s: list[float]) -> None:
        self._inner, self._beat, self._clicks_s = inner, 60 / bpm * RATE_HZ, clicks_s
        self.name, self.rate_hz, self._count = inner.name, inner.rate_hz, 0

    def read(self, stop: threading.Event) -> Block | None:
        """Read a block; a click lies where a whole number of beats does."""
        block = self._inner.read(stop)
        if block is not None:
            end = self._count + len(block.samples)
            click = -(-self._count // self._beat) * self._beat
            if click < end:
                self._clicks_s.append(block.at_s - (end - click) / RATE_HZ)
            self._count = end
        return block

    def close(self) -> None:
        """Close what is read."""
        self._inner.close()


class Shown:
    """Notes when the first frame goes out that was dreamed with a changed setting, in each beat."""

    def __init__(self, word_group: str, name: str) -> None:
        self._group, self._name, self._last = word_group, name, 0.0
        self.risen_s: list[float] = []
        self.frames = 0

    def __call__(self, dreamed: Dreamed) -> None:
        """Take note of a frame that goes out now."""
        value = float(getattr(getattr(dreamed.settings, self._group), self._name))
        if value > self._last + 0.1:
            self.risen_s.append(time.perf_counter())
        self._last, self.frames = value, self.frames + 1


def onset_to_frame_ms(
    file: Path, bpm: float, seconds: float, size_wh: tuple[int, int]
) -> tuple[NDArray[np.float64], float, float]:
    """Run a show that a click track moves; return the delays in ms, the frame rate and the tempo found."""
    clock, clicks_s, shown = SystemClock(), list[float](), Shown("look", "depth")
    playlist = load_playlist(DEFAULT_PRESET, (), assignments=["look.depth=0.2"])
    source = open_source("clouds", fps=30, size_wh=size_wh, loop=True)
    plan = ControlPlan(lead="audio", audio=str(file), rows=(ModulationRow("onset", "look.depth", 0.6),))

    def noting(wanted: str) -> Callable[[], AudioCapture]:  # noqa: ARG001
        return lambda: Noting(open_audio_file(file, clock), bpm, clicks_s)

    with LiveSession(source, playlist, Plan(output_wh=size_wh), observe=shown) as session:
        session.start()
        session.wait_settled(SETTLE_S)
        controls = Controls(session.store, session.commands, playlist, plan, clock=clock)
        controls.inputs.sounds.connector = noting  # type: ignore[method-assign]
        frames = shown.frames
        with controls:
            time.sleep(seconds)
            fps, found_bpm = (shown.frames - frames) / seconds, controls.tempo.bpm
    delays = [
        min((one for one in shown.risen_s if one > click_s), default=np.inf) - click_s for click_s in clicks_s
    ]
    return np.array([delay for delay in delays[2:-1] if delay < 30 / bpm]) * 1000, fps, found_bpm


def main() -> None:
    """Print each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--bpm", type=float, default=120.0)
    asked = parser.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    sound = click_track(asked.bpm, 60.0)
    share, longest_ms = analysis_cost(sound)
    print(f"analysis      {share:6.2%} of a core; a block takes at most {longest_ms:.2f} ms")
    with TemporaryDirectory() as folder:
        file = save(sound, Path(folder) / "clicks.wav")
        print(
            f"its thread    {thread_cost(file, min(10.0, asked.seconds)):6.2%} of a core, decoding included"
        )
        delays, fps, bpm = onset_to_frame_ms(file, asked.bpm, asked.seconds, (width, height))
    half, most = np.percentile(delays, [50, 95])
    print(f"tempo         {bpm:.2f} for {asked.bpm:g} beats a minute: {bpm / asked.bpm - 1:+.3%}")
    print(f"onset to frame{half:5.0f} ms; 95 % within {most:.0f} ms, at most {delays.max():.0f} ms")
    print(f"              {len(delays)} clicks, {fps:.1f} frames a second")


if __name__ == "__main__":
    main()
