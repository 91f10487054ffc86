"""What the flash limiter and the last ten seconds cost: python benchmarks/outlets.py FILM.

Times are processor time of the thread that does the work, for a frame of 1280x720: medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from livedream.frame import Rgb
from livedream.imaging import crop, resized
from livedream.runtime.flash_limiter import FlashLimiter
from livedream.sinks.replay import Replay

SIZE_WH, FPS, FRAMES = (1280, 720), 30, 300


def main(film: Path) -> None:
    """Measure with a film's frames, and with a strobe of ten a second over them."""
    cv2.setNumThreads(1)
    frames = _frames(film)
    limiter = FlashLimiter()
    passed = sum(limiter.limited(frame, place / FPS) is frame for place, frame in enumerate(frames))
    print(f"flash limiter, the film: {_limiting(frames):.2f} ms; {passed} of {len(frames)} bit for bit")
    strobe = [
        frame if place // 3 % 2 else np.asarray(255 - frame // 4, np.uint8)
        for place, frame in enumerate(frames)
    ]
    print(f"flash limiter, a strobe: {_limiting(strobe):.2f} ms")
    replay = Replay()
    replay.open(SIZE_WH, FPS)
    times = [_ms(partial(replay.write, frame, place / FPS)) for place, frame in enumerate(frames)]
    median = statistics.median(times)
    print(
        f"last ten seconds: {median:.2f} ms, {median * FPS / 10:.1f} % of a core, "
        f"{replay.kept_bytes / 1e6:.0f} MB"
    )
    with tempfile.TemporaryDirectory() as folder:
        clip, begun_s = replay.snapshot(), time.process_time()
        clip.write(Path(folder, "last.mp4"))
        print(f"written: {time.process_time() - begun_s:.1f} s of processor time")


def _limiting(frames: list[Rgb]) -> float:
    limiter = FlashLimiter()
    times = [
        _ms(lambda at=place, rgb=frame: limiter.limited(rgb, at / FPS))  # type: ignore[misc]
        for place, frame in enumerate(frames)
    ]
    return statistics.median(times)


def _ms(act: Callable[[], object]) -> float:
    begun_s = time.thread_time()
    act()
    return (time.thread_time() - begun_s) * 1e3


def _frames(film: Path) -> list[Rgb]:
    """Return FRAMES frames, over and over if the film has fewer; each an array of its own."""
    with av.open(str(film)) as container:
        pictures = (frame.to_ndarray(format="rgb24") for frame in container.decode(video=0))
        decoded = (np.asarray(picture, np.uint8) for picture in pictures)
        some = [resized(crop(rgb, SIZE_WH), SIZE_WH) for rgb, _ in zip(decoded, range(FRAMES), strict=False)]
    return [some[place % len(some)].copy() for place in range(FRAMES)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", type=Path)
    main(parser.parse_args().film)
