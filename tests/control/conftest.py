from __future__ import annotations

import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.clock import ManualClock
from livedream.control.audio_capture import cut
from livedream.control.audio_spectrum import Samples
from livedream.control.coalescer import Coalescer
from livedream.control.lane import Lane, Work
from livedream.runtime.store import Change, SettingsStore
from livedream.settings import Settings


def art_dmx(universe: int, levels: bytes, sequence: int = 0) -> bytes:
    """Write the packet in which a lighting desk sends levels, filled up to an even number."""
    even = levels + b"\0" * (len(levels) % 2)
    order = struct.pack("<H", universe)
    return b"Art-Net\0\x00\x50\0\x0e" + bytes([sequence, 0]) + order + struct.pack(">H", len(even)) + even


class Here(Lane):
    """A lane in the very thread that uses it: what it does is done."""

    def put(self, work: Work) -> None:
        work()


class Desk:
    """A store with a coalescer, what they told, and each change that the store has seen."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = SettingsStore(Settings())
        self.told: list[str] = []
        self.done: list[str] = []
        self.immediate: set[str] = set()
        self.changes: list[Change] = []
        self.coalescer = Coalescer(self.store, self, tell=self.told.append, clock=self.clock, lane=Here)
        self.store.observe(self.changes.append)

    def do(self, name: str) -> str:
        self.done.append(name)
        return f"did {name}"

    def is_immediate(self, name: str) -> bool:
        return name in self.immediate


@pytest.fixture
def desk() -> Desk:
    return Desk()


@dataclass(frozen=True)
class DrumMachine:
    """Makes sound whose beats are known."""

    rate_hz: int = 48_000

    def track(
        self,
        bpm: float,
        seconds: float,
        kind: str = "click",
        level_db: float = 0.0,
        noise_db: float = -60.0,
        begin_s: float = 0.0,
    ) -> Samples:
        """Play a rhythm; level_db: of its peak. noise_db: of a bed of noise, against the peak."""
        noise = np.random.default_rng(0)
        sound, beat_s = np.zeros(round(seconds * self.rate_hz)), 60 / bpm
        for beat in range(int((seconds - begin_s) / beat_s) + 1):
            for name, late in _RHYTHMS[kind][beat % len(_RHYTHMS[kind])]:
                start = round((begin_s + (beat + late) * beat_s) * self.rate_hz)
                hit = self._hit(name, noise)[: max(0, len(sound) - start)]
                sound[start : start + len(hit)] += hit
        sound /= np.abs(sound).max()
        sound += 10 ** (noise_db / 20) * noise.standard_normal(len(sound))
        return (sound * 10 ** (level_db / 20)).astype(np.float32)

    def noise(self, seconds: float, level_db: float) -> Samples:
        """Make white noise; level_db: its effective value."""
        samples = np.random.default_rng(1).standard_normal(round(seconds * self.rate_hz))
        return (samples * 10 ** (level_db / 20)).astype(np.float32)

    def tone(self, hz: float, seconds: float, level_db: float = 0.0) -> Samples:
        """Play a sine; level_db: its peak."""
        times = np.arange(round(seconds * self.rate_hz)) / self.rate_hz
        return (np.sin(2 * np.pi * hz * times) * 10 ** (level_db / 20)).astype(np.float32)

    def save(self, samples: NDArray[Any], path: Path, rate_hz: int = 48_000, channels: int = 1) -> Path:
        """Write a WAV file of 16 bits, the same on each channel."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(np.repeat((samples * 30_000).astype("<i2"), channels).tobytes())
        return path

    def silence(self, seconds: float) -> Samples:
        return np.zeros(round(seconds * self.rate_hz), np.float32)

    def blocks(self, samples: Samples) -> Iterator[Samples]:
        return cut(samples, self.rate_hz)

    def _hit(self, name: str, noise: np.random.Generator) -> NDArray[np.float64]:
        seconds, fall_s = {"click": (0.01, 0.002), "kick": (0.2, 0.06), "hat": (0.05, 0.015)}.get(
            name, (0.15, 0.04)
        )
        times = np.arange(round(seconds * self.rate_hz)) / self.rate_hz
        fall, hiss = np.exp(-times / fall_s), noise.standard_normal(len(times))
        if name == "click":
            return fall * np.sin(2 * np.pi * 1000 * times)
        if name == "kick":
            return fall * np.sin(2 * np.pi * (50 * times + 1.2 * (1 - np.exp(-times / 0.03))))
        if name == "hat":
            return 0.25 * fall * np.diff(hiss, prepend=0)
        return 0.4 * fall * (hiss + np.sin(2 * np.pi * 190 * times))


_RHYTHMS: dict[str, list[list[tuple[str, float]]]] = {
    "click": [[("click", 0)]],
    "house": [[("kick", 0), ("hat", 0.5)]],
    "rock": [[("kick", 0), ("hat", 0), ("hat", 0.5)], [("snare", 0), ("hat", 0), ("hat", 0.5)]],
}


@pytest.fixture(scope="session")
def drums() -> DrumMachine:
    return DrumMachine()
