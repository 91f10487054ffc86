"""Measure how fast livedream is on this machine, against what the machine can do; write docs/performance.md.

python benchmarks/performance.py [--write] [--quick] [--part PART] ...

Prints the document; --write keeps its figures in performance.json beside this script, too, and the document
in docs/. --part measures only that part anew: kernel, stages, sizes or show. It takes minutes, --quick less
than two.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import kernel_floor
import psutil
import stage_floor
from performance_document import FIGURES, document
from taking_turns import in_turn

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec, working_size_hw
from livedream.engines.build_openvino import converted, in_format
from livedream.engines.openvino import OpenVinoEngine, config, number_formats
from livedream.engines.openvino_core import core
from livedream.presets import load
from livedream.resources import DEFAULT_PRESET
from livedream.version import __version__

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
SIZE_WH = (1280, 720)
SIZES_PX = (40_000, 78_000, 250_000, 1_000_000, 2_000_000)
QUICK_SIZES_PX = (40_000, 250_000)
INSTRUCTIONS = (
    "avx2 fma avx_vnni avx512f avx512_vnni avx512_bf16 avx512_fp16 amx_tile amx_bf16 amx_int8 amx_fp16 "
    "asimd asimdhp bf16 i8mm sve sve2"
)
"""Those that the engines' speed depends on, as Linux calls them."""


def machine() -> dict[str, Any]:
    """Return what the figures depend on; nothing that tells whose machine it is."""
    processor = core()
    return {
        "processor": str(processor.get_property("CPU", "FULL_DEVICE_NAME")).strip(),
        "cores": str(psutil.cpu_count()),
        "instruction sets": _instruction_sets(),
        "OpenVINO computes in": sorted(processor.get_property("CPU", "OPTIMIZATION_CAPABILITIES")),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "libraries": [f"{name} {_version(name)}" for name in ("openvino", "opencv-python-headless", "av")],
        "livedream": __version__,
    }


def _instruction_sets() -> list[str]:
    try:
        listed = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ["not told by this system"]
    words = set(listed.split())
    return [name for name in INSTRUCTIONS.split() if name in words]


def _version(name: str) -> str:
    return importlib.metadata.version(name)


def kernel(*, quick: bool) -> dict[str, Any]:
    """Measure the kernel against its gradients and matrix products."""
    spec = kernel_floor.spec_of(DEFAULT_PRESET, SIZE_WH)
    floors = kernel_floor.measure(spec, 8 if quick else 24)
    return {"working_size": spec.size_hw[::-1], "floors": [asdict(one) for one in floors]}


def stages(*, quick: bool) -> dict[str, Any]:
    """Measure the stages against copies of their bytes."""
    found = stage_floor.measure(DEFAULT_PRESET, SIZE_WH, 80 if quick else 250)
    return {"output_size": SIZE_WH} | asdict(found)


def sizes(*, quick: bool) -> dict[str, Any]:
    """Measure the kernel at several working sizes on one core and more."""
    dream, number_format = load(DEFAULT_PRESET).settings.dream, number_formats()[-1]
    found = []
    for pixels in QUICK_SIZES_PX if quick else SIZES_PX:
        program = KernelProgram(kernel_spec(dream, working_size_hw(SIZE_WH, pixels)))
        model, inputs = in_format(converted(program, number_format), number_format), program.example()
        runs: dict[str, Callable[[], object]] = {}
        for count in core_counts():
            properties = config(number_format) | {"INFERENCE_NUM_THREADS": str(count)}
            made = OpenVinoEngine(core().compile_model(model, "CPU", properties), number_format)
            runs[str(count)] = partial(made.run, inputs)
        rounds = 3 if quick or pixels > 500_000 else 6
        spreads = in_turn(list(runs.values()), rounds, repeats=2)
        kernels = {count: asdict(spread) for count, spread in zip(runs, spreads, strict=True)}
        found.append({"working_size": program.spec.size_hw[::-1], "kernels": kernels})
    return {"number_format": number_format, "sizes": found}


