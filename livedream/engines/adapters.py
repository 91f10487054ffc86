"""The graphics adapter that WebGPU and Core ML would run on, asked for by a process of its own."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livedream.engines.build_process import child_environment, own_group

ANSWER_S = 10.0
"""Seconds after which a driver that was asked counts as hanging."""

NODES = ("dev/dri", "dev/nvidia0", "proc/driver/nvidia", "dev/dxg")
"""Where Linux has graphics adapters: of its own drivers, of NVIDIA's, and those of Windows, under WSL."""

FIRST = ("discrete", "integrated", "virtual", "other", "software")
"""Which kind of adapter WebGPU prefers where there are several: it is asked for high performance."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A graphics adapter. kind: one of FIRST. driver: its version and the card's numbers, "" if not told."""

    name: str
    kind: str
    driver: str = ""

    @property
    def is_software(self) -> bool:
        """Return whether the processor does its work: for tests, and slower than everything else."""
        return self.kind == "software"

    def __str__(self) -> str:
        return f"{self.name} (software)" if self.is_software else self.name


def adapter(system: str = sys.platform) -> Adapter | None:
    """Return the adapter that is taken where nothing else is said; None if none is found."""
    if system == "darwin":
        return apple_adapter()
    found = vulkan_adapters()
    return min(found, key=lambda one: FIRST.index(one.kind), default=None)


def has_node(nodes: Sequence[str] = NODES, system: str = sys.platform, root: Path = Path("/")) -> bool:
    """Return whether there may be a device; on systems but Linux a driver alone knows.

    nodes: where Linux has such devices, below `root`; without one of them no driver need be asked.
    """
    return system != "linux" or any((root / node).exists() for node in nodes)


def vulkan_adapters() -> Sequence[Adapter]:
    """List what Vulkan finds; empty where there is no Vulkan, or a driver crashes or hangs."""
    answer = asked(python("livedream.engines.vulkan_adapters"))
    try:
        return [Adapter(**one) for one in json.loads(answer)]
    except ValueError:
        return []


def apple_adapter() -> Adapter | None:
    """Return the graphics processor of an Apple chip; None on a Mac that has none."""
    chip = asked(["sysctl", "-n", "machdep.cpu.brand_string"]).strip()
    return Adapter(chip, "integrated", platform.mac_ver()[0]) if chip.startswith("Apple") else None


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours in a process of its own."""
    return [sys.executable, "-P", "-m", module, *arguments]


def asked(command: Sequence[str]) -> str:
    """Return what a program prints; "" if it fails or hangs."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_S,
            check=False,
            stdin=subprocess.DEVNULL,
            env=child_environment(),
            **own_group(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
