"""Share the show with other programs on Windows by Spout."""

from __future__ import annotations

import contextlib
from typing import Any

import cv2

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.imaging import letterbox
from livedream.sinks.library import library

REMEDY = "Update the driver of the graphics card; Spout needs one that shares textures between programs."


class Spout:
    """Share frames of a constant size under a name; whoever writes keeps the time."""

    kind, is_live = "spout", True
    retry_s: float | None = 5.0
    waits_for_dream = False

    def __init__(self, sender: str) -> None:
        """Note under which name other programs are to find it."""
        self.name = f"Spout {sender}"
        self.sender = sender
        self._size_wh = (0, 0)
        self._rgba_code = 0
        self._open: Any = None

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start to share; return a few words. Raises SinkError with the reason and the remedy."""
        self.close()
        spout = library("SpoutGL", "Spout", "spout")
        sender = spout.SpoutSender()
        # A context of its own, which belongs to this thread: there is none outside of Qt.
        if not sender.createOpenGL():
            raise SinkError(f"{self.name} cannot start: OpenGL does not.", REMEDY)
        sender.setSenderName(self.sender)
        self._open, self._size_wh, self._rgba_code = sender, size_wh, spout.enums.GL_RGBA
        return f"{self.sender} at {size_wh[0]}x{size_wh[1]}, {fps:g} fps"

    def write(self, rgb: Rgb, time_s: float) -> None:  # noqa: ARG002  (it goes out now)
        """Share one frame, at once. Raises SinkError if it cannot."""
        if self._open is None:
            raise SinkError(f"{self.name} is not open; start it first.")
        rgba = cv2.cvtColor(letterbox(rgb, self._size_wh), cv2.COLOR_RGB2RGBA)
        try:
            sent = self._open.sendImage(rgba, *self._size_wh, self._rgba_code, False, 0)
        except Exception as error:
            raise SinkError(f"{self.name} has stopped ({error}).", REMEDY) from error
        if not sent:
            raise SinkError(f"{self.name} takes no frames.", REMEDY)
        self._open.setFrameSync(self.sender)

    def close(self) -> None:
        """Release the name and the context."""
        sender, self._open = self._open, None
        if sender is not None:
            with contextlib.suppress(Exception):
                sender.releaseSender()
                sender.closeOpenGL()
