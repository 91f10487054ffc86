"""The governor: holds the frame rate by how fine, how often, and at what size a frame is dreamed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from livedream.settings import Settings

SETTLE_S = 2.5
"""How long a size is watched before a smaller one is tried; an engine swap itself costs a few frames."""

LASTING_S, BETWEEN_S = 10.0, 0.5
"""How long a size is watched while engines are built; and so long after one the next may begin."""

BUILDING = 1.5
"""How many times longer a frame may take while engines are built: that load goes by itself."""

CALM_S = 12.0
"""How long there must be room for more: other programs come and go, and each change shows."""

LONGEST_CALM_S = 600.0
"""What had to be taken back has to be waited for twice as long, up to this."""

LASTED = 10.0
"""What was kept for so many times the calm before it has proved itself: the calm is halved again."""

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

FINER, FINER_PRICE = 2.0, 2.0
"""How many times more pixels a finer dream has, and how many times longer a frame then takes until it was
measured: the octave on top costs more than the base, the rest of a frame less."""

SMALLEST_SHARE = 0.12
"""Of the wanted pixels; smaller dreams hide the scene rather than dream it."""

RUNGS = math.floor(math.log(SMALLEST_SHARE) / math.log(RUNG))
"""How many there are below the wanted size."""


@dataclass(slots=True)
class Governor:
    """Chooses what holds a frame rate: detail is given up first, then passes, then working pixels.

    wanted_px: what the preset asks for; the base is never larger, because it would dream smaller things.
    interval_s: 1 / target frame rate. wanted_passes: times that a frame is dreamed where there is time.
    finer: how many times more pixels than the base the dream has, at most `most_finer`; over 1 only where all
    that is wanted is there. awaited: how fine it would be, were the engine for that at hand; None: it is not
    to be finer.
    """

    wanted_px: int
    interval_s: float
    wanted_passes: int = 1
    working_px: int = 0
    passes: int = 0
    finer: float = 1.0
    most_finer: float = 1.0
    awaited: float | None = None
    _calms_s: dict[float, float] = field(default_factory=dict)
    _changed_at_s: float | None = None
    _load_before: float | None = None
    _prices: dict[float, float] = field(default_factory=dict)
    _busy_s: float = 0.0
    _slowest_s: float = 0.0
    _watched: int = 0
    _since_s: float | None = None
    _calm_since_s: float | None = None
    _built_at_s: float | None = None

    def __post_init__(self) -> None:
        self.working_px = self.working_px or self.wanted_px
        self.passes = self.passes or self.wanted_passes

    @property
    def next_px(self) -> int:
        """Return the size that would be tried next if this one took too long."""
        return self._rung(self.working_px * RUNG)

    @property
    def _amount(self) -> float:
        """Return the pixels dreamed a frame: what is given up first makes it larger than all before that."""
        return self.working_px * self.passes * self.finer

    @property
    def is_at_ease(self) -> bool:
        """Return whether the watched frames left time to spare."""
        return self._built_at_s is None and self._watched >= EASE and self._load <= AIM

    @property
    def _load(self) -> float:
        """Return what the watched frames take of their intervals on average.

        The slowest is left out: a stall is no load, however long it is, and a load shows in all frames.
        """
        return (self._busy_s - self._slowest_s) / (self._watched - 1) / self.interval_s

    def restart(self) -> None:
        """Restart watching: the engine or the wanted size has changed."""
        self._watch_from(None)
        self._calm_since_s = None

    def hold(self, interval_s: float) -> None:
        """Hold another frame rate from now on; what had to be taken back for the one before may fit now."""
        if interval_s != self.interval_s:
            self.interval_s, self._load_before = interval_s, None
            self._calms_s.clear()
            self.restart()

    def want(self, wanted_px: int, wanted_passes: int = 1) -> None:
        """Start over from another wish."""
        if wanted_px != self.wanted_px:
            self.wanted_px = self.working_px = wanted_px
            self.begin(1.0)
        if wanted_passes != self.wanted_passes:
            self.wanted_passes = self.passes = wanted_passes
            self.restart()

    def begin(self, finer: float, *, is_other: bool = True) -> None:
        """Begin a dream, so much finer than its base if there is time for all of the base.

        is_other: it is not the one before at another size, of which it is known what had to be taken back.
        """
        is_whole = self.working_px == self.wanted_px and self.passes == self.wanted_passes
        self.finer, self.awaited = finer if is_whole else 1.0, None
        if is_other:
            self._load_before = self._changed_at_s = None
            self._prices.clear()
            self._calms_s.clear()
        self.restart()

    def observe(
        self,
        busy_s: float,
        now_s: float,
        is_there: Callable[[float], bool] = lambda _finer: True,
        *,
        alone: bool = True,
        building: bool = False,
    ) -> str | None:
        """Take note of one frame's dreaming time; a sentence if the size is changed, else None.

        is_there: whether the engine of a dream so fine need not be built. alone: no other dream is blended
        into it; beside one it is no finer than its base. building: engines are built meanwhile.
        """
        self._heed_building(now_s, building=building)
        self._load_before = self._load_before if alone else None
        self._since_s = now_s if self._since_s is None else self._since_s
        self._changed_at_s = now_s if self._changed_at_s is None else self._changed_at_s
        self._busy_s, self._slowest_s = self._busy_s + busy_s, max(self._slowest_s, busy_s)
        self._watched += 1
        settle_s = SETTLE_S if self._built_at_s is None else LASTING_S
        if now_s - self._since_s < settle_s or self._watched < 10:
            return None
        load = self._load
        self._watch_from(now_s)
        said = self._answered(load, now_s, is_there, alone=alone)
        self._changed_at_s = self._changed_at_s if said is None else now_s
        return said

    def _heed_building(self, now_s: float, *, building: bool) -> None:
        """Watch anew when engines begin to be built, and once none has been for a while."""
        was = self._built_at_s
        if building:
            self._built_at_s = now_s
        elif was is not None and now_s - was > BETWEEN_S:
            self._built_at_s = None
        if (was is None) != (self._built_at_s is None):
            self.restart()

    def _answered(
        self, load: float, now_s: float, is_there: Callable[[float], bool], *, alone: bool
    ) -> str | None:
        """Change what is dreamed if the load asks for it or leaves room; a sentence if it is changed."""
        if self._built_at_s is not None:
            load /= BUILDING
            return self._lower(load, now_s, alone=alone) if load > FULL_LOAD else None
        before, self._load_before = self._load_before, None
        if before is not None:
            self._prices[self.finer] = max(1.0, load / before)
        # What was just taken is to leave time for others, too: engines are built in that.
        if load > (FULL_LOAD if before is None else AIM):
            return self._lower(load, now_s, alone=alone)
        return self._raise(load, now_s, is_there, self.most_finer if alone else 1.0)

    def _watch_from(self, since_s: float | None) -> None:
        """Watch from a time on; None: from the next frame."""
        self._busy_s = self._slowest_s = 0.0
        self._watched, self._since_s = 0, since_s

    def _rung(self, fitting_px: float) -> int:
        """Return the largest size of the ladder that is at most `fitting_px`, or its smallest."""
        share = min(1.0, fitting_px / self.wanted_px)
        # A pixel lost to rounding on a rung is not to cost the whole rung.
        steps = math.ceil(math.log(share) / math.log(RUNG) - 1e-3)
        return int(self.wanted_px * RUNG ** min(steps, RUNGS))

    def _calm_s(self, amount: float) -> float:
        """Return for how long there has to be room before so many pixels are dreamed."""
        return self._calms_s.get(amount, CALM_S)

    def _distrust(self, now_s: float) -> None:
        """Note that what is dreamed has to be taken back: it is waited for longer, unless it had lasted.

        Minutes are not enough for that: a machine whose speed swings would be followed up and down for ever.
        """
        assert self._changed_at_s is not None
        amount, kept_s = self._amount, now_s - self._changed_at_s
        calm_s = self._calm_s(amount)
        calm_s *= 2 if kept_s < LASTED * calm_s else 0.5
        self._calms_s[amount] = min(LONGEST_CALM_S, max(CALM_S, calm_s))

    def _lower(self, load: float, now_s: float, *, alone: bool) -> str | None:
        self.finer = self.finer if alone else 1.0  # more is not dreamed, and there is no time for it
        self._load_before = None
        self._distrust(now_s)
        if self.finer > 1:
            rungs = max(1, math.ceil(math.log(load / AIM) / math.log(FINER)))
            return self._change_finer(max(1.0, self.finer / FINER**rungs))
        if self.passes > 1:
            return self._change_passes("only ", self.passes - 1)
        return self._change("lowered", self._rung(self.working_px * AIM / load))

    def _raise(
        self, load: float, now_s: float, is_there: Callable[[float], bool], most_finer: float
    ) -> str | None:
        """Go up by one rung once there has been room for it for long enough."""
        is_whole, has_all = self.working_px == self.wanted_px, self.passes == self.wanted_passes
        one_up = self._rung(math.ceil(self.working_px / RUNG))
        passes = self.passes + (is_whole and not has_all)
        finer = self.finer * FINER if is_whole and has_all else 1.0
        more = 1 + PASS_SHARE if is_whole else one_up / self.working_px
        more = self._prices.get(finer, FINER_PRICE) if finer > 1 else more
        if finer > most_finer or load * more > AIM:
            self._calm_since_s = self.awaited = None
            return None
        self._calm_since_s = now_s if self._calm_since_s is None else self._calm_since_s
        if now_s - self._calm_since_s < self._calm_s(one_up * passes * finer):
            return None
        if finer > 1 and not is_there(finer):
            self.awaited = finer
            return None
        if finer > 1:
            self._load_before = load
            return self._change_finer(finer)
        if is_whole:
            return self._change_passes("", passes)
        return self._change("raised", one_up)

    def _change_finer(self, finer: float) -> str:
        how = "finer" if finer > self.finer else "less fine"
        self.finer, self.awaited = finer, None
        self.restart()
        rate = 1 / self.interval_s
        return f"the dream is {how}: {finer:g} times the pixels wanted, at {rate:.0f} frames a second"

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


def affordable(settings: Settings, governor: Governor | None, *, is_settled: bool) -> Settings:
    """Return the settings with no more passes than there is time for; a stopgap has none to spare."""
    if governor is None:
        return settings
    passes = governor.passes if is_settled else 1
    if passes >= settings.dream.passes:
        return settings
    fewer = settings.dream.model_copy(update={"passes": passes})
    return settings.model_copy(update={"dream": fewer})
