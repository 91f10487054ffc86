from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from livedream.runtime.process_figures import (
    open_handles,
    peak_rss_mb,
    rss_mb,
    since_process_start_s,
    spent_s,
)


def test_the_process_is_measured() -> None:
    assert since_process_start_s() > 0
    assert 10 < rss_mb() <= peak_rss_mb() + 1 < 100_000
    assert {"core 0", "livedream"} <= set(spent_s())
    assert spent_s()["livedream"] > 0


def test_memory_that_is_used_counts() -> None:
    before = rss_mb()
    kept = np.ones(40_000_000, np.uint8)
    assert rss_mb() - before > 30
    assert kept[-1] == 1


def test_a_file_held_open_is_one_handle_more(tmp_path: Path) -> None:
    before = open_handles()
    with (tmp_path / "held").open("w"):
        assert open_handles() == before + 1
    assert open_handles() == before
    assert threading.active_count() >= 1
