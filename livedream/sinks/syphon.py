"""Share the show with other programs on macOS by Syphon."""

from __future__ import annotations

import contextlib
from typing import Any

import cv2

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.imaging import letterbox
from livedream.sinks.library import library

REMEDY = "Syphon needs a Mac with Metal and a login session at its screen."


class Syphon:
    """Share frames of a constant size under a name; whoever writes keeps the time."""

    kind, is_live = "syphon", True
    retry_s: float | None = 5.0
    waits_for_dream = False

    def __init__(self, server: str) -> None:
        """Note under which name other programs are to find it."""
        self.name = f"Syphon {server}"
        self.server = server
        self._size_wh = (0, 0)
        self._open: Any = None
        self._texture: Any = None

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start to share; return a few words. Raises SinkError with the reason and the remedy."""
        self.close()
        syphon = library("syphon", "Syphon", "syphon")
        raw = library("syphon.utils.raw", "Syphon", "syphon")
        try:
            server = syphon.SyphonMetalServer(self.server)
            # Its pixel format, if none is named, is RGBA with 8 bits each.
            self._texture = raw.create_mtl_texture(server.device, *size_wh)
        except Exception as error:
            raise SinkError(f"{self.name} cannot start ({error}).", REMEDY) from error
        self._open, self._size_wh = server, size_wh
        return f"{self.server} at {size_wh[0]}x{size_wh[1]}, {fps:g} fps"

    def write(self, rgb: Rgb, time_s: float) -> None:  # noqa: ARG002  (it goes out now)
        """Share one frame, at once. Raises SinkError if it cannot."""
        if self._open is None:
            raise SinkError(f"{self.name} is not open; start it first.")
        rgba = cv2.cvtColor(letterbox(rgb, self._size_wh), cv2.COLOR_RGB2RGBA)
        copy = library("syphon.utils.numpy", "Syphon", "syphon").copy_image_to_mtl_texture
        try:
            copy(rgba, self._texture)
            self._open.publish_frame_texture(self._texture)
        except Exception as error:
            raise SinkError(f"{self.name} has stopped ({error}).", REMEDY) from error

    def close(self) -> None:
        """End the server."""
        server, self._open, self._texture = self._open, None, None
        if server is not None:
            with contextlib.suppress(Exception):
                server.stop()
