"""How late the picture is, from one camera to another, on devices of v4l2loopback.

python benchmarks/camera_round_trip.py /dev/video10 /dev/video11 [RESULTS.json]

A process feeds the first device, as a camera would, and writes the time into each frame: black and white
blocks, milliseconds and a checksum. A show takes it for its camera, dreams and feeds the second device, from
which a third process reads the time again. Twice: with bypass, where the blocks come through as they went in,
and with the dream, where some can no longer be read. All clocks are one; what a webcam's sensor and a display
add is not in it. --help lists size, rate, engine and preset; --engine nothing is all but the gradient.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
import zlib
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 8, 4
SETTLE_S = 600.0
FIRST_S = 5.0
"""After a change, before it is measured."""

Seen = list[tuple[int, int | None]]
"""When each frame arrived, and the time in it, or None; milliseconds."""


def now_ms() -> int:
    """Return the time that all processes share; 24 bits of it are enough."""
    return time.monotonic_ns() // 1_000_000 & 0xFFFFFF


def written(rgb: NDArray[np.uint8], ms: int) -> NDArray[np.uint8]:
    """Write a time into a frame's upper left corner, in place."""
    word = ms << 8 | zlib.crc32(ms.to_bytes(3, "big")) & 0xFF
    side = rgb.shape[1] // 20
    for place in range(COLUMNS * ROWS):
        row, column = divmod(place, COLUMNS)
        level = 235 if word >> place & 1 else 20
        rgb[row * side : (row + 1) * side, column * side : (column + 1) * side] = level
    return rgb


def read(grey: NDArray[np.uint8]) -> int | None:
    """Read the time in a grey frame; None if its checksum is wrong."""
    side, word = grey.shape[1] // 20, 0
    inset = side // 4
    for place in range(COLUMNS * ROWS):
        top, left = (side * at + inset for at in divmod(place, COLUMNS))
        word |= int(grey[top : top + side - 2 * inset, left : left + side - 2 * inset].mean() > 127) << place
    ms = word >> 8
    return ms if zlib.crc32(ms.to_bytes(3, "big")) & 0xFF == word & 0xFF else None


def feed(path: str, size_wh: tuple[int, int], fps: float, stop: Event, end: Connection) -> None:
    """Be the camera: a texture that moves, and the time."""
    from livedream.sinks.virtual_camera import VirtualCamera

    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(40, 216, (24, 32, 3), np.uint8), size_wh, interpolation=cv2.INTER_CUBIC)
    sink, fed = VirtualCamera(path, size_wh, fps), []
    sink.open(size_wh, fps)
    begun, number = time.monotonic(), 0
    while not stop.is_set():
        fed.append(now_ms())
        sink.write(written(np.roll(texture, number, 1), fed[-1]), number / fps)
        number += 1
        if number == 1:
            end.send("feeding")
        time.sleep(max(0.0, begun + number / fps - time.monotonic()))
    sink.close()
    end.send(fed)


def watch(path: str, stop: Event, end: Connection) -> None:
    """Be the program that shows the virtual camera."""
    device = cv2.VideoCapture(path, cv2.CAP_V4L2)
    seen: list[tuple[float, float | None]] = []
    while not stop.is_set():
        arrived, picture = device.read()
        if arrived:
            at_ms = now_ms()
            if not seen:
                end.send("watching")
            seen.append((at_ms, read(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8))))
    device.release()
    end.send(seen)


def judged(seen: Seen, fed: list[int], begin_ms: int, end_ms: int) -> dict[str, float]:
    """Return what became of the frames between two times."""
    arrived = [one for one in seen if begin_ms <= one[0] < end_ms]
    legible = [(at, ms) for at, ms in arrived if ms is not None]
    if len(legible) < 2:
        return {"frames": len(arrived), "legible": len(legible)}
    times = [ms for _, ms in legible]
    sent = sum(min(times) <= ms <= max(times) for ms in fed)
    p50, p95, most = np.percentile([at - ms for at, ms in legible], [50, 95, 100])
    return {
        "seconds": (end_ms - begin_ms) / 1000,
        "camera_frames": sent,
        "frames": len(arrived),
        "legible": len(legible),
        "camera_frames_never_seen": sent - len(set(times)),
        "repeats": len(times) - len(set(times)),
        "latency_ms_p50": float(p50),
        "latency_ms_p95": float(p95),
        "latency_ms_max": float(most),
    }


