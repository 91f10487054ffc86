"""Send the show over the network by NDI."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import cv2

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.imaging import letterbox
from livedream.sinks.library import library

REMEDY = (
    "Let this program through the firewall (TCP 5960 and up, UDP 5353), and choose a name that no other "
    "sender has: --sink ndi:NAME"
)


class Ndi:
    """Send frames of a constant size under a name; whoever writes keeps the time."""

    kind, is_live = "ndi", True
    retry_s: float | None = 5.0
    waits_for_dream = False

    def __init__(self, sender: str) -> None:
        """Note under which name other programs are to find it."""
        self.name = f"NDI {sender}"
        self.sender = sender
        self._size_wh = (0, 0)
        self._open: Any = None

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start to send; return a few words. Raises SinkError with the reason and the remedy."""
        self.close()
        frames = library("cyndilib.video_frame", "NDI", "ndi")
        senders = library("cyndilib.sender", "NDI", "ndi")
        codes = library("cyndilib.wrapper.ndi_structs", "NDI", "ndi")
        try:
            frame = frames.VideoSendFrame()
            frame.set_resolution(*size_wh)
            frame.set_fourcc(codes.FourCC.RGBX)
            frame.set_frame_rate(Fraction(fps).limit_denominator(1001))
            # No clock of its own: whoever writes keeps the time.
            sender = senders.Sender(self.sender, clock_video=False)
            sender.set_video_frame(frame)
            sender.open()
        except Exception as error:
            raise SinkError(f"{self.name} cannot start ({error}).", REMEDY) from error
        self._open, self._size_wh = sender, size_wh
        return f"{self.sender} at {size_wh[0]}x{size_wh[1]}, {fps:g} fps"

    def write(self, rgb: Rgb, time_s: float) -> None:  # noqa: ARG002  (it goes out now)
        """Send one frame, at once. Raises SinkError if it cannot."""
        if self._open is None:
            raise SinkError(f"{self.name} is not open; start it first.")
        rgbx = cv2.cvtColor(letterbox(rgb, self._size_wh), cv2.COLOR_RGB2RGBA)
        try:
            sent = self._open.write_video(rgbx.reshape(-1))
        except Exception as error:
            raise SinkError(f"{self.name} has stopped ({error}).", REMEDY) from error
        if not sent:
            raise SinkError(f"{self.name} has stopped: its sender is closed.", REMEDY)

    def close(self) -> None:
        """End the sender."""
        sender, self._open = self._open, None
        if sender is not None:
            with contextlib.suppress(Exception):
                sender.close()
