"""Test cameras and virtual cameras on a Linux kernel that has both, in a virtual machine.

python scripts/virtual_machine.py FOLDER [COMMAND ...]

Boots Debian's kernel in qemu, with two of the kernel's own test cameras (vivid) and three devices of
v4l2loopback. The machine sees this machine's files, Python and checkout as they are, and writes only to its
own memory and to FOLDER/results. Without a COMMAND it runs the tests that want a camera, and the round trip
of benchmarks/camera_round_trip.py; what they say is printed and kept in FOLDER. Ends with the exit status of
what ran. Change nothing in the checkout meanwhile.

Needs Debian on x86-64: apt-get install qemu-system-x86 gcc make. Root is not needed; /dev/kvm makes it fast.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from machine_kernel import CannotBuildError, Kernel, kernel_in

CHECKOUT = Path(__file__).resolve().parents[1]
NEEDED = {
    "qemu-system-x86_64": "qemu-system-x86",
    "gcc": "gcc",
    "make": "make",
    "apt-get": "apt",
    "setpriv": "util-linux",
}
MEMORY_MB = 4096
PROCESSORS = 2
LIMIT_S = 3600
"""A machine that has not ended by then is ended."""

TESTS = [
    "-m",
    "pytest",
    "-m",
    "camera or virtual_camera",
    "--timeout=600",
    "-p",
    "no:cacheprovider",
    "--junitxml=/results/tests.xml",
    "tests/devices",
    "tests/sources/test_camera.py",
    "tests/sinks/test_virtual_camera.py",
]
ROUND_TRIP = ["benchmarks/camera_round_trip.py", "/dev/video10", "/dev/video11", "/results/round-trip.json"]
EMULATED = ["--size", "320x180", "--fps", "2", "--seconds", "120", "--engine", "nothing"]
"""What an emulated processor can nearly keep up with: it takes seconds to dream a frame."""


def main(words: list[str]) -> int:
    """Return the exit status of what ran in the machine, 1 if nothing did."""
    if not words or words[0].startswith("-"):
        print(__doc__)
        return 2
    lacking = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if lacking:
        print(f"not run: apt-get install {' '.join(lacking)}")
        return 1
    folder = Path(words[0]).resolve()
    try:
        kernel = kernel_in(folder / "kernel")
    except CannotBuildError as error:
        print(f"not run: {error}")
        return 1
    accelerator = fastest()
    print(f"Linux {kernel.release}, {PROCESSORS} processors, {MEMORY_MB} MiB, {accelerator}", flush=True)
    return boot(kernel, folder, words[1:], accelerator)


def fastest() -> str:
    """Return "kvm" if a stock kernel runs on it here, else "tcg", which emulates each instruction."""
    # Without vmx or svm, /dev/kvm is that of a host whose guests need a kernel made for it.
    in_hardware = re.search(r"\b(vmx|svm)\b", Path("/proc/cpuinfo").read_text())
    return "kvm" if in_hardware and os.access("/dev/kvm", os.R_OK | os.W_OK) else "tcg"


def boot(kernel: Kernel, folder: Path, command: list[str], accelerator: str) -> int:
    """Run a command in the machine, and show its console; return the command's exit status."""
    results = folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir()
    (results / "command.sh").write_text(script(command, [] if accelerator == "kvm" else EMULATED))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    with (
        (folder / "console.txt").open("w") as console,
        subprocess.Popen(
            machine(kernel, results, accelerator),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None
        signal.signal(signal.SIGALRM, lambda *_: process.kill())
        signal.alarm(LIMIT_S)
        try:
            for line in process.stdout:
                console.write(line)
                console.flush()
                print(line, end="", flush=True)
        finally:
            process.kill()
    status = results / "exit-code"
    if not status.exists():
        print(f"the machine ended before its command did: see {folder}/console.txt")
        return 1
    return int(status.read_text())


def machine(kernel: Kernel, results: Path, accelerator: str) -> list[str]:
    """Return the command that runs the machine; it ends if this process does, however that ends."""
    shared = "security_model=none,multidevs=remap"
    return [
        *("setpriv", "--pdeathsig", "KILL", "--"),
        *("qemu-system-x86_64", "-accel", accelerator, "-cpu", "host" if accelerator == "kvm" else "max"),
        *("-smp", str(PROCESSORS), "-m", str(MEMORY_MB), "-nodefaults", "-no-user-config", "-no-reboot"),
        *(
            "-display",
            "none",
            "-serial",
            "stdio",
            "-kernel",
            str(kernel.image),
            "-initrd",
            str(kernel.initrd),
        ),
        *("-append", "console=ttyS0 quiet panic=-1"),
        *("-virtfs", f"local,path=/,mount_tag=host,readonly=on,{shared}"),
        *("-virtfs", f"local,path={results},mount_tag=results,{shared}"),
    ]


def script(command: list[str], round_trip: list[str]) -> str:
    """Return what the machine's shell runs: a command, or the tests and the round trip with its options."""
    python = [sys.executable]
    commands = [command] if command else [python + TESTS, python + ROUND_TRIP + round_trip]
    lines = [
        f"export PATH={shlex.quote(os.environ['PATH'])} HOME=/root PYTHONPATH={shlex.quote(str(CHECKOUT))}",
        "export XDG_CACHE_HOME=/run/cache PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1",
        "export TORCH_CPP_LOG_LEVEL=ERROR  # an emulated processor is none that NNPACK knows",
        f"cd {shlex.quote(str(CHECKOUT))}",
        "status=0",
        *(f"{shlex.join(words)} || status=$?" for words in commands),
        "exit $status",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