def show(*, quick: bool) -> dict[str, Any]:
    """Measure whole shows with `livedream bench`, on one core and more."""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clouds.mp4"
        stage_floor.film(clip, SIZE_WH, 90)
        for count in core_counts():
            with bound_to(count):
                runs.append({"cores": count} | _bench(clip, quick))
        if not quick:
            runs.append({"cores": core_counts()[-1]} | _bench(clip, quick, "--paced"))
    return {"runs": runs}


def _bench(clip: Path, quick: bool, *options: str) -> dict[str, Any]:
    file = clip.with_name("bench.json")
    words = ["--source", str(clip), "--engine", "openvino", "--json", str(file), *options]
    seconds = ["--seconds", "3" if quick else "6"]
    command = [sys.executable, "-m", "livedream", "bench", *words, *seconds]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    kept = ["paced", "fps", "working_size", "latency_ms", "stage_ms", "waited_ms", "busy"]
    figures = json.loads(file.read_text(encoding="utf-8"))
    return {name: figures[name] for name in kept}


def core_counts() -> list[int]:
    """List 1, 2, 4, ... up to all cores."""
    most = psutil.cpu_count()
    return sorted({min(most, 2**power) for power in range(most.bit_length() + 1)})


@contextmanager
def bound_to(cores: int) -> Iterator[None]:
    """Start processes on the first cores only, where the system can bind them."""
    process = psutil.Process()
    if not hasattr(process, "cpu_affinity"):
        if cores < psutil.cpu_count():
            raise SystemExit(
                f"{platform.system()} cannot bind a show to {cores} cores; leave out --part show"
            )
        yield
        return
    allowed = process.cpu_affinity()
    process.cpu_affinity(allowed[:cores])
    try:
        yield
    finally:
        process.cpu_affinity(allowed)


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "kernel": kernel,
    "stages": stages,
    "sizes": sizes,
    "show": show,
}


def measured(part: str, *, quick: bool) -> dict[str, Any]:
    """Measure a part; note when, and how much others did meanwhile."""
    load_before, before, began = psutil.getloadavg()[0], _spent_s(), time.perf_counter()
    figures = PARTS[part](quick=quick)
    took_s = time.perf_counter() - began
    everyone, own, stolen = (after - spent for after, spent in zip(_spent_s(), before, strict=True))
    return {
        "measured": {
            "date": time.strftime("%Y-%m-%d"),
            "quick": quick,
            "load_before": round(load_before, 1),
            "others_cores": round(max(0.0, everyone - own) / took_s, 2),
            "stolen_cores": round(stolen / took_s, 2),
        },
        "figures": figures,
    }


def _spent_s() -> tuple[float, float, float]:
    """Return the processor time spent by all programs, by this one and those it started, and by the host."""
    times, own = psutil.cpu_times(), psutil.Process().cpu_times()
    stolen = getattr(times, "steal", 0.0)
    resting = times.idle + getattr(times, "iowait", 0.0) + stolen
    mine = own.user + own.system + own.children_user + own.children_system
    return sum(times[:8]) - resting, mine, stolen


def main() -> None:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--part", action="append", choices=list(PARTS))
    asked = parser.parse_args()
    stored = {"machine": machine(), "parts": {}}
    if asked.part:
        kept = json.loads(FIGURES.read_text(encoding="utf-8"))
        if kept["machine"] != stored["machine"]:
            raise SystemExit(f"{FIGURES.name} is of another machine or of other versions; leave out --part")
        stored = kept
    for part in asked.part or PARTS:
        print(f"measuring: {part}", file=sys.stderr, flush=True)
        stored["parts"][part] = measured(part, quick=asked.quick)
        if asked.write:
            FIGURES.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    # As JSON keeps them: what is printed is what would be made of the file.
    written = document(json.loads(json.dumps(stored)))
    print(written, end="")
    if asked.write:
        DOCUMENT.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
