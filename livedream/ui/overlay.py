"""What lies over the picture at a moment: HUD, keys, hint, toast; knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from livedream.health import State
from livedream.runtime.status import Status
from livedream.ui.hud import Device, Hud, Setting, devices, hud_of, problems

HINT_S = 6.0
FLASH_S = 2.0
TOAST_S = 8.0
FADE_S = 1.0
FADE_STEPS = 12
BREATH_HZ = 12
BREATH_S = 4


@dataclass(frozen=True, slots=True)
class Starting:
    """The screen before the first frame.

    breath: 0..1, where the animation is. text: what is being waited for.
    """

    breath: float
    text: str
    troubles: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """A short text that passes."""

    text: str


@dataclass(frozen=True, slots=True)
class Toast:
    """Troubles that pass, told while the HUD is off."""

    troubles: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """All that is drawn over the picture; two equal looks need no new paint.

    Opacities are 0..1.
    """

    starting: Starting | None = None
    hud: Hud | None = None
    keys: bool = False
    hint: Hint = Hint("")
    hint_opacity: float = 0.0
    toast: Toast = Toast(())
    toast_opacity: float = 0.0


@dataclass(frozen=True, slots=True)
class Passing:
    """A stretch of time that ends with a fade."""

    since_s: float
    hold_s: float

    def opacity(self, now_s: float) -> float:
        """Return the opacity at `now_s`, 0..1, in a few steps so that few paints are needed."""
        left = (self.since_s + self.hold_s + FADE_S - now_s) / FADE_S
        return round(min(1.0, max(0.0, left)) * FADE_STEPS) / FADE_STEPS


class Overlays:
    """What lies over the picture, as keys, the status and time change it."""

    def __init__(self, hint: str, now_s: float) -> None:
        self.hud = False
        self.keys = False
        self._status = Status()
        self._says = hud_of(self._status)
        self._troubles: tuple[Device, ...] = ()
        self._told: set[tuple[str, State]] = set()
        self._hint, self._hint_time = Hint(hint), Passing(now_s, HINT_S)
        self._toast, self._toast_time = Toast(()), Passing(now_s, -FADE_S)

    def tell(self, status: Status, now_s: float, extra: tuple[Setting, ...] = ()) -> None:
        """Take a new status; a new trouble becomes a toast."""
        self._status, self._says = status, hud_of(status, extra)
        self._troubles = problems(status)
        fresh = tuple(
            trouble for trouble in self._troubles if (trouble.name, trouble.state) not in self._told
        )
        if fresh:
            self._toast, self._toast_time = Toast(fresh), Passing(now_s, TOAST_S)
        self._remember(status)

    def flash(self, text: str, now_s: float) -> None:
        """Show a short text for a moment, in place of the one before."""
        self._hint, self._hint_time = Hint(text), Passing(now_s, FLASH_S)

    def look(self, now_s: float, *, dreaming: bool) -> Look:
        """Return what to draw at `now_s`; `dreaming`: there is a picture under it."""
        toasts = dreaming and not self.hud and not self.keys
        return Look(
            starting=None if dreaming else self._starting(now_s),
            hud=self._says if self.hud and not self.keys else None,  # in a narrow window they overlap
            keys=self.keys,
            hint=self._hint,
            hint_opacity=0.0 if self.keys else self._hint_time.opacity(now_s),
            toast=self._toast,
            toast_opacity=self._toast_time.opacity(now_s) if toasts else 0.0,
        )

    def _remember(self, status: Status) -> None:
        """Remember each message until the device is well again: a try in between is no news."""
        ill = {device.name for device in devices(status) if device.state not in ("live", "off")}
        now = {(trouble.name, trouble.state) for trouble in self._troubles}
        self._told = {told for told in self._told if told[0] in ill} | now

    def _starting(self, now_s: float) -> Starting:
        step = int(now_s * BREATH_HZ) % (BREATH_HZ * BREATH_S)
        troubles = () if self.hud else self._troubles
        return Starting(step / (BREATH_HZ * BREATH_S), self._status.building, troubles)
