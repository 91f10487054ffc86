"""Print docs/performance.md, made from the figures in performance.json; nothing is measured.

python benchmarks/performance_document.py > docs/performance.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from performance_prose import (
    EIGHT_BITS,
    GOAL_ROWS,
    GOALS,
    INTRODUCTION,
    KERNEL,
    MACHINE,
    OTHERS,
    PEER_ROWS,
    PEERS,
    SHOW,
    SIZES,
    STAGES,
    TRIED,
)

FIGURES = Path(__file__).with_name("performance.json")

NOISY = 1.25
"""A figure is noisy if its 90th percentile is more than so many times its 10th."""

BUSY_CORES = 0.1
"""Others are at work if they take more of the machine than that."""


def document(stored: dict[str, Any]) -> str:
    """Write the document from stored figures."""
    parts = stored["parts"]
    sections = [
        INTRODUCTION,
        _machine(stored["machine"], parts),
        _kernel(parts["kernel"]["figures"]),
        _stages(parts["stages"]["figures"]),
        _sizes(parts["sizes"]["figures"]),
        _show(parts["show"]["figures"]),
        _goals(),
        _peers(_now(parts)),
    ]
    return "\n".join(sections)


def _machine(machine: dict[str, Any], parts: dict[str, Any]) -> str:
    rows = [[name, value if isinstance(value, str) else ", ".join(value)] for name, value in machine.items()]
    measured = [
        [
            part,
            kept["measured"]["date"],
            "quick" if kept["measured"]["quick"] else "full",
            f"{kept['measured']['load_before']:.1f}",
            f"{kept['measured']['others_cores']:.2f}",
            f"{kept['measured']['stolen_cores']:.2f}",
        ]
        for part, kept in parts.items()
    ]
    return "\n".join(
        [
            "## The machine\n",
            _table(["", ""], rows),
            _table(
                ["part", "measured on", "run", "load before", "cores that others took", "taken by the host"],
                measured,
            ),
            MACHINE,
            _busy(parts),
        ]
    )


def _busy(parts: dict[str, Any]) -> str:
    """Return which parts were measured while others were at work."""
    busy = [part for part, kept in parts.items() if kept["measured"]["others_cores"] > BUSY_CORES]
    if not busy:
        return "Nothing else was at work.\n"
    return (
        f"**Others were at work while this was measured: {', '.join(busy)}.** Read those as what a busy "
        "machine did;\nwhere others took a core, more cores look as if they were of no use.\n"
    )


def _kernel(figures: dict[str, Any]) -> str:
    rows = []
    for one in figures["floors"]:
        gradients = sum(gradient["median"] for gradient in one["gradients"])
        rows.append(
            [
                one["number_format"],
                _time(one["kernel"]),
                " + ".join(_time(gradient) for gradient in one["gradients"]),
                f"**{one['kernel']['median'] / gradients:.2f}**",
                f"{one['giga_flop']:.2f}",
                f"{one['matrix_gflops']:.0f}",
                f"{one['giga_flop'] / one['matrix_gflops'] * 1e3:.1f}",
            ]
        )
    width, height = figures["working_size"]
    return "\n".join(
        [
            "## The kernel\n",
            "```\npython benchmarks/kernel_floor.py\n```\n",
            KERNEL.format(size=f"{width}x{height}"),
            _table(
                [
                    "format",
                    "kernel",
                    "gradients of its octaves",
                    "kernel / gradients",
                    "GFLOP",
                    "matrix product, GFLOP/s",
                    "at that rate",
                ],
                rows,
            ),
        ]
    )


def _stages(figures: dict[str, Any]) -> str:
    rows = [
        [
            one["stage"],
            _time(one["taken"]),
            f"{one['moved_mb']:.2f} MB",
            _time(one["copied"], 3),
            f"{one['taken']['median'] / one['copied']['median']:.1f}",
        ]
        for one in figures["floors"]
    ]
    ratio = f"{figures['kernel']['median'] / figures['gradients']['median']:.1f}"
    rows.append(["kernel", _time(figures["kernel"]), "(its gradients)", _time(figures["gradients"]), ratio])
    width, height = figures["output_size"]
    return "\n".join(
        [
            "## Every stage of a frame\n",
            "```\npython benchmarks/stage_floor.py\n```\n",
            STAGES.format(size=f"{width}x{height}", number_format=figures["number_format"]),
            _table(["stage", "takes", "floor: to copy", "floor", "times its floor"], rows),
        ]
    )


def _sizes(figures: dict[str, Any]) -> str:
    cores = sorted(figures["sizes"][0]["kernels"], key=int)
    rows = []
    for one in figures["sizes"]:
        width, height = one["working_size"]
        megapixels = width * height / 1e6
        kernels = one["kernels"]
        most = kernels[cores[-1]]["median"]
        rows.append(
            [
                f"{width}x{height}",
                f"{megapixels:.2f}",
                *(_time(kernels[count]) for count in cores),
                f"{kernels[cores[0]]['median'] / most:.2f}",
                f"{most / megapixels:.0f}",
            ]
        )
    return "\n".join(
        [
            "## Sizes and cores: the kernel\n",
            "```\npython benchmarks/performance.py --part sizes\n```\n",
            SIZES.format(number_format=figures["number_format"]),
            _table(
                [
                    "working size",
                    "megapixels",
                    *(f"{count} core{'' if count == '1' else 's'}" for count in cores),
                    "times as fast on all",
                    "ms a megapixel, all",
                ],
                rows,
            ),
        ]
    )


def _show(figures: dict[str, Any]) -> str:
    rows = [
        [
            f"{one['cores']}, {'paced' if one['paced'] else 'as fast as it can'}",
            f"{one['fps']:.1f}",
            "x".join(map(str, one["working_size"])),
            f"{one['latency_ms']['p50']:.0f}, {one['latency_ms']['p95']:.0f}",
            f"{one['stage_ms']['kernel']:.1f}",
            _named(one["waited_ms"]),
            _named(one["busy"]),
        ]
        for one in figures["runs"]
    ]
    return "\n".join(
        [
            "## A whole show\n",
            "```\npython benchmarks/performance.py --part show\n```\n",
            SHOW,
            _table(
                [
                    "cores",
                    "frames a second",
                    "working size",
                    "latency p50, p95 ms",
                    "kernel ms",
                    "waited ms",
                    "busy",
                ],
                rows,
            ),
        ]
    )


def _goals() -> str:
    head = ["goal", "measured", "command", "what limits it"]
    return "\n".join(["## Goals\n", GOALS, _table(head, GOAL_ROWS), TRIED, EIGHT_BITS])


def _peers(now: str) -> str:
    rows = [*PEER_ROWS, ("livedream now, at 376x208", "the machine above", now, "this document")]
    head = ["system", "hardware", "figure", "from"]
    return "\n".join(["## Peers\n", PEERS, _table(head, rows), OTHERS])


def _now(parts: dict[str, Any]) -> str:
    floors = parts["kernel"]["figures"]["floors"]
    kernels = ", ".join(f"{one['kernel']['median']:.1f} ({one['number_format']})" for one in reversed(floors))
    gradients = ", ".join(
        f"{sum(gradient['median'] for gradient in one['gradients']):.1f}" for one in reversed(floors)
    )
    free = [one for one in parts["show"]["figures"]["runs"] if not one["paced"]][-1]
    return (
        f"kernel {kernels}, its gradients {gradients}; {free['fps']:.0f} frames of 1280x720 a second, "
        f"latency p50 {free['latency_ms']['p50']:.0f} ms"
    )


def _time(spread: dict[str, float], digits: int = 2) -> str:
    mark = " ~" if spread["high"] > NOISY * spread["low"] else ""
    median, low, high = (f"{spread[name]:.{digits}f}" for name in ("median", "low", "high"))
    return f"{median} ({low}–{high}){mark}"  # noqa: RUF001


def _named(numbers: dict[str, float]) -> str:
    return ", ".join(f"{name} {number:g}" for name, number in numbers.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Print the document."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(document(json.loads(FIGURES.read_text(encoding="utf-8"))), end="")


if __name__ == "__main__":
    main()
