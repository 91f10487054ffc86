from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from livedream.health import Health, State


@pytest.mark.parametrize("state", get_args(State))
def test_only_what_is_live_is_ok(state: State) -> None:
    assert Health(state).ok is (state == "live")


def test_it_is_a_value() -> None:
    assert Health("stale", "no frame for 2 s") == Health("stale", "no frame for 2 s", "")
    assert len({Health("off"), Health("off"), Health("off", "closed")}) == 2
    with pytest.raises(FrozenInstanceError):
        Health("off").state = "live"  # type: ignore[misc]
