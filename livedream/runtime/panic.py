"""Panic: what goes out in place of the dream, at once and whatever the dream does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol

import numpy as np

from livedream.frame import Rgb
from livedream.runtime.commands import Command, Commands
from livedream.runtime.store import ABOVE, SettingsStore

PanicMode = Literal["", "blackout", "bypass", "freeze"]
"""blackout: black. bypass: the camera as it is. freeze: the last frame, for as long as it takes. "": none."""


class Panic:
    """Chooses what goes out; any thread may set `mode`.

    size_wh: of a blackout before there was a frame.
    """

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self.mode: PanicMode = ""
        self._last: Rgb | None = None
        self._camera: Rgb | None = None
        self._black = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)

    @property
    def holds_picture(self) -> bool:
        """Return whether what goes out does not depend on the source, which may be lost."""
        return self.mode in ("blackout", "freeze")

    def shown(self, dreamed: Rgb, camera: Rgb) -> Rgb:
        """Return what goes out for a dreamed frame; uint8 HxWx3, as the dream and the camera's frame."""
        self._camera = camera
        rgb = self._chosen(dreamed)
        self._last = rgb
        return rgb

    def at_once(self) -> Rgb | None:
        """Return what goes out now, before another frame is dreamed; None if that has to be waited for."""
        if self.mode == "" or (self.mode == "bypass" and self._camera is None):
            return None
        self._last = self._chosen(self._black)
        return self._last

    def _chosen(self, dreamed: Rgb) -> Rgb:
        if self.mode == "blackout":
            like = dreamed if self._last is None else self._last
            return self._black if self._black.shape == like.shape else np.zeros_like(like)
        if self.mode == "freeze" and self._last is not None:
            return self._last
        if self.mode == "bypass" and self._camera is not None:
            return self._camera
        return dreamed


class Switch(Protocol):
    """Where panic is switched: `livedream.runtime.output.Output`."""

    @property
    def panic(self) -> PanicMode:
        """Return what goes out in place of the dream."""
        ...

    def switch_panic(self, mode: PanicMode) -> None:
        """Send out something else from now on."""
        ...

    def expect_reset(self) -> None:
        """Show the first frame of a dream that is being reset as it is, whatever flashed before."""
        ...


SWITCHES: dict[PanicMode, tuple[str, str]] = {
    "blackout": ("Send out black, or the dream again.", "blackout"),
    "bypass": ("Send out the camera as it is, or the dream again.", "bypass: the camera as it is"),
    "freeze": ("Hold the last frame, or go on.", "frozen"),
}
"""Help and words of each command that switches panic on and off."""


def add_panic_commands(
    commands: Commands, output: Switch, store: SettingsStore, reset_dream: Callable[[], None]
) -> None:
    """Add blackout, bypass, freeze, reset dream and reset all."""

    def switched(mode: PanicMode) -> str:
        turned_on = output.panic != mode
        output.switch_panic(mode if turned_on else "")
        return SWITCHES[mode][1] if turned_on else f"{mode} off"

    def dream_reset() -> str:
        output.expect_reset()
        reset_dream()
        return "the dream starts anew"

    def all_reset() -> str:
        output.expect_reset()
        output.switch_panic("")
        for layer in ABOVE:
            store.clear(layer)
        reset_dream()
        return "everything is as the preset has it"

    for mode, (help_, _) in SWITCHES.items():
        commands.add(mode, Command(help_, partial(switched, mode), immediate=True))
    commands.add("reset dream", Command("Start the dream anew from the camera.", dream_reset, immediate=True))
    all_help = "End panic, undo all changes by hand, start anew."
    commands.add("reset all", Command(all_help, all_reset, immediate=True))
