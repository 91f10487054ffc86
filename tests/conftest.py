import errno
import io
import os
import signal
import sys
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.audio.audio_spectrum import Samples
from livedream.clock import SystemClock
from livedream.control.audio_capture import cut
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.engine import NumberFormat
from livedream.frame import Frame, Rgb
from livedream.motion.warp import Field
from livedream.settings import Settings, change

# Before torch is loaded, and for all processes that tests start: on a busy machine OpenMP's threads, which
# spin while they wait for each other, make torch many times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# What was started by nohup or in a script's background ignores these, and all that tests start would too.
for name, default in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), default)

# A machine may be busy; what hypothesis looks for otherwise, CI's fixed examples included, stays as it is.
hypothesis.settings.register_profile(
    "livedream",
    hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("livedream")

SIZE_HW = (64, 96)


@pytest.fixture(autouse=True)
def the_same_chance() -> None:
    """Have torch draw the same in each test, whichever ran before; it may not be loaded at all."""
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(autouse=True, scope="session")
def folders_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests, and the processes that they start, off a person's presets and shows."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("config", "state"):
            patch.setenv(f"XDG_{kind.upper()}_HOME", str(home / kind))
            patch.setattr(f"platformdirs.user_{kind}_path", lambda name, kind=kind, **_: home / kind / name)
        yield


class Painter:
    """An engine that adds a picture of its own, or what it is told to; notes what it is given."""

    name = "painter"
    number_format: NumberFormat = "float32"
    device = None

    def __init__(self, paint: Callable[[int, NDArray[np.float32]], NDArray[np.float32]]) -> None:
        self._paint = paint
        self.given: list[list[NDArray[Any]]] = []

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        self.given.append([np.array(array) for array in inputs])
        return inputs[0] + self._paint(len(self.given) - 1, inputs[0])

    def close(self) -> None:
        """Hold nothing."""


@cache
def texture(seed: int = 0, height: int = 400, width: int = 500) -> Rgb:
    noise = np.random.default_rng(seed).random((height, width, 3), np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    return np.asarray(40 + (soft - soft.min()) / (soft.max() - soft.min()) * 175).astype(np.uint8)


@dataclass(frozen=True)
class Studio:
    """What a pipeline is tried with: frames whose motion is known, and engines whose every pixel is."""

    size_hw: tuple[int, int] = SIZE_HW

    def spec(self, size_hw: tuple[int, int] = SIZE_HW, layers: tuple[str, ...] = ("block.1",)) -> KernelSpec:
        return KernelSpec("embedded", taps_at(*layers), size_hw, 2, 1.4, 2, 1.0)

    def wishes(self, **changes: Any) -> Settings:
        """Give settings in which nothing hides the dream: words with _ for the dot."""
        words = {
            "look.steer": False,
            "look.light": 0.0,
            "motion.fill": 0.0,
            "motion.cut_keep": 0.0,
            "motion.persistence": 0.9,
            "dream.layers": {"block.1": 1.0},
            "dream.momentum": 0.0,
        }
        words |= {word.replace("_", ".", 1): value for word, value in changes.items()}
        return change(Settings(), words)

    def texture(self, seed: int = 0) -> Rgb:
        return texture(seed)

    def frame(
        self, x: int = 0, y: int = 0, seed: int = 0, index: int = 0, size_wh: tuple[int, int] = (192, 128)
    ) -> Frame:
        """Look into a texture at (60 + x, 60 + y); nobody may write to it."""
        rgb = texture(seed)[60 + y : 60 + y + size_wh[1], 60 + x : 60 + x + size_wh[0]].copy()
        rgb.setflags(write=False)
        return Frame(rgb, captured_s=index / 30, index=index)

    def pattern(self, size_hw: tuple[int, int] = SIZE_HW, seed: int = 3) -> Field:
        noise = np.random.default_rng(seed).standard_normal((*size_hw, 3), np.float32)
        soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
        return np.asarray(soft / soft.std() * np.float32(0.06), np.float32)

    def painter(self, paint: Callable[[int, NDArray[np.float32]], NDArray[np.float32]]) -> Painter:
        return Painter(paint)

    def adding(self, pattern: Field) -> Painter:
        """Add an HxWx3 pattern to every picture."""
        return Painter(lambda _, image: pattern.transpose(2, 0, 1)[None])

    def adding_first(self, pattern: Field) -> Painter:
        """Add a pattern to the first picture and nothing to the others."""
        return Painter(lambda number, image: pattern.transpose(2, 0, 1)[None] * np.float32(number == 0))


class QuietDreamer:
    """A dreamer that does nothing, and has every engine."""

    fade_s = 0.5

    def __init__(self) -> None:
        self.upcoming: Callable[[], Sequence[Settings]] = list
        self.asked_anew = 0

    def expect(self, upcoming: Callable[[], Sequence[Settings]]) -> None:
        self.upcoming = upcoming

    def expect_anew(self) -> None:
        self.asked_anew += 1

    def blend_in(self, beside: object) -> None:
        self.beside = beside

    def state_of(self, dream: object) -> str:
        return "ready"


@pytest.fixture
def quiet_dreamer() -> QuietDreamer:
    return QuietDreamer()


@pytest.fixture
def make_desk() -> Callable[[Any], Any]:
    from livedream.runtime.desk import Desk

    return lambda playlist: Desk(playlist, QuietDreamer(), SystemClock())  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def studio() -> Studio:
    return Studio()


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Two threads that wait for each other are slower than one where the processor is shared."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def real(one_thread: None, studio: Studio) -> tuple[KernelSpec, Any]:
    """The real kernel, small and shallow, with its engine."""
    from livedream.dream.program import KernelProgram
    from livedream.engines.eager import EagerEngine

    return studio.spec(), EagerEngine(KernelProgram(studio.spec()))


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


class _HalfFile(io.FileIO):
    """A file on a disk that is full after the first half of what is written to it."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Fills the disk, for whatever opens a Path for writing from then on."""

    def fill() -> None:
        real = Path.open

        def opened(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
            if not set(mode) & set("wxa"):
                return real(path, mode, *args, **options)
            file = _HalfFile(path, mode.replace("b", "").replace("t", ""))
            return file if "b" in mode else io.TextIOWrapper(file, encoding="utf-8", write_through=True)  # type: ignore[type-var]

        monkeypatch.setattr(Path, "open", opened)

    return fill
