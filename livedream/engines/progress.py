"""How far an engine is that somebody waits for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """For how long an engine has been made, and how long the last of its kind took; None: not known."""

    elapsed_s: float
    expected_s: float | None

    def __str__(self) -> str:
        expected = "" if self.expected_s is None else f" of ~{max(1.0, self.expected_s):.0f}"
        return f"{self.elapsed_s:.0f}{expected} s"