def add_no_dream() -> None:
    """Make "nothing" an engine."""
    from livedream.engines.in_process import Made
    from livedream.engines.kinds import ENGINES, EngineKind
    from livedream.health import Health
    from livedream.runtime.recovery import RestingEngine

    made = Made(RestingEngine(), None, None)
    ENGINES.add("nothing", EngineKind(lambda: Health("live", ""), made=lambda *_: made, at_once=True))


def show(options: argparse.Namespace, began: Any) -> dict[str, tuple[int, int]]:
    """Run the show; began: is called once its virtual camera can be watched. Returns when each part was."""
    from livedream.presets import load
    from livedream.runtime.plan import Plan
    from livedream.runtime.session import LiveSession
    from livedream.settings import change
    from livedream.sinks.virtual_camera import VirtualCamera
    from livedream.sources import open_source

    add_no_dream()
    size_wh, fps, times = options.size, options.fps, {}
    number = options.camera.removeprefix("/dev/video")
    camera = open_source(f"camera:{number}", fps=fps, size_wh=size_wh, loop=False)
    wanted = {} if options.working_px is None else {"dream.working_px": options.working_px}
    settings = change(load(options.preset).settings, wanted)
    plan = Plan(options.preset, output_wh=size_wh, fps=fps, engine=options.engine)
    with LiveSession(camera, settings, plan, tell=print) as session:
        session.add_sink(VirtualCamera(options.sink, size_wh, fps))
        session.start()
        if not session.wait_settled(SETTLE_S):
            raise SystemExit("the engine was not built in time")
        session.wait(FIRST_S)
        began()
        for part in ("bypass", "dream"):
            session.commands.do("bypass")
            session.wait(FIRST_S)
            begin_ms = now_ms()
            session.wait(options.seconds)
            times[part] = (begin_ms, now_ms())
            print(session.status().engine, session.status().working_wh, f"{session.status().fps:.1f} fps")
        session.stop()
    return times


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run all three, and return the figures of each part."""
    make = multiprocessing.get_context("spawn")
    stop, (fed_here, fed_there), (seen_here, seen_there) = make.Event(), make.Pipe(), make.Pipe()
    feeder = make.Process(target=feed, args=(options.camera, options.size, options.fps, stop, fed_there))
    watcher = make.Process(target=watch, args=(options.sink, stop, seen_there))

    def begin() -> None:
        watcher.start()
        if not seen_here.poll(SETTLE_S):
            raise SystemExit(f"nothing came out of {options.sink}")
        seen_here.recv()

    feeder.start()
    try:
        fed_here.recv()
        times = show(options, begin)
        stop.set()
        fed = fed_here.recv()
        seen = seen_here.recv()
    finally:
        for process in (feeder, watcher):
            if process.is_alive():
                process.terminate()
    return {part: judged(seen, fed, *between) for part, between in times.items()}


def size(words: str) -> tuple[int, int]:
    """Parse WxH."""
    width, height = (int(word) for word in words.split("x"))
    return width, height


def main() -> int:
    """Print and save the figures; returns 1 if no time came through."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("camera")
    parser.add_argument("sink")
    parser.add_argument("results", nargs="?", type=Path)
    parser.add_argument("--size", type=size, default=(1280, 720))
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--working-px", type=int)
    parser.add_argument("--preset", default="subtle")
    options = parser.parse_args()
    figures = measure(options)
    text = json.dumps(
        {"size_wh": options.size, "fps": options.fps, "engine": options.engine} | figures, indent=2
    )
    print(text)
    if options.results is not None:
        options.results.write_text(text + "\n")
    return 0 if figures["bypass"].get("latency_ms_p50") else 1


if __name__ == "__main__":
    sys.exit(main())
