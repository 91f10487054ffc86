"""Where pictures lie and what is done to them there: in memory by OpenCV, or on a device by torch."""

from __future__ import annotations

from typing import Any

from livedream.canvas.canvas import Canvas
from livedream.canvas.memory_canvas import MemoryCanvas
from livedream.engines.engine import Engine

__all__ = ["canvas_for"]


def canvas_for(engine: Engine, present: Canvas[Any] | None = None) -> Canvas[Any]:
    """Choose the canvas that an engine works on: its device's own, or memory; `present` if that is it."""
    device = engine.device
    if device is None or device.type == "cpu":
        return present if isinstance(present, MemoryCanvas) else MemoryCanvas()
    from livedream.canvas.device import DeviceCanvas

    if isinstance(present, DeviceCanvas) and present.device == device:
        return present
    return DeviceCanvas(device)
