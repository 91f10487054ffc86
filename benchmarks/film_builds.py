"""Time how OpenVINO engines of many steps are built, loaded and run: a loop an octave beside all steps.

python benchmarks/film_builds.py [--size 540x360] [--octaves 4] [--steps 10] [--rounds 5] [--only looped]

GoogLeNet to inception4c, as in autograd.py; random weights do where torchvision's are not. Each engine is
built by a process of its own into an empty cache, and loaded and run by another, as at the second launch;
those run in turn. Seconds are wall and processor time: on a busy machine only the latter can be compared.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Literal

from autograd import film_spec, make_missing_weights

from livedream.dream.program import KernelProgram
from livedream.engines import openvino, openvino_loop
from livedream.engines.build_openvino import build
from livedream.engines.cache import EngineCache

Mode = Literal["looped", "unrolled"]
MODES: tuple[Mode, ...] = ("looped", "unrolled")


def main() -> None:
    """Build, load and run in processes of their own; print a table."""
    wanted = _arguments()
    if wanted.child:
        _child(wanted)
        return
    modes = MODES if wanted.only is None else (wanted.only,)
    with tempfile.TemporaryDirectory() as folder:
        make_missing_weights(Path(folder))
        for mode in modes:
            for launch in ("cold cache", "second"):
                what = "build" if launch == "cold cache" else "load"
                process = _begin(what, mode, folder)
                print(f"{mode:9} {launch:10} {process.communicate()[0].strip()}", flush=True)
        _run_in_turn(modes, folder, wanted.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", default="540x360")
    parser.add_argument("--octaves", type=int, default=4)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=MODES)
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "MODE", "FOLDER"), help=argparse.SUPPRESS)
    return parser.parse_args()


def _begin(what: str, mode: Mode, folder: str) -> subprocess.Popen[str]:
    """Start a process of this script that does one part."""
    command = [sys.executable, __file__, *sys.argv[1:], "--child", what, mode, folder]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _run_in_turn(modes: tuple[Mode, ...], folder: str, rounds: int) -> None:
    processes = {mode: _begin("run", mode, folder) for mode in modes}
    times: dict[Mode, list[tuple[float, float]]] = {mode: [] for mode in modes}
    for number in range(rounds + 1):
        for mode, process in processes.items():
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("run\n")
            process.stdin.flush()
            wall_s, cpu_s = map(float, process.stdout.readline().split())
            if number:  # the first one takes longer
                times[mode].append((wall_s, cpu_s))
    for mode, process in processes.items():
        walls, cpus = zip(*times[mode], strict=True)
        peak = process.communicate()[0].strip()
        print(
            f"{mode:9} frame      median {median(walls):.2f} s, shortest {min(walls):.2f} s; processor "
            f"{median(cpus):.2f}, {min(cpus):.2f} s; {peak}"
        )


def _child(wanted: argparse.Namespace) -> None:
    what, mode, folder = wanted.child
    if mode == "unrolled":
        openvino_loop.LOOPED_FROM = sys.maxsize  # type: ignore[attr-defined]  # it has it from ops/loop.py
    width, height = (int(side) for side in wanted.size.split("x"))
    program = KernelProgram(film_spec((height, width), wanted.octaves, wanted.steps))
    cache = EngineCache(Path(folder) / mode)
    if what == "build":
        print(f"{_timed(lambda: build(program, cache))}, {_stored(cache)}; {_peak()}")
    elif what == "load":
        print(f"{_timed(lambda: openvino.load(program, cache))}; {_peak()}")
    else:
        _run_when_told(program, cache)


def _run_when_told(program: KernelProgram, cache: EngineCache) -> None:
    loaded = openvino.load(program, cache)
    assert loaded is not None, "it was built before"
    inputs = program.example()
    for _ in sys.stdin:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        loaded[0].run(inputs)
        print(time.perf_counter() - wall_s, time.process_time() - cpu_s, flush=True)
    print(_peak())


def _timed(work: object) -> str:
    assert callable(work)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - wall_s:.1f} s, processor {time.process_time() - cpu_s:.1f} s"


def _stored(cache: EngineCache) -> str:
    (entry,) = cache.entries()
    return f"{entry.facts['number_format']}, {entry.size_bytes >> 20} MB on disk"


def _peak() -> str:
    """Return the most memory that this process ever had; Linux counts it in KB."""
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB"


if __name__ == "__main__":
    main()
