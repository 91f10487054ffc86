"""The pictures that a dream looks at beside the frame: guide and style, opened as the settings name them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress

from livedream.clock import SystemClock
from livedream.dream.inputs import PICTURE_PX
from livedream.dream.spec import Picture
from livedream.errors import InputError, LivedreamError
from livedream.frame import Image, Rgb
from livedream.imaging import fit_square
from livedream.settings import DreamSettings
from livedream.sources import Source, open_source
from livedream.sources.source_spec import is_device
from livedream.sources.watchdog import reason

PICTURES = ("dream.guide", "dream.style")
"""The settings that name what a dream looks at."""

ITSELF = "itself"
"""Names the frame that is dreamed."""

AGAIN_FRAMES = 300
"""How often a show tries again to see what it has lost."""

MOST_OPEN = 8
"""So many guides and styles stay open: those of two looks that blend, and some that may be picked again."""


class References:
    """Gives guide and style for each frame; one thread's own.

    Of a clip each frame of the dream sees the next picture, from the first again at its end.
    tell: of a show, takes a sentence on what cannot be seen any more; what it showed last stays, or else the
    frame stands for it, and a clip begins when it is named. None: of a film, in which such a fault is raised,
    and each frame sees the picture of its number, wherever the film was begun.
    """

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell
        self._reels: dict[str, _Reel] = {}
        self._lost: dict[str, Rgb | None] = {}
        self._squares: dict[tuple[Picture, str], tuple[Rgb, float, Image]] = {}

    def check(self, dream: DreamSettings) -> None:
        """Raise InputError or SourceError if what the settings name cannot be opened."""
        for word, spec in (("guide", dream.guide), ("style", dream.style)):
            if spec and spec != ITSELF:
                self._check(word, spec)

    def look_up(
        self, wanted: Collection[Picture], dream: DreamSettings, rgb: Rgb, number: int
    ) -> dict[Picture, Image]:
        """Return the guide and the style, as far as they are wanted, 1x3x192x192.

        rgb: the frame that is dreamed. number: of the frame, from 0. Raises InputError or SourceError.
        """
        found: dict[Picture, Image] = {}
        if "guide" in wanted:
            seen = self._rgb("guide", dream.guide, rgb, number)
            found["guide"] = self._square(("guide", dream.guide), seen, 1.0)
        if "style" in wanted:
            seen = self._rgb("style", dream.style, rgb, number)
            found["style"] = self._square(("style", dream.style), seen, dream.style_scale)
        return found

    def close(self) -> None:
        """Close what is open."""
        for spec in tuple(self._reels):
            self._forget(spec)

    def _check(self, word: str, spec: str) -> None:
        try:
            self._reel(word, spec).rgb(0)
        except LivedreamError:
            raise
        except Exception as fault:  # a decoder's own
            words = f"dream.{word} = {spec} cannot be seen ({reason(fault)}); choose another guide or style"
            raise InputError(words) from fault

    def _rgb(self, word: str, spec: str, rgb: Rgb, number: int) -> Rgb:
        if spec in (ITSELF, ""):
            return rgb  # until the engine without it is there, one that wanted it goes on
        if self._tell is None:
            return self._reel(word, spec).rgb(number)
        if spec not in self._lost or number % AGAIN_FRAMES == 0:
            try:
                seen = self._reel(word, spec, number).rgb(number)
            except Exception as fault:  # a file that has gone, or a decoder's own: the show goes on
                self._lose(word, spec, fault, self._tell)
            else:
                self._lost.pop(spec, None)
                return seen
        last = self._lost[spec]
        return rgb if last is None else last

    def _lose(self, word: str, spec: str, fault: Exception, tell: Callable[[str], None]) -> None:
        """Keep what was seen last, and tell of it once; it is to be opened anew."""
        if spec not in self._lost:
            name = f"dream.{word} = {spec}"
            why = reason(fault).removeprefix(f"{name}: ")
            tell(f"{name} cannot be seen any more ({why}); the show goes on, and it is tried again")
        reel, last = self._reels.pop(spec, None), self._lost.get(spec)
        if reel is not None:
            last = last if reel.seen is None else reel.seen
            with suppress(Exception):  # whatever it is, it is lost already
                reel.source.close()
        self._lost[spec] = last
        if len(self._lost) > MOST_OPEN:
            del self._lost[next(iter(self._lost))]

    def _reel(self, word: str, spec: str, first: int = 0) -> _Reel:
        reel = self._reels.pop(spec, None) or _Reel(_opened(word, spec), first)
        self._reels[spec] = reel  # the last one is the newest
        if len(self._reels) > MOST_OPEN:
            self._forget(next(iter(self._reels)))
        return reel

    def _forget(self, spec: str) -> None:
        """Close what was looked at longest ago, with what was made of it."""
        with suppress(Exception):  # nobody needs it any more
            self._reels.pop(spec).source.close()
        self._squares = {name: square for name, square in self._squares.items() if name[1] != spec}

    def _square(self, name: tuple[Picture, str], rgb: Rgb, scale: float) -> Image:
        """Make the square; a picture that stays is made once."""
        seen, its_scale, image = self._squares.get(name, (None, 0.0, None))
        if image is None or seen is not rgb or its_scale != scale:
            image = fit_square(rgb, PICTURE_PX, scale)
            self._squares[name] = rgb, scale, image
        return image


class _Reel:
    """An open source and where it stands; first: the number of the frame that sees its first picture."""

    def __init__(self, source: Source, first: int) -> None:
        self.source = source
        self._stop = threading.Event()
        self.seen: Rgb | None = None
        self._number = first - 1

    def rgb(self, number: int) -> Rgb:
        """Return the picture of a number, or the current one if that has gone by."""
        while self.seen is None or self._number < number:
            frame = self.source.read(self._stop)
            if frame is None:
                raise InputError(
                    f"{self.source.info.name} has no more pictures; choose another guide or style"
                )
            self.seen, self._number = frame.rgb, self._number + 1
        return self.seen


def _opened(word: str, spec: str) -> Source:
    """Open a picture, a clip or the clouds. Raises InputError."""
    waits = InputError(
        f"dream.{word} = {spec} would keep the show waiting; use a picture, a clip, or {ITSELF}: the "
        "frame being dreamed"
    )
    if is_device(spec):
        raise waits
    try:
        source = open_source(spec, fps=30.0, size_wh=(640, 360), loop=True, clock=SystemClock())
    except InputError as fault:
        raise InputError(f"dream.{word} = {spec}: {fault}") from fault
    if source.info.is_device:
        source.close()
        raise waits
    return source
