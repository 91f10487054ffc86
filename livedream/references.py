"""The pictures that a dream looks at beside the frame: guide and style, opened as the settings name them."""

from __future__ import annotations

import threading
from collections.abc import Collection

from livedream.clock import SystemClock
from livedream.dream.inputs import PICTURE_PX
from livedream.dream.spec import Picture
from livedream.errors import InputError
from livedream.frame import Image, Rgb
from livedream.imaging import fit_square
from livedream.settings import DreamSettings
from livedream.sources import Source, open_source

ITSELF = "itself"
"""Names the frame that is dreamed."""


class References:
    """Gives guide and style for each frame; one thread's own.

    Of a clip each frame of the dream sees the next picture, from the first again at its end.
    """

    def __init__(self) -> None:
        self._reels: dict[str, _Reel] = {}
        self._squares: dict[tuple[Picture, str], tuple[Rgb, float, Image]] = {}

    def check(self, dream: DreamSettings) -> None:
        """Raise InputError or SourceError if what the settings name cannot be opened."""
        for word, spec in (("guide", dream.guide), ("style", dream.style)):
            if spec and spec != ITSELF:
                self._reel(word, spec).rgb(0)

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
        for reel in self._reels.values():
            reel.source.close()
        self._reels.clear()

    def _rgb(self, word: str, spec: str, rgb: Rgb, number: int) -> Rgb:
        # Until the engine without it is there, one that wanted it goes on.
        return rgb if spec in (ITSELF, "") else self._reel(word, spec).rgb(number)

    def _reel(self, word: str, spec: str) -> _Reel:
        if spec not in self._reels:
            self._reels[spec] = _Reel(_opened(word, spec))
        return self._reels[spec]

    def _square(self, name: tuple[Picture, str], rgb: Rgb, scale: float) -> Image:
        """Make the square; a picture that stays is made once."""
        seen, its_scale, image = self._squares.get(name, (None, 0.0, None))
        if image is None or seen is not rgb or its_scale != scale:
            image = fit_square(rgb, PICTURE_PX, scale)
            self._squares[name] = rgb, scale, image
        return image


class _Reel:
    """An open source and where it stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._stop = threading.Event()
        self._seen: Rgb | None = None
        self._number = -1

    def rgb(self, number: int) -> Rgb:
        """Return the picture of a number, or the current one if that has gone by."""
        while self._seen is None or self._number < number:
            frame = self.source.read(self._stop)
            if frame is None:
                raise InputError(
                    f"{self.source.info.name} has no more pictures; choose another guide or style"
                )
            self._seen, self._number = frame.rgb, self._number + 1
        return self._seen


def _opened(word: str, spec: str) -> Source:
    """Open a picture, a clip or the clouds. Raises InputError."""
    try:
        source = open_source(spec, fps=30.0, size_wh=(640, 360), loop=True, clock=SystemClock())
    except InputError as fault:
        raise InputError(f"dream.{word} = {spec}: {fault}") from fault
    if source.info.is_device:
        source.close()
        raise InputError(
            f"dream.{word} = {spec} would keep the show waiting; use a picture, a clip, or {ITSELF}: the "
            "frame being dreamed"
        )
    return source
