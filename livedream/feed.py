"""What a kernel is given for a frame besides the picture that it dreams."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from livedream.dream.inputs import PICTURE_PX, frame_inputs
from livedream.dream.spec import KernelSpec, Picture
from livedream.frame import Image, Rgb
from livedream.imaging import fit_square
from livedream.settings import DreamSettings


class LookUp(Protocol):
    """Gives the pictures that a dream looks at beside the frame."""

    def look_up(
        self, wanted: Collection[Picture], dream: DreamSettings, rgb: Rgb, number: int
    ) -> dict[Picture, Image]:
        """Return guide and style, as far as they are wanted, for a frame and its number."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Whose turn it is.

    number: of the dreamed frame, from 0. time_s: of the show. part: of the frame's turns that are over, 0..1.
    """

    rgb: Rgb
    number: int
    time_s: float
    part: float = 0.0


class Feed:
    """Gives kernels their inputs; keeps the picture that channels are ranked by.

    seed: of the jitter. references: where guide and style come from; settings without them need none.
    """

    def __init__(self, seed: int, references: LookUp | None) -> None:
        self._seed, self._references = seed, references
        self.ranking: Image | None = None

    def inputs(self, spec: KernelSpec, dream: DreamSettings, turn: Turn) -> list[NDArray[Any]]:
        """Return what a spec's kernel takes; the same seed and number draw the same jitter."""
        pictures = self._pictures(spec, dream, turn)
        return frame_inputs(spec, dream, self._seed, pictures, turn.time_s, turn.number + turn.part)

    def _pictures(self, spec: KernelSpec, dream: DreamSettings, turn: Turn) -> dict[Picture, Image]:
        pictures: dict[Picture, Image] = {}
        if {"guide", "style"} & set(spec.pictures):
            assert self._references is not None, "a guide or a style comes from references"
            pictures = self._references.look_up(spec.pictures, dream, turn.rgb, turn.number)
        if "rank" in spec.pictures:
            if self.ranking is None or dream.rank_by == "frame":
                self.ranking = fit_square(turn.rgb, PICTURE_PX)
            pictures["rank"] = self.ranking
        return pictures
