"""Time every stage of a frame beside its floor: its bytes, copied in memory.

python benchmarks/stage_floor.py [--preset eyes] [--size 1280x720] [--frames 120]

A film of the clouds is made first, in H.264. Its frames are decoded, dreamed, recorded and kept as JPEG one
stage after the other, nothing beside them; after each frame a copy of each stage's bytes is timed, and the
input gradients of the kernel, which are its floor.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from kernel_floor import OctaveGradient, engine, runner, spec_of
from taking_turns import Spread, spread

from livedream.dream.program import KernelProgram
from livedream.engines.openvino import number_formats
from livedream.frame import Frame
from livedream.pipeline import DreamPipeline
from livedream.presets import load
from livedream.resources import DEFAULT_PRESET
from livedream.sinks.recorder import Recorder
from livedream.sinks.replay import Replay
from livedream.sources import open_source
from livedream.sources.source import Source

FPS = 30
GROWING_FRAMES = 20
"""The first ones are not counted: memory is new to the process, and young dreams are dreamed twice."""

GREY_PX = 160 * 90
"""Of the pictures that the flow is measured on, where they are 16:9."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class StageFloor:
    """A stage and the copy of as many bytes as it has to read and to write at least."""

    stage: str
    taken: Spread
    moved_mb: float
    copied: Spread


def moved_bytes(full_wh: Size, working_hw: Size) -> dict[str, int]:
    """Return what each stage has to read and write at least, once, in bytes.

    decode: reads nothing to speak of, writes the frame. A residual and all else that floats has 12 bytes a
    pixel, a frame 3, the YUV of a recording 1.5.
    """
    full, working = full_wh[0] * full_wh[1], working_hw[0] * working_hw[1]
    return {
        "decode": 3 * full,
        "shrink": 3 * full + 3 * working + GREY_PX,
        "flow": 2 * GREY_PX + 16 * GREY_PX,
        "motion": 3 * working + 5 * 12 * working,
        "residual": 3 * 12 * working,
        "look": 3 * 12 * working,
        "compose": 6 * full + 12 * working,
        "record (H.264)": 3 * full + 3 * full // 2,
        "replay (JPEG)": 3 * full,
    }


class Copies:
    """Copies of the bytes of stages: half of them read, half written."""

    def __init__(self, moved: Mapping[str, int]) -> None:
        self._pairs = {
            stage: (np.ones(count // 2, np.uint8), np.ones(count // 2, np.uint8))
            for stage, count in moved.items()
        }

    def time_ms(self) -> dict[str, float]:
        """Time each once."""
        times_ms = {}
        for stage, (source, target) in self._pairs.items():
            began = time.perf_counter()
            np.copyto(target, source)
            times_ms[stage] = (time.perf_counter() - began) * 1e3
        return times_ms


def film(file: Path, size_wh: Size, frames: int) -> None:
    """Record the clouds."""
    recorder = Recorder(file)
    recorder.open(size_wh, FPS)
    with closing(open_source("clouds", fps=FPS, size_wh=size_wh)) as clouds:
        for number in range(frames):
            recorder.write(_read(clouds).rgb, number / FPS)
    recorder.close()


def frame_times_ms(file: Path, preset: str, size_wh: Size, frames: int) -> Iterator[dict[str, float]]:
    """Send the frames of a film through all stages; yield the milliseconds of each stage, by name."""
    settings, spec = load(preset).settings, spec_of(preset, size_wh)
    pipeline = DreamPipeline(spec, engine(KernelProgram(spec), number_formats()[-1]))
    recorder, replay = Recorder(file.with_name("dream.mp4")), Replay()
    for sink in (recorder, replay):
        sink.open(size_wh, FPS)
    with closing(open_source(str(file))) as source, closing(recorder), closing(replay):
        for number in range(frames):
            times_s = [time.perf_counter()]
            frame = _read(source)
            times_s.append(time.perf_counter())
            dreamed = pipeline.process(frame, settings)
            for sink in (recorder, replay):
                times_s.append(time.perf_counter())
                sink.write(dreamed.rgb, number / FPS)
            times_s.append(time.perf_counter())
            decode, _, record, keep = np.diff(times_s) * 1e3
            waits = {"awaited", "queued"}
            dreaming = {stage: ms for stage, ms in dreamed.stage_ms.items() if stage not in waits}
            yield {"decode": decode} | dreaming | {"record (H.264)": record, "replay (JPEG)": keep}


@dataclass(frozen=True, slots=True)
class FrameFloor:
    """All stages of a frame; gradients: the floor of the kernel, all octaves."""

    number_format: str
    floors: list[StageFloor]
    kernel: Spread
    gradients: Spread


def measure(preset: str, size_wh: Size, frames: int) -> FrameFloor:
    """Measure all stages."""
    spec, number_format = spec_of(preset, size_wh), number_formats()[-1]
    moved = moved_bytes(size_wh, spec.size_hw)
    gradients = [runner(OctaveGradient(spec, size_hw), number_format) for size_hw in spec.seen_hw]
    copies = Copies(moved)
    taken: dict[str, list[float]] = defaultdict(list)
    copied: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clouds.mp4"
        film(clip, size_wh, frames)
        for number, stage_ms in enumerate(frame_times_ms(clip, preset, size_wh, frames)):
            copy_ms = copies.time_ms() | {"gradients": _time_ms(gradients)}
            if number < GROWING_FRAMES:
                continue
            for times_ms, kept in ((stage_ms, taken), (copy_ms, copied)):
                for stage, ms in times_ms.items():
                    kept[stage].append(ms)
    floors = [
        StageFloor(stage, spread(taken[stage]), round(count / 1e6, 3), spread(copied[stage]))
        for stage, count in moved.items()
    ]
    return FrameFloor(number_format, floors, spread(taken["kernel"]), spread(copied["gradients"]))


def _time_ms(runs: Iterable[Callable[[], object]]) -> float:
    began = time.perf_counter()
    for run in runs:
        run()
    return (time.perf_counter() - began) * 1e3


def _read(source: Source) -> Frame:
    frame = source.read(threading.Event())
    assert isinstance(frame, Frame), "the source goes on for ever"
    return frame


def main() -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default=DEFAULT_PRESET)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--frames", type=int, default=120)
    asked = parser.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    found = measure(asked.preset, (width, height), asked.frames)
    for one in found.floors:
        print(
            f"{one.stage:15} {one.taken.median:7.3f} ms  {one.moved_mb:7.3f} MB copied in "
            f"{one.copied.median:6.3f} ms: {one.taken.median / one.copied.median:6.1f} times"
        )
    kernel, gradients = found.kernel.median, found.gradients.median
    print(f"{'kernel':15} {kernel:7.3f} ms  its gradients {gradients:.3f} ms: {kernel / gradients:.2f} times")


if __name__ == "__main__":
    main()
