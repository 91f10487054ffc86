"""What the show says of itself, as one value that a window or a terminal can print."""

from __future__ import annotations

from dataclasses import dataclass, field

from livedream.engines.progress import Progress
from livedream.health import Health
from livedream.runtime.panic import PanicMode
from livedream.sinks.sink import FlashLimit


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds that half, 95 % and 99 % of the frames stay below."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


@dataclass(frozen=True, slots=True)
class OutletStatus:
    """How a switch for a place where the picture goes stands.

    command: what its switch asks for. running_s: for how long it has taken frames. missed: frames that it was
    too slow for.
    """

    command: str
    label: str
    health: Health = Health("off")
    running_s: float = 0.0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """A snapshot of the running session.

    fps: dreamed frames a second over the last two seconds. source_fps: likewise, captured.
    latency_ms: from capture to the finished frame. dropped: frames captured but never dreamed.
    engine: the one that really runs; building: the one on its way, "" if none. preparing: how many are still
    to be made ahead.
    progress: how far the one on its way is. preset: the one whose dream is seen; armed: the one that was
    asked for and comes when its engine is ready, "" if none.
    left_s: how long the preset is still shown; None: until a hand changes it. attract: past frames are
    shown, as nothing moves. motion_px: mean motion of the camera's picture, None before it is known;
    floor_px: the motion below which it stands. source_wh, working_wh, output_wh: pixels; finer: how many
    times more of them the dream has than what its forms are sized by.
    source_is_device: frames come from a camera or a stream.
    sinks: name -> health.
    opening: the source that is being opened, "" if none is; refused: why the last one did not open.
    outlets: the switches of this system. panic: what goes out in place of the dream. mirrored: what goes out
    is. flash_limit: what is kept from flashing; dampening: it would have flashed just now.
    audio_offset_ms: by how much sound has to be delayed to fit a camera's picture; None while it is unknown.
    notices: the last few sentences told.
    """

    running: bool = False
    fps: float = 0.0
    source_fps: float = 0.0
    latency_ms: Percentiles = Percentiles()
    frames: int = 0
    dropped: int = 0
    engine: str = ""
    building: str = ""
    preparing: int = 0
    progress: Progress | None = None
    preset: str = ""
    armed: str = ""
    left_s: float | None = None
    attract: bool = False
    motion_px: float | None = None
    floor_px: float = 0.0
    source: str = ""
    source_health: Health = Health("off")
    source_wh: tuple[int, int] = (0, 0)
    source_is_device: bool = False
    working_wh: tuple[int, int] = (0, 0)
    finer: float = 1.0
    output_wh: tuple[int, int] = (0, 0)
    opening: str = ""
    refused: str = ""
    panic: PanicMode = ""
    mirrored: bool = False
    flash_limit: FlashLimit = "live"
    dampening: bool = False
    audio_offset_ms: float | None = None
    outlets: tuple[OutletStatus, ...] = ()
    sinks: dict[str, Health] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
