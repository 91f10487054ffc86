from __future__ import annotations

import pytest

from livedream.errors import InputError
from livedream.presets import apply_assignments
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings


def test_a_snapshot_never_changes() -> None:
    store = SettingsStore(Settings())
    before = store.snapshot()
    store.change({"dream.steps": 5}, "test")
    assert before.dream.steps == Settings().dream.steps
    assert store.snapshot().dream.steps == 5


def test_all_of_it_can_be_replaced_and_edited() -> None:
    store, other = SettingsStore(Settings()), apply_assignments(Settings(), ["dream.steps=3"])
    store.replace(other)
    assert store.snapshot() is other
    assert store.edit(lambda settings: apply_assignments(settings, ["dream.octaves=4"])) is store.snapshot()
    assert (store.snapshot().dream.steps, store.snapshot().dream.octaves) == (3, 4)


def test_a_refused_change_changes_nothing() -> None:
    store = SettingsStore(Settings())
    with pytest.raises(InputError, match=r"slider: dream\.steps = 0"):
        store.change({"dream.step_size": 0.1, "dream.steps": 0}, "slider")
    assert store.snapshot() == Settings()
