"""How a session runs."""

from __future__ import annotations

from dataclasses import dataclass

from livedream.engines.maker import Choice
from livedream.sinks.sink import FlashLimit
from livedream.sources.source import SourceInfo


@dataclass(frozen=True, slots=True)
class Plan:
    """How a session runs.

    output_wh: size of the frames that go out. fps: their rate, and the rate that is held.
    engine: "auto" or one engine's name. paced: at the source's own pace, frames dropped when late;
    else as fast as it goes, none dropped. governed: the working size may be lowered to hold `fps`.
    attract_s: how long the camera stands still before past frames are shown; None: never. fade_s: in which
    another preset takes the place of the one before. preset: its name, for people. mirror_output: all that
    goes out. flash_limit: what is kept from flashing. replay: the last ten seconds are kept.
    engine_required: that its first engine cannot be built ends it; else it goes on without a dream for now.
    """

    preset: str = ""
    output_wh: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    engine: Choice = "auto"
    paced: bool = True
    governed: bool = True
    attract_s: float | None = None
    fade_s: float = 0.5
    mirror_output: bool = False
    flash_limit: FlashLimit = "live"
    replay: bool = False
    engine_required: bool = False

    def rate_of(self, source: SourceInfo) -> float:
        """Return the rate that is held: a clip has no more frames; what a camera says is not relied upon."""
        return self.fps if source.is_device else min(self.fps, source.fps)
