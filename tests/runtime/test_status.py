from __future__ import annotations

import dataclasses

import pytest

from livedream.runtime.status import Status


def test_a_status_is_a_value() -> None:
    assert Status() == Status()
    with pytest.raises(dataclasses.FrozenInstanceError):
        Status().fps = 3.0  # type: ignore[misc]
