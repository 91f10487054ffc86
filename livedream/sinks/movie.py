"""A film file that can be played up to the last half second whenever its writing ends."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av

from livedream.frame import Rgb
from livedream.imaging import letterbox
from livedream.sinks.h264 import Encoder, add_stream, to_yuv

# Hybrid: in fragments while it grows, so that a killed process leaves a film; on closing it becomes
# an ordinary film, which editors prefer. A fragment each half second, a cluster likewise in Matroska.
_IN_FRAGMENTS = {
    "movflags": "hybrid_fragmented+empty_moov+default_base_moof+frag_keyframe",
    "frag_duration": "500000",
}
_MUXERS = {
    ".mp4": ("mp4", _IN_FRAGMENTS),
    ".mov": ("mov", _IN_FRAGMENTS),
    ".mkv": ("matroska", {"cluster_time_limit": "500"}),
}
_BUFFER = 1 << 20  # bytes: a fragment in a few writes
SUFFIXES = tuple(_MUXERS)
"""The kinds of film that can be written."""


class Movie:
    """An open film: frames go in, packets go to the disk.

    size_wh: even pixels. encoder: the one in use. kept_s: seconds of film that are on the disk.
    """

    def __init__(
        self,
        file: WholeFile,
        suffix: str,
        size_wh: tuple[int, int],
        rate: Fraction,
        encoders: Sequence[Encoder],
    ) -> None:
        """Write the header of a film with `rate` frames a second; the file is the movie's to close.

        suffix: one of SUFFIXES. encoders: to be tried. Raises OSError if the disk fails, SinkError if no
        encoder starts.
        """
        self.size_wh, self.rate, self.kept_s = size_wh, rate, 0.0
        self._file = file
        self._looked_s = 0
        muxer, options = _MUXERS[suffix]
        self._container = av.open(file, "w", muxer, container_options=options, buffer_size=_BUFFER)
        try:
            self._stream = add_stream(self._container, size_wh, rate, encoders)
            self._container.start_encoding()
            file.mark_whole()
        except BaseException:
            self._close()
            raise
        self.encoder = self._stream.codec_context.name

    @property
    def begun(self) -> bool:
        """Return whether its file was created, with the first picture."""
        return self._file.begun

    def add(self, rgb: Rgb, index: int) -> None:
        """Encode a picture of any size, due `index` frame intervals after the start (increasing).

        Raises OSError if the disk fails, av.FFmpegError if the encoder does.
        """
        self._file.begin()
        self._check_linked(index)
        frame = to_yuv(letterbox(rgb, self.size_wh))
        frame.pts, frame.time_base = index, 1 / self.rate
        self._mux(frame)

    def finish(self) -> None:
        """Write what is still in the encoder and the trailer, and close the file in any case.

        Raises as `add` does.
        """
        try:
            self._file.check()
            self._mux(None)
        finally:
            self._close()
        self._file.check()

    def _check_linked(self, index: int) -> None:
        """Look, once a second, whether the file is still there."""
        second = int(index / self.rate)
        if second > self._looked_s:
            self._looked_s = second
            self._file.check_linked()

    def _mux(self, frame: av.VideoFrame | None) -> None:
        """Hand the packets of a frame to the muxer; None: those that the encoder still holds."""
        for packet in self._stream.encode(frame):
            written = self._file.written
            self._container.mux(packet)
            self._file.mark_whole()
            # The muxer writes before it takes a packet: all that came before this one is there.
            if self._file.written > written and packet.pts is not None:
                self.kept_s = float(packet.pts * (packet.time_base or 1 / self.rate))

    def _close(self) -> None:
        """Close the container, which writes the trailer, then the file, which keeps what failed."""
        try:
            with contextlib.suppress(OSError, av.FFmpegError):
                self._container.close()
        finally:
            self._file.close()


class WholeFile:
    """A file that is a whole film at every moment, whatever fails and whenever.

    From the first failure on it takes nothing more, and is cut back to where it was whole: a film
    bears neither a hole nor the beginning of a fragment at its end. The muxer is not told of it,
    for it could only print it: whoever drives the muxer checks. What the muxer writes over, to
    turn the fragments into an ordinary film, waits until all the rest is on the disk.
    One that is made later holds what is written until it begins, and touches nothing on the disk.
    error: the first failure. written: bytes, without what was written over.
    """

    def __init__(self, raw: io.FileIO | None) -> None:
        """Take over a file that is open for writing and empty."""
        self._raw = raw
        self._make: Callable[[], io.FileIO] | None = None
        self._seekable = raw is None or raw.seekable()
        self._held = b""
        self._place = self._whole = 0
        self._patches: list[tuple[int, bytes]] = []
        self.error: OSError | None = None
        self.written = 0

    @classmethod
    def later(cls, make: Callable[[], io.FileIO], *, seekable: bool) -> WholeFile:
        """Note how to make the file, open for writing and empty, when it begins; seekable: no pipe."""
        file = cls(None)
        file._make, file._seekable = make, seekable
        return file

    @property
    def begun(self) -> bool:
        """Return whether the file was created."""
        return self._raw is not None

    def begin(self) -> None:
        """Make the file and write what was held, once. Raises OSError."""
        self.check()
        if self._make is not None:
            self._raw, self._make = self._make(), None
            self._whole = self.written = 0
            self._append(self._held)
            self.mark_whole()

    def check(self) -> None:
        """Raise the first failure, if there was one."""
        if self.error is not None:
            raise self.error

    def check_linked(self) -> None:
        """Raise FileNotFoundError if the file was removed: the system lets it be written for nothing."""
        # Some network file systems count no links at all, so the name is asked for as well.
        raw = self._raw
        if raw is not None and os.fstat(raw.fileno()).st_nlink == 0 and not Path(raw.name).exists():
            self.error = FileNotFoundError(errno.ENOENT, "the file was removed")
        self.check()

    def mark_whole(self) -> None:
        """Note that the film is whole up to here. Raises as `check` does."""
        self.check()
        self._whole = self.written

    def write(self, data: bytes) -> int:
        """Write all of `data` at the end, or keep it for `close` if it goes over what is there."""
        over = max(0, self.written - self._place)
        if over:
            self._patches.append((self._place, data[:over]))
        if self.error is None:
            self._append(data[over:])
        self._place += len(data)
        return len(data)

    def seekable(self) -> bool:
        """Return whether the position can be changed; it cannot in a pipe."""
        return self._seekable

    def tell(self) -> int:
        """Return the position, in bytes."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the place, in bytes."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.written}[whence]
        self._place = start + offset
        return self._place

    def close(self) -> None:
        """Apply the pending overwrites and close the file; a failure is in `error`."""
        raw = self._raw
        if raw is not None and not raw.closed:
            self._try(lambda: self._patch(raw))
            self._try(raw.close)

    def _append(self, data: bytes) -> None:
        """Write all of `data` at the end, or hold it; after a failure, cut the file back."""
        raw = self._raw
        if raw is None:
            self._held += data
        elif not self._try(lambda: _write_all(raw, data)):
            with contextlib.suppress(OSError):
                raw.truncate(self._whole)
            return
        self.written += len(data)

    def _patch(self, raw: io.FileIO) -> None:
        """Apply the pending overwrites, in the muxer's order. Raises OSError."""
        for place, data in self._patches if self.error is None else ():
            raw.seek(place)
            _write_all(raw, data)

    def _try(self, act: Callable[[], None]) -> bool:
        """Do something to the file, and note the first failure."""
        try:
            act()
        except OSError as error:
            self.error = self.error or error
        return self.error is None


def _write_all(raw: io.FileIO, data: bytes) -> None:
    """Write all of `data`, of which a plain file may take only a part at a time. Raises OSError."""
    left = memoryview(data)
    while left:
        count = raw.write(left)
        if not count:
            raise OSError(errno.EIO, "the file takes no more data")
        left = left[count:]
