"""How one mood becomes the next in a live show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from livedream.errors import InputError
from livedream.fade import Blend, blend
from livedream.settings import Settings, by_word, change


@dataclass(frozen=True, slots=True)
class Beside:
    """Another look that is blended into the one that stands. share: how much of it, between 0 and 1."""

    settings: Settings
    share: float


BESIDE = object()
"""The mood while two looks are blended by a fader: what stands then is faded into from there."""


class CrossFade:
    """Follows the settings of a show; what needs another engine, or is another preset, comes within a time.

    The two dreams take turns, the new one more and more often: a frame has no time for both, as it has in
    films, and what was dreamed stays for so long that nobody sees whose turn it is.
    settings: what is seen first. fade_s: 0 for at once; may be set at any time.
    """

    def __init__(self, settings: Settings, fade_s: float) -> None:
        self.fade_s = fade_s
        self._before = self._after = settings
        self._seen = Blend(settings)
        self._mood: object = None
        self._began_s, self._number = -inf, 0
        self._held_back: Settings | None = None

    @property
    def is_over(self) -> bool:
        """Return whether the fade has ended."""
        return self._before is self._after

    def follow(self, settings: Settings, mood: object, now_s: float) -> Blend:
        """Return what to dream with, on the way to `settings`.

        mood: that of which another one is faded into. now_s: clock time.
        """
        if self._mood not in (None, mood):
            leaves = self._seen.leaving if self._seen.left > 0.5 else None
            self._before = self._seen.settings.model_copy(
                update={"dream": leaves or self._seen.settings.dream}
            )
            self._began_s, self._number = now_s, 0
        self._mood, self._after = mood, settings
        return self._at(now_s)

    def hold_back(self, settings: Settings, by_hand: Mapping[str, Any], now_s: float) -> Blend:
        """Return what to dream with until the engine of `settings` is there: as before, but for the hand.

        by_hand: what was written over the preset, by word; what needs no engine is seen at once.
        """
        if settings is not self._held_back:
            self._held_back = settings
            self._after = _with_numbers(self._after, by_hand)
        return self._at(now_s)

    def beside(self, settings: Settings, other: Beside) -> Blend:
        """Return what to dream with between two looks, with the engine of the other one."""
        share = min(0.999, max(1e-3, other.share))
        self._seen = blend(settings, other.settings, share)
        self._before = self._after = self._seen.settings
        self._mood = BESIDE
        return self._turn(share)

    def _at(self, now_s: float) -> Blend:
        past_s = now_s - self._began_s
        share = 1.0 if self._before is self._after or past_s >= self.fade_s else past_s / self.fade_s
        if share == 1.0:
            self._before = self._after
        self._seen = blend(self._before, self._after, max(share, 1e-3))
        return self._turn(share)

    def _turn(self, share: float) -> Blend:
        """Return what of the two is dreamed in this frame."""
        is_new = van_der_corput(self._number) <= share
        self._number += 1
        if self._seen.leaving is None or is_new:
            return Blend(self._seen.settings)
        return replace(self._seen, left=1.0)


def van_der_corput(number: int) -> float:
    """Return a term of the sequence 0, 1/2, 1/4, 3/4, ... whose beginnings fill 0..1 evenly.

    J. G. van der Corput, Verteilungsfunktionen I (1935), base 2.
    """
    bits = f"{number:b}"[::-1]
    return int(bits, 2) / float(2 ** len(bits))


def _with_numbers(settings: Settings, by_hand: Mapping[str, Any]) -> Settings:
    """Write into settings what any engine can dream with; what does not go together is left as it was."""
    infos = {word: by_word()[word] for word in by_hand}
    able = {
        word: by_hand[word]
        for word, info in infos.items()
        if info.lifetime == "frame" and (info.section != "dream" or info.kind == "number")
    }
    try:
        return change(settings, able, "by hand")
    except InputError:
        return settings
