"""The governor: holds the frame rate by how often a frame is dreamed, and by the size it is dreamed at."""

from __future__ import annotations

import math
from dataclasses import dataclass

SETTLE_S = 2.5
"""How long a size is watched before a smaller one is tried; an engine swap itself costs a few frames."""

CALM_S = 12.0
"""How long there must be room for a larger one: other programs come and go, and each change shows."""

RUNG = 0.85
"""Sizes are the wanted one times powers of this: few enough that their engines are soon on the disk."""

FULL_LOAD = 0.97
"""Share of the frame interval that dreaming may take; above it the rate will not hold."""

AIM = 0.8
"""Share of the frame interval that a new size is chosen for."""

EASE = 20
"""Frames after which it is known whether there is room for anything beside them."""

PASS_SHARE = 0.6
"""What a further pass takes at most, as a share of all that a frame takes with those before it."""

SMALLEST_SHARE = 0.12
"""Of the wanted pixels; smaller dreams hide the scene rather than dream it."""


@dataclass(slots=True)
class Governor:
    """Chooses the passes and the working pixels that hold a frame rate; passes are given up first.

    wanted_px: what the preset asks for; never exceeded, because a larger size dreams smaller things.
    interval_s: 1 / target frame rate. wanted_passes: times that a frame is dreamed where there is time.
    """

    wanted_px: int
    interval_s: float
    wanted_passes: int = 1
    working_px: int = 0
    passes: int = 0
    _busy_s: float = 0.0
    _watched: int = 0
    _since_s: float | None = None
    _calm_since_s: float | None = None

    def __post_init__(self) -> None:
        self.working_px = self.working_px or self.wanted_px
        self.passes = self.passes or self.wanted_passes

    @property
    def next_px(self) -> int:
        """Return the size that would be tried next if this one took too long."""
        return self._rung(self.working_px * RUNG)

    @property
    def is_at_ease(self) -> bool:
        """Return whether the watched frames left time to spare."""
        return self._watched >= EASE and self._busy_s / self._watched <= AIM * self.interval_s

    def restart(self) -> None:
        """Restart watching: the engine or the wanted size has changed."""
        self._busy_s, self._watched, self._since_s = 0.0, 0, None
        self._calm_since_s = None

    def hold(self, interval_s: float) -> None:
        """Hold another frame rate from now on."""
        if interval_s != self.interval_s:
            self.interval_s = interval_s
            self.restart()

    def want(self, wanted_px: int, wanted_passes: int = 1) -> None:
        """Start over from another wish."""
        if wanted_px != self.wanted_px:
            self.wanted_px = self.working_px = wanted_px
            self.restart()
        if wanted_passes != self.wanted_passes:
            self.wanted_passes = self.passes = wanted_passes
            self.restart()

    def observe(self, busy_s: float, now_s: float) -> str | None:
        """Take note of one frame's dreaming time; a sentence if the size is changed, else None."""
        self._since_s = now_s if self._since_s is None else self._since_s
        self._busy_s += busy_s
        self._watched += 1
        if now_s - self._since_s < SETTLE_S or self._watched < 10:
            return None
        load = self._busy_s / self._watched / self.interval_s
        self._busy_s, self._watched, self._since_s = 0.0, 0, now_s
        return self._lower(load) if load > FULL_LOAD else self._raise(load, now_s)

    def _rung(self, fitting_px: float) -> int:
        """Return the largest size of the ladder that is at most `fitting_px`, or its smallest."""
        share = max(SMALLEST_SHARE, min(1.0, fitting_px / self.wanted_px))
        # A pixel lost to rounding on a rung is not to cost the whole rung.
        steps = math.ceil(math.log(share) / math.log(RUNG) - 1e-3)
        return max(int(self.wanted_px * SMALLEST_SHARE), int(self.wanted_px * RUNG**steps))

    def _lower(self, load: float) -> str | None:
        if self.passes > 1:
            return self._change_passes("only ", self.passes - 1)
        return self._change("lowered", self._rung(self.working_px * AIM / load))

    def _raise(self, load: float, now_s: float) -> str | None:
        """Go up by one rung once there has been room for it for long enough."""
        one_up = min(self.wanted_px, math.ceil(self.working_px / RUNG))
        is_whole, has_all = self.working_px == self.wanted_px, self.passes == self.wanted_passes
        more = 1 + PASS_SHARE if is_whole else one_up / self.working_px
        if (is_whole and has_all) or load * more > AIM:
            self._calm_since_s = None
            return None
        self._calm_since_s = now_s if self._calm_since_s is None else self._calm_since_s
        if now_s - self._calm_since_s < CALM_S:
            return None
        return (
            self._change_passes("", self.passes + 1)
            if is_whole
            else self._change("raised", self._rung(one_up))
        )

    def _change_passes(self, how: str, passes: int) -> str:
        self.passes = passes
        self.restart()
        times = {1: "once", 2: "twice"}.get(passes, f"{passes} times")
        return f"each frame is dreamed {how}{times}, to hold {1 / self.interval_s:.0f} frames a second"

    def _change(self, verb: str, target_px: int) -> str | None:
        before, self.working_px = self.working_px, target_px
        self.restart()
        if before == target_px:
            return None
        rate = 1 / self.interval_s
        return (
            f"working size {verb} from {before:,} to {target_px:,} pixels to hold {rate:.0f} frames a second"
        )
