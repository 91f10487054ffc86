from __future__ import annotations

import subprocess
from collections.abc import Callable

from livedream.own_presets import OwnPresets
from livedream.presets import Preset, load, shipped
from livedream.resources import DEFAULT_PRESET
from livedream.settings import describe

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_presets_are_listed(livedream: Run) -> None:
    done = livedream("presets")
    assert done.returncode == 0
    assert all(name in done.stdout for name in shipped())
    assert DEFAULT_PRESET in shipped()


def test_presets_of_ones_own_come_after_the_shipped_ones(livedream: Run) -> None:
    mine = Preset("a look", "Blue.", load(DEFAULT_PRESET).settings, is_own=True, order=1)
    shelf = OwnPresets()
    shelf.update([], [mine])
    try:
        lines = livedream("presets").stdout.splitlines()
    finally:
        shelf.update([mine], [])
    assert "a look" in lines[-1]
    assert "your own" in lines[-1]


def test_a_preset_shows_every_setting(livedream: Run) -> None:
    done = livedream("presets", DEFAULT_PRESET)
    assert done.returncode == 0
    assert all(info.word in done.stdout for info in describe())


def test_cameras_never_fails(livedream: Run) -> None:
    done = livedream("cameras")
    assert done.returncode == 0
    assert done.stdout.strip()
