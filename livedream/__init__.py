"""Point a webcam at the world and watch it dream, at frame rate.

What is offered here is loaded when it is first used: importing livedream itself loads neither torch nor
OpenCV, OpenVINO or Qt.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from livedream.version import __version__ as __version__

if TYPE_CHECKING:
    from livedream.api import dream_frames, dream_image
    from livedream.errors import EngineError, InputError, LivedreamError, SinkError, SourceError
    from livedream.pipeline import DreamPipeline
    from livedream.presets import load as load_preset
    from livedream.runtime.playlist_loading import load_playlist
    from livedream.runtime.session import LiveSession
    from livedream.settings import Settings
    from livedream.sinks.sink_spec import open_sink
    from livedream.sources.source_spec import open_source

__all__ = [
    "DreamPipeline",
    "EngineError",
    "InputError",
    "LiveSession",
    "LivedreamError",
    "Settings",
    "SinkError",
    "SourceError",
    "dream_frames",
    "dream_image",
    "load_playlist",
    "load_preset",
    "open_sink",
    "open_source",
]

_HOMES = {
    "DreamPipeline": "livedream.pipeline",
    "EngineError": "livedream.errors",
    "InputError": "livedream.errors",
    "LiveSession": "livedream.runtime.session",
    "LivedreamError": "livedream.errors",
    "Settings": "livedream.settings",
    "SinkError": "livedream.errors",
    "SourceError": "livedream.errors",
    "dream_frames": "livedream.api",
    "dream_image": "livedream.api",
    "load_playlist": "livedream.runtime.playlist_loading",
    "load_preset": "livedream.presets:load",
    "open_sink": "livedream.sinks.sink_spec",
    "open_source": "livedream.sources.source_spec",
}
"""The module that each name comes from, and what it is called there if that is something else."""


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'livedream' has no attribute {name!r}")
    module, _, there = _HOMES[name].partition(":")
    return getattr(import_module(module), there or name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
