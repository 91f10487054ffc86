"""Record the show into a film file."""

from __future__ import annotations

import contextlib
import errno
import io
import tempfile
from fractions import Fraction
from pathlib import Path

import av

from livedream.errors import InputError, SinkError
from livedream.frame import Rgb
from livedream.sinks.h264 import ENCODERS
from livedream.sinks.movie import SUFFIXES, Movie, WholeFile
from livedream.sinks.sink import RECORDING

_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space or record to another disk"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or record to another disk"),
    errno.EFBIG: (
        "the file is too large for this disk's file system",
        "start another recording, or record to a disk formatted as exFAT, NTFS, APFS or ext4",
    ),
    errno.ENOENT: ("its file or folder was removed", "record again to a folder that stays"),
    errno.EEXIST: ("a file of that name now exists", "choose another name or ask to overwrite it"),
    errno.EROFS: ("the disk is write-protected", "record to another disk"),
    errno.EACCES: ("writing is not permitted there", "record to a folder that you can write to"),
}
_OTHER_DISK = "check the disk's connection or record to another disk"


class Recorder:
    """Record frames as H.264 at a constant rate; a skipped tick leaves the duration right.

    The file is made, or an older one given up, with the first frame: without one, nothing changes.

    path: ends in .mp4, .mov or .mkv. dropped: frames that came too early for a place of their own.
    failure: why the recording ended before its time, also when that came out only on closing.
    """

    kind, is_live = RECORDING, False
    retry_s: float | None = None
    waits_for_dream = True

    def __init__(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Note where to record; overwrite: an older file of that name is given up."""
        self.path = Path(path)
        self.name = f"recording {self.path.name}"
        self.dropped = 0
        self.failure: SinkError | None = None
        self._overwrite = overwrite
        self._last_pts = -1
        self._movie: Movie | None = None

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start the film; odd sizes get one black line. Say which encoder is at work.

        size_wh: pixels. fps: > 0. Raises SinkError with the reason and the way out.
        """
        self.close()
        self.dropped, self._last_pts, self.failure = 0, -1, None
        even_wh = (size_wh[0] + size_wh[0] % 2, size_wh[1] + size_wh[1] % 2)
        self._movie = self._start(even_wh, Fraction(fps).limit_denominator(1001))
        encoder = self._movie.encoder
        first = ENCODERS[0].name
        why = "" if encoder == first else f" because {first} does not start here"
        return f"H.264 by {encoder}{why}, {even_wh[0]}x{even_wh[1]} at {fps:g} fps"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Record one frame that is due `time_s` seconds after the first one.

        Raises SinkError if the disk or the encoder fails; what was recorded until then stays.
        """
        if self.failure is not None:
            raise self.failure
        if self._movie is None:
            raise SinkError(f"{self.path} is not being recorded; open the recording first.")
        pts = round(time_s * self._movie.rate)
        if pts <= self._last_pts:
            self.dropped += 1
            return
        self._record(self._movie, rgb, pts)

    def close(self) -> None:
        """Finish the film; never raises: `failure` holds a loss at the end."""
        movie, self._movie = self._movie, None
        if movie is None:
            return
        try:
            movie.finish()
        except (OSError, av.FFmpegError) as error:
            self.failure = self.failure or self._stopped(error, movie.kept_s)
        if movie.begun:
            self._remove_empty()

    def _start(self, size_wh: tuple[int, int], rate: Fraction) -> Movie:
        """Check the place and start the encoder; nothing is changed on the disk."""
        try:
            check_recording(self.path, self._overwrite)
            return Movie(self._file(), self.path.suffix.lower(), size_wh, rate, ENCODERS)
        except InputError as error:
            raise SinkError(str(error)) from error
        except (OSError, av.FFmpegError) as error:
            raise self._stopped(error, 0.0) from error

    def _file(self) -> WholeFile:
        """Return a file that is created when needed, unbuffered, so that each failure shows at once."""
        special = self.path.exists() and not self.path.is_file()
        return WholeFile.later(lambda: open_raw(self.path, self._overwrite), seekable=not special)

    def _remove_empty(self) -> None:
        """Remove the file of a film of which nothing could be written; a device or a pipe stays."""
        with contextlib.suppress(OSError):
            if self.path.is_file() and not self.path.stat().st_size:
                self.path.unlink()

    def _record(self, movie: Movie, rgb: Rgb, pts: int) -> None:
        """Encode and write one frame; from a failure on, the recording is over."""
        try:
            movie.add(rgb, pts)
        except (OSError, av.FFmpegError) as error:
            self.failure = self._stopped(error, movie.kept_s)
            raise self.failure from error
        self._last_pts = pts

    def _stopped(self, error: Exception, kept_s: float) -> SinkError:
        """Build the error that says what happened, what is kept and what to do."""
        reason, way_out = why_stopped(error)
        any_kept = kept_s > 0 and getattr(error, "errno", None) != errno.ENOENT
        kept = f"the first {kept_s:.1f} s are kept in it" if any_kept else "nothing is kept"
        return SinkError(f"The recording {self.path} has stopped because {reason}; {kept}; {way_out}.")


def why_stopped(error: Exception) -> tuple[str, str]:
    """Return why a file cannot be written any further, to follow "because", and what to do about it."""
    code = error.errno if isinstance(error, OSError) else None
    return _REASONS.get(code or 0, (f"of an error ({_told(error)})", _OTHER_DISK))


def check_recording(path: str | Path, overwrite: bool = False) -> None:
    """Check, before the show, that a film can be recorded to `path`; nothing is changed there.

    Raises InputError: not .mp4, .mov or .mkv; a folder; a folder that does not exist or cannot be
    written to; a file that is there already and is not to be overwritten, or is write-protected.
    """
    path = Path(path)
    try:
        _check_name(path)
        _check_place(path, overwrite)
    except OSError as error:
        raise InputError(f"Cannot record to {path} ({_told(error)}); choose another folder.") from error


def _check_name(path: Path) -> None:
    """Raise InputError unless the path names a film in a folder that exists."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a film in it, such as {path / 'dream.mp4'}.")
    if path.suffix.lower() not in SUFFIXES:
        known = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise InputError(f"Cannot record to {path}; its name must end in {known}.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist; create it or choose another one.")


def _check_place(path: Path, overwrite: bool) -> None:
    """Raise InputError if the file is not to be overwritten, OSError if it cannot be written."""
    if path.exists() and not overwrite:
        raise InputError(f"{path} already exists; choose another name or ask to overwrite it.")
    if path.is_file():
        with path.open("ab"):
            return
    # Only writing tells: permissions, access lists and write-protected disks differ by system.
    if not path.exists():
        with tempfile.TemporaryFile(dir=path.parent):
            return


def open_raw(path: Path, overwrite: bool) -> io.FileIO:
    """Open a file for writing, unbuffered. Raises OSError, also if it is there and is to stay."""
    return path.open("wb" if overwrite else "xb", buffering=0)


def _told(error: Exception) -> str:
    """Return the message of the system or the encoder."""
    return str(getattr(error, "strerror", None) or error)
