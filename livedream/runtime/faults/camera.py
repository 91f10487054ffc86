"""A camera that fails when it is told to: the pictures of any source, through all that a real one passes."""

from __future__ import annotations

import threading
from contextlib import suppress
from fractions import Fraction

import av
import cv2
import numpy as np

from livedream.clock import Clock
from livedream.errors import SourceError
from livedream.frame import Rgb
from livedream.runtime.faults.injector import Injector
from livedream.sources.camera import Camera
from livedream.sources.capture import NO_PICTURE, Opened, Picture
from livedream.sources.source import Source

SLOW_FPS = 3.0
"""What a slow camera sends."""

KEY_FRAMES = 30
"""Of so many coded pictures one is whole; the others are predicted from those before."""

FORMATS = (cv2.COLOR_RGB2GRAY, cv2.COLOR_RGB2YUV_YUY2, cv2.COLOR_RGB2BGRA)
"""What a camera that changes its format sends in turn, before pictures of 16 bits."""


class FaultyCamera(Camera):
    """Shows a source as a camera would send it; closes it, too."""

    def __init__(self, source: Source, injector: Injector, clock: Clock) -> None:
        """Open it."""
        self._shown = source
        device = FaultyDevice(source, injector, clock)
        super().__init__(lambda: FaultyCapture(device, injector), fps=source.info.fps, clock=clock)

    def close(self) -> None:
        """Close it, and the source."""
        super().close()
        self._shown.close()


class FaultyDevice:
    """What all uses of one camera share: its source, read by one at a time, and the faults."""

    def __init__(self, source: Source, injector: Injector, clock: Clock) -> None:
        self._source, self._injector, self._clock = source, injector, clock
        self._reading, self._never = threading.Lock(), threading.Event()
        self._due_s = clock.now_s()
        self._count = 0
        self._last = NO_PICTURE

    def open(self) -> Opened:
        """Open it; raises SourceError while it is unplugged."""
        for name in ("camera-frozen", "camera-hangs", "camera-odd-format", "corrupt-packets"):
            self._injector.meets(name)
        if self._injector.meets("camera-unplugged"):
            raise SourceError("the camera is not connected: plug it in.")
        return Opened("test camera", self._source.info.fps)

    def read(self) -> tuple[bool, Picture]:
        """Return the next picture when it is due, or fail."""
        injector = self._injector
        if injector.is_on("camera-unplugged"):
            raise SourceError("it was unplugged.")
        injector.wait_out("camera-hangs")
        with self._reading:
            self._wait(SLOW_FPS if injector.is_on("camera-slow") else self._source.info.fps)
            if injector.is_on("camera-frozen"):
                return True, self._last.copy()
            frame = self._source.read(self._never)
            if frame is None:
                raise SourceError("the source has ended.")
            self._count += 1
            self._last = self._as_sent(frame.rgb)
            return True, self._last

    def _wait(self, fps: float) -> None:
        """Wait until a picture is due."""
        now_s = self._clock.now_s()
        self._due_s = min(max(self._due_s + 1 / fps, now_s), now_s + 1 / fps)
        self._clock.wait(self._never, self._due_s - now_s)

    def _as_sent(self, rgb: Rgb) -> Picture:
        """Return a picture as the camera sends it now."""
        if self._injector.is_on("camera-size"):
            rgb = np.ascontiguousarray(rgb[:, : rgb.shape[1] * 3 // 4 // 2 * 2])
        bgr: Picture = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        if self._injector.is_on("camera-odd-format"):
            return np.repeat(bgr[..., :1], 5, axis=2)
        if not self._injector.is_on("camera-format"):
            return bgr
        turn = self._count % (len(FORMATS) + 1)
        return cv2.cvtColor(rgb, FORMATS[turn]) if turn < len(FORMATS) else bgr.astype(np.uint16) << 8


class FaultyCapture:
    """One use of a faulty device, whose packets may be damaged on their way."""

    def __init__(self, device: FaultyDevice, injector: Injector) -> None:
        self._device, self._injector = device, injector
        self._link: _Link | None = None

    def open(self) -> Opened:
        """Open the device. Raises SourceError."""
        return self._device.open()

    def read(self) -> tuple[bool, Picture]:
        """Wait for its next picture; what cannot be decoded is left out. Raises SourceError."""
        arrived, picture = self._device.read()
        is_damaged = self._injector.is_on("corrupt-packets")
        if is_damaged or self._link is not None:
            self._link = self._link or _Link(picture)
            picture = self._link.passed(picture, is_damaged=is_damaged)
            if self._link.is_over:
                self._link = None
        return arrived and bool(picture.size), picture

    def release(self) -> None:
        """Do nothing: nothing is held."""


class _Link:
    """An encoder and a decoder, from the first damaged packet until it has been well for two seconds."""

    def __init__(self, bgr: Picture) -> None:
        self._encoder = _encoder(bgr)
        decoder = av.CodecContext.create("mpeg4", "r")
        assert isinstance(decoder, av.VideoCodecContext)
        self._decoder, self._well = decoder, 0

    @property
    def is_over(self) -> bool:
        """Return whether it is needed no more: by now a key frame has come through."""
        return self._well >= 2 * KEY_FRAMES

    def passed(self, bgr: Picture, *, is_damaged: bool) -> Picture:
        """Return the picture as it arrives; NO_PICTURE if it cannot be decoded."""
        self._well = 0 if is_damaged else self._well + 1
        decoded: list[av.VideoFrame] = []
        for packet in self._encoder.encode(
            av.VideoFrame.from_ndarray(bgr, "bgr24").reformat(format="yuv420p")
        ):
            sent = np.frombuffer(bytes(packet), np.uint8)
            arriving = ~sent if is_damaged else sent
            with suppress(av.FFmpegError):
                decoded += self._decoder.decode(av.Packet(arriving.tobytes()))
        return decoded[-1].to_ndarray(format="bgr24") if decoded else NO_PICTURE


def _encoder(bgr: Picture) -> av.VideoCodecContext:
    """Return an encoder of predicted frames for pictures like this one, with a key frame a second."""
    encoder = av.CodecContext.create("mpeg4", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = bgr.shape[:2]
    encoder.pix_fmt, encoder.time_base, encoder.gop_size = "yuv420p", Fraction(1, 30), KEY_FRAMES
    encoder.bit_rate = 8 * bgr.size
    return encoder
