"""How a source or a sink is doing, in a form that the show can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["off", "starting", "live", "stale", "failed"]


@dataclass(frozen=True, slots=True)
class Health:
    """A state, one sentence about it, and what to do about it.

    off: not asked for, or closed. starting: opening, or between two tries. live: delivering.
    stale: open, but nothing new comes. failed: cannot go on by itself.
    """

    state: State
    message: str = ""
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Return whether it delivers."""
        return self.state == "live"
