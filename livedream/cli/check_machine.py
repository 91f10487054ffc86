"""The doctor's look at the machine: Python, cameras, the display, graphics processors."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys

from livedream.errors import EngineError
from livedream.health import Health, State
from livedream.version import __version__

ANSWER_S = 3.0
"""Seconds after which a program that was asked counts as hanging."""

_JOIN_VIDEO = 'sudo usermod -a -G video "$USER"\nand log out and in again.'
_NO_CAMERA = {
    "linux": "Plug one in.",
    "win32": (
        "Plug one in, and allow it: Settings > Privacy & security > Camera > "
        "Let desktop apps access your camera."
    ),
    "darwin": (
        "Plug one in, and allow it: System Settings > Privacy & Security > Camera, "
        "switch your terminal on there, and start it again."
    ),
}
_NO_NVIDIA = {
    "linux": (
        "Only with an NVIDIA card:\nsudo apt install nvidia-driver\n(Ubuntu: sudo ubuntu-drivers install)"
    ),
    "win32": "Only with an NVIDIA card: its driver from https://www.nvidia.com/drivers",
}
_NO_INTEL = {
    "linux": "Only with an Intel GPU:\nsudo apt install intel-opencl-icd",
    "win32": "Only with an Intel GPU: its driver, from Windows Update or intel.com",
}


def python() -> Health:
    """Return the versions of Python and of livedream."""
    return Health("live", f"{platform.python_version()}, with livedream {__version__}")


def system() -> Health:
    """Return the operating system, the cores and the memory."""
    import psutil

    memory = psutil.virtual_memory().total / 2**30
    return Health("live", f"{platform.platform()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory")


def cameras(system: str = sys.platform) -> Health:
    """List the cameras; live if this user may open one."""
    from livedream.sources.cameras import list_cameras

    found = list_cameras()
    if not found:
        return Health("failed", "no camera; use a film, or --source clouds", _NO_CAMERA.get(system, ""))
    named = ", ".join(f"{camera.name} (camera:{camera.index})" for camera in found)
    barred = [camera.path for camera in found if _barred(camera.path)]
    if not barred:
        return Health("live", named)
    state: State = "failed" if len(barred) == len(found) else "live"
    return Health(state, f"{named}; this user has no access to {', '.join(barred)}", _JOIN_VIDEO)


def _barred(path: str) -> bool:
    """Return whether this user lacks access to a device file; False where there are none (not on Linux)."""
    return path.startswith("/dev/") and not os.access(path, os.R_OK | os.W_OK)


def display() -> Health:
    """Check whether a window can be opened."""
    from livedream.ui.available import display_available

    health = display_available()
    return Health("live", "a window can be opened") if health.ok else health


def nvidia_gpu(system: str = sys.platform) -> Health:
    """Ask the NVIDIA driver for its cards."""
    how = _NO_NVIDIA.get(system, "")
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = _ask(query)
    except FileNotFoundError:
        return Health("failed", "no NVIDIA driver", how)
    except subprocess.TimeoutExpired:
        return Health(
            "failed", f"the NVIDIA driver did not answer within {ANSWER_S:g} s", "Restart the machine."
        )
    if answer.returncode != 0 or not answer.stdout.strip():
        said = (answer.stdout or answer.stderr).strip().splitlines() or ["nothing"]
        return Health("failed", f"the NVIDIA driver finds no card; it says: {said[0]}", how)
    return Health("live", "; ".join(_card(line) for line in answer.stdout.strip().splitlines()))


def _card(line: str) -> str:
    """Turn "NAME, DRIVER, MIB" into words; a line of another form stays as it is."""
    told = re.fullmatch(r"(.+), (.+), (\d+)", line.strip())
    return f"{told[1]}, driver {told[2]}, {int(told[3]) / 1024:.0f} GiB" if told else line.strip()


def intel_gpu(system: str = sys.platform) -> Health:
    """Ask OpenVINO for Intel's graphics processors."""
    from livedream.engines.openvino_device import names

    try:
        found = names("GPU", system)
    except EngineError as fault:
        what, _, way_out = str(fault).partition("; ")
        return Health("failed", what, f"{way_out[0].upper()}{way_out[1:]}.")
    if not found:
        return Health("failed", "OpenVINO finds none", _NO_INTEL.get(system, ""))
    return Health("live", ", ".join(found))


def apple_gpu() -> Health:
    """Return the name of the Apple chip, which includes the graphics processor."""
    chip = _ask(["sysctl", "-n", "machdep.cpu.brand_string"]).stdout.strip()
    if chip.startswith("Apple"):
        return Health("live", chip)
    return Health(
        "failed",
        f"{chip or 'this machine'} has no Apple GPU",
        "Not needed: the engines run on the processor.",
    )


def _ask(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program and capture its output. Raises FileNotFoundError or TimeoutExpired."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=ANSWER_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
