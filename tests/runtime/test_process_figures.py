from __future__ import annotations

import subprocess
import sys
from collections import namedtuple

import pytest

from livedream.runtime.process_figures import peak_rss_mb, rss_mb, since_process_start_s, spent_s

COUNTED = """
import sys
import numpy
from livedream.runtime.process_figures import open_handles, rss_mb

before = rss_mb()
kept = numpy.ones(40_000_000, numpy.uint8)
print(rss_mb() - before)

before = open_handles()
held = open(sys.executable, "rb")
print(open_handles() - before)
held.close()
print(open_handles() - before)
"""


def test_the_process_is_measured() -> None:
    assert since_process_start_s() > 0
    assert 10 < rss_mb() <= peak_rss_mb() + 1 < 100_000
    assert {"core 0", "livedream"} <= set(spent_s())
    assert spent_s()["livedream"] > 0


def test_memory_and_handles_in_use_count() -> None:
    # In a process of its own: this one gives an array memory that another test freed, and closes its files.
    printed = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    grown_mb, held, after = (float(line) for line in printed.stdout.split())
    assert grown_mb > 30
    assert (held, after) == (1, 0)


def test_a_core_is_busy_with_what_it_does_here_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = "user nice system idle iowait irq softirq steal guest guest_nice"
    linux = namedtuple("linux", names)(50.0, 5.0, 20.0, 900.0, 30.0, 1.0, 2.0, 400.0, 40.0, 4.0)
    mac = namedtuple("mac", "user nice system idle")(50.0, 5.0, 20.0, 900.0)
    monkeypatch.setattr("psutil.cpu_times", lambda percpu: [linux, mac])
    spent = spent_s()
    assert (spent["core 0"], spent["core 1"]) == (78.0, 75.0)
