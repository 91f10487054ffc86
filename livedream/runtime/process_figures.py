"""What the operating system says of this process: time, memory, threads, handles."""

from __future__ import annotations

import sys
import time

import psutil

NOT_BUSY = ("idle", "iowait", "steal", "guest", "guest_nice")
"""Times of a core in which it does nothing here: it waits, serves another machine, or is counted twice, as a
guest's time is in `user` and `nice`, too."""


def since_process_start_s() -> float:
    """Return the seconds since this process was started, its imports included."""
    return time.time() - float(psutil.Process().create_time())


def spent_s() -> dict[str, float]:
    """Return the processor time spent so far: on each core by all programs, and by this process."""
    cores = {
        f"core {number}": sum(times) - sum(getattr(times, name, 0.0) for name in NOT_BUSY)
        for number, times in enumerate(psutil.cpu_times(percpu=True))
    }
    own = psutil.Process().cpu_times()
    return cores | {"livedream": own.user + own.system}


def rss_mb() -> float:
    """Return the resident memory of this process now, in MB of 10^6 bytes."""
    return float(psutil.Process().memory_info().rss) / 1e6


def peak_rss_mb() -> float:
    """Return the peak resident memory of this process so far, in MB of 10^6 bytes."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def open_handles() -> int:
    """Return how many handles this process holds: file descriptors, on Windows all kinds of handles."""
    process = psutil.Process()
    return int(process.num_handles() if sys.platform == "win32" else process.num_fds())
