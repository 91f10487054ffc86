"""What the heads-up display says: a status turned into figures and lines; knows no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from livedream.health import Health, State
from livedream.runtime.status import Status

Tone = Literal["plain", "dim", "accent", "good", "warn", "bad"]

TONE_OF: dict[State, Tone] = {
    "off": "dim",
    "starting": "warn",
    "live": "good",
    "stale": "warn",
    "failed": "bad",
}
NOTICES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts."""

    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A named value."""

    label: str
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Device:
    """A source or a sink: how it is, what it says, what to do about it."""

    name: str
    text: str
    state: State
    remedy: str = ""

    @property
    def troubled(self) -> bool:
        """Return whether it should deliver but does not."""
        return self.state in ("failed", "stale")


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that was told."""

    text: str


Line = Setting | Device | Notice


@dataclass(frozen=True, slots=True)
class Hud:
    """All that the heads-up display says, the most urgent line first."""

    figures: tuple[Figure, ...]
    lines: tuple[Line, ...]


def hud_of(status: Status, extra: tuple[Setting, ...] = ()) -> Hud:
    """Build the HUD's figures and lines from the status; `extra` follows its settings."""
    return Hud(
        figures=_figures(status),
        lines=(*problems(status), *_settings(status), *extra, *_well(status), *_notices(status)),
    )


def problems(status: Status) -> tuple[Device, ...]:
    """Name the sources and sinks that do not deliver, the worst first."""
    troubled = [device for device in devices(status) if device.troubled]
    return tuple(sorted(troubled, key=lambda device: device.state != "failed"))


def _figures(status: Status) -> tuple[Figure, ...]:
    latency = status.latency_ms
    return (
        Figure(f"{status.fps:.1f}", "fps"),
        Figure(f"{latency.p50:.0f}", "ms p50"),
        Figure(f"{latency.p95:.0f}", "ms p95"),
        Figure(str(status.dropped), "dropped"),
    )


def _settings(status: Status) -> tuple[Setting, ...]:
    settings = (
        Setting("preset", _preset(status)),
        Setting("attract", "past frames, until something moves" if status.attract else "", "accent"),
        Setting("engine", status.engine),
        Setting("building", status.building, "accent"),
        Setting("size", _sizes(status)),
        Setting("motion", _motion(status)),
        Setting("flashes", _flashes(status), "warn" if status.flash_limit == "off" else "accent"),
        Setting("output", "mirrored" if status.mirrored else "", "accent"),
        Setting("OBS audio offset", _offset(status)),
    )
    return tuple(setting for setting in settings if setting.text)


def _preset(status: Status) -> str:
    preset = f"{status.preset}, then {status.armed}" if status.armed else status.preset
    if not preset or status.left_s is None or status.armed:
        return preset
    return f"{preset}, the next one in {math.ceil(status.left_s)} s"


def _motion(status: Status) -> str:
    if status.motion_px is None:
        return ""
    return f"{status.motion_px:.2f} px, still below {status.floor_px:.3g}"


def _flashes(status: Status) -> str:
    if status.flash_limit == "off":
        return "not limited"
    return "dampened" if status.dampening else ""


def _offset(status: Status) -> str:
    return "" if status.audio_offset_ms is None else f"{status.audio_offset_ms:.0f} ms"


def _sizes(status: Status) -> str:
    sizes = (status.working_wh, status.output_wh)
    named = [f"{w}\N{MULTIPLICATION SIGN}{h}" for w, h in sizes if w and h]
    if status.finer > 1 and all(status.working_wh):
        named[0] += f" ({status.finer:.2g} times finer)"
    return " \N{RIGHTWARDS ARROW} ".join(named)


def devices(status: Status) -> list[Device]:
    """Name the source, then one that did not open, then the sinks, each with its health."""
    source = _device(status.source or "source", status.source_health, f"{status.source_fps:.1f} fps")
    refused = [_device("another source", Health("failed", status.refused))] if status.refused else []
    return [source, *refused, *(_device(name, health) for name, health in status.sinks.items())]


def _well(status: Status) -> tuple[Device, ...]:
    return tuple(device for device in devices(status) if not device.troubled)


def _device(name: str, health: Health, rate: str = "") -> Device:
    parts = (rate if health.ok else "", health.message)
    text = ", ".join(part for part in parts if part)
    return Device(name, text or health.state, health.state, health.remedy)


def _notices(status: Status) -> tuple[Notice, ...]:
    # How to mend something follows in further lines; it is shown with the device itself.
    return tuple(Notice(text.partition("\n")[0]) for text in status.notices[-NOTICES_SHOWN:])
