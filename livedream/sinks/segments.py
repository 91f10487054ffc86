"""Where the frames of an unfinished film lie: in parts, each whole once it is closed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import cv2

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks.h264 import PATIENT
from livedream.sinks.image_file import encoded
from livedream.sinks.movie import Movie, WholeFile
from livedream.sinks.recorder import why_stopped
from livedream.whole_file import finished_or_gone, unfinished


class Segments(Protocol):
    """Takes frames in parts; a part that was not closed is written anew.

    part_frames: of each part but the last. Parts do not depend on one another, so that a film is the
    same wherever its rendering was interrupted.
    """

    part_frames: int

    def begin(self, first: int) -> None:
        """Start the part whose first frame is `first` (a multiple of part_frames). Raises SinkError."""
        ...

    def add(self, rgb: Rgb) -> None:
        """Take the next frame. Raises SinkError."""
        ...

    def end(self) -> None:
        """Close the part, which from now on is whole. Raises SinkError."""
        ...

    def abandon(self) -> None:
        """Discard the open part; never raises."""
        ...


class FilmSegments:
    """Parts of one second of H.264, each with an encoder of its own."""

    def __init__(self, folder: Path, size_wh: tuple[int, int], rate: Fraction) -> None:
        """Prepare for frames of `size_wh` (even pixels), `rate` a second, in a folder that is there."""
        self.folder, self.part_frames = folder, max(1, int(rate))
        self._size_wh, self._rate = size_wh, rate
        self._movie: Movie | None = None
        self._count = 0
        self._file = folder
        self._mark = _own_mark()

    def begin(self, first: int) -> None:
        """Start a part. Raises SinkError."""
        self._file, self._count = part_file(self.folder, first // self.part_frames), 0
        with told(self._file):
            raw = self._open_file.open("wb", buffering=0)
            self._movie = Movie(WholeFile(raw), ".mkv", self._size_wh, self._rate, PATIENT)

    def add(self, rgb: Rgb) -> None:
        """Encode the next frame. Raises SinkError."""
        assert self._movie is not None
        with told(self._file):
            self._movie.add(rgb, self._count)
        self._count += 1

    def end(self) -> None:
        """Close the part. Raises SinkError."""
        assert self._movie is not None
        movie, self._movie = self._movie, None
        with told(self._file):
            movie.finish()
            to_disk(self._open_file)
            self._open_file.replace(self._file)

    def abandon(self) -> None:
        """Discard the open part."""
        movie, self._movie = self._movie, None
        if movie is not None:
            with suppress(Exception):  # who abandons it has a fault of its own to tell
                movie.finish()
            with suppress(OSError):
                self._open_file.unlink()

    @property
    def _open_file(self) -> Path:
        return unfinished(_marked(self._file, self._mark))

    def parts(self, frames: int) -> list[Path]:
        """List the files that hold the first `frames` frames."""
        return [part_file(self.folder, number) for number in range(-(-frames // self.part_frames))]


class PictureSegments:
    """A file for each frame, written as a whole or not at all."""

    part_frames = 1

    def __init__(self, folder: Path, pattern: str) -> None:
        """Prepare for files such as frame_%05d.png, counted from 1, in a folder that is there."""
        self.folder, self.pattern = folder, pattern
        self._file = folder
        self._mark = _own_mark()

    def begin(self, first: int) -> None:
        """Start a part."""
        self._file = self.file(first)

    def add(self, rgb: Rgb) -> None:
        """Write the frame. Raises SinkError."""
        with told(self._file), finished_or_gone(_marked(self._file, self._mark)) as open_file:
            open_file.write_bytes(encoded(rgb, self._file.suffix))
            to_disk(open_file)
            open_file.replace(self._file)

    def end(self) -> None:
        """Close the part, which is whole already."""

    def abandon(self) -> None:
        """Do nothing: no part stays open."""

    def file(self, index: int) -> Path:
        """Name the file of frame `index` (>= 0)."""
        return self.folder / (self.pattern % (index + 1))

    def files(self, frames: int) -> list[Path]:
        """List the files of the first `frames` frames."""
        return [self.file(index) for index in range(frames)]


def _own_mark() -> str:
    """Make a mark for what is open: a task that was given up may still be writing the same part elsewhere."""
    return secrets.token_hex(4)


def _marked(file: Path, mark: str) -> Path:
    return file.with_name(f"{file.name}.{mark}")


def part_file(folder: Path, number: int) -> Path:
    """Name the file of a part of a film."""
    return folder / f"part-{number:06d}.mkv"


def to_disk(file: Path) -> None:
    """Wait until a file would outlive a power cut. Raises OSError."""
    with file.open("r+b") as open_file:
        os.fsync(open_file.fileno())


@contextmanager
def told(file: Path) -> Iterator[None]:
    """Turn what a disk or an encoder raises into a SinkError that names the file."""
    try:
        yield
    except (OSError, av.FFmpegError, cv2.error) as error:
        reason, _ = why_stopped(error)
        raise SinkError(f"{file} cannot be written because {reason}") from error
