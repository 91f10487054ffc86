"""Every fault on a show that runs eight times as fast as its clock says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from livedream.engines.cache import EngineCache
from livedream.errors import InputError
from livedream.presets import apply_assignments
from livedream.runtime.faults import trial
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.trial import FaultFigures, TrialFigures, try_faults
from livedream.runtime.plan import Plan
from livedream.settings import Settings
from livedream.sources.source_spec import open_source

SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
PLAN = Plan("test", output_wh=(128, 96), fps=10.0, engine="eager", governed=False)

TOLD = {
    "camera-unplugged": "test camera is lost",
    "camera-frozen": "repeated the same picture",
    "camera-hangs": "has sent no picture",
    "camera-odd-format": "unknown kind of picture",
    "corrupt-packets": "has sent no picture",
    "kernel-raises": "the engine eager failed (RuntimeError: injected: the driver failed)",
    "kernel-nan": "returned what is no number",
    "kernel-no-memory": "the engine eager failed (MemoryError",
    "build-fails": "the engine cannot be built",
    "build-hangs": "its engine is gone",
    "sink-blocks": "faulty sink does not answer",
    "sink-fails": "the faulty sink takes no frame",
    "sink-raises": "faulty sink failed (RuntimeError",
    "sink-refuses": "is used by another program",
    "disk-full": "the disk is full",
}
"""What is told of each fault, once."""


def tried(names: Sequence[str], seconds: float, folder: Path, clock: Any) -> TrialFigures:
    source = open_source("clouds", fps=PLAN.fps, size_wh=PLAN.output_wh, clock=clock)
    settings = apply_assignments(Settings(), SMALL)
    return try_faults(
        source,
        settings,
        PLAN,
        clock,
        names=names,
        seconds=seconds,
        film=folder / "show.mp4",
        cache=EngineCache(folder / "engines"),
    )


def of_part(*parts: str) -> list[str]:
    return [name for name, kind in FAULTS.items() if kind.part in parts]


def promises_broken(figures: FaultFigures) -> list[str]:
    """Return what was broken; a machine that is busy with other tests keeps no rate of eighty a second."""
    return [words for words in figures.broken if not words.startswith("the output")]


@pytest.mark.parametrize(
    ("names", "seconds"),
    [
        (of_part("source")[:4], 8.0),
        (of_part("source")[4:], 4.0),
        (of_part("engine")[:3], 6.0),
        (of_part("engine")[3:], 4.0),
        (of_part("sink", "recording"), 4.0),
        (of_part("clock"), 2.0),
    ],
    ids=["camera lost", "camera", "kernel", "engine", "sinks", "clock"],
)
def test_the_show_keeps_its_promises(
    names: list[str], seconds: float, tmp_path: Path, fast_clock: Any
) -> None:
    figures = tried(names, seconds, tmp_path, fast_clock)
    assert [one.name for one in figures.faults] == names
    for one in figures.faults:
        assert promises_broken(one) == [], one
        assert one.output_fps > 0
        if one.name in TOLD:
            assert sum(TOLD[one.name] in sentence for sentence in one.told) == 1, one
    assert figures.recording.broken == ()
    assert figures.recording.decoded > 50
    assert figures.recording.lost == 0 or "disk-full" in names
    assert len(figures.recording.files) == 1 + ("disk-full" in names)
    assert json.loads(json.dumps(asdict(figures)))["engine"] == "eager"


def test_an_engine_that_could_not_be_built_may_pause_before_it_is_tried_again(
    tmp_path: Path, fast_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "BACK_S", 0.0)
    (one,) = tried(["build-fails"], 4.0, tmp_path, fast_clock).faults
    assert promises_broken(one) == []


def test_every_fault_that_is_told_has_its_words_here() -> None:
    assert set(TOLD) == {name for name, kind in FAULTS.items() if kind.is_told}


def test_an_unknown_fault_is_told_before_anything_starts(tmp_path: Path, fast_clock: Any) -> None:
    with pytest.raises(InputError, match="did you mean camera-frozen"):
        tried(["camera-frosen"], 1.0, tmp_path, fast_clock)
    assert list(tmp_path.iterdir()) == []
