"""Record the show into a film file."""

from __future__ import annotations

import contextlib
import errno
import io
import tempfile
from collections.abc import Callable
from fractions import Fraction
from itertools import count
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
    errno.EEXIST: ("a file of that name now exists", "choose another name, or overwrite it (--overwrite)"),
    errno.EROFS: ("the disk is write-protected", "record to another disk"),
    errno.EACCES: ("writing is not permitted there", "record to a folder that you can write to"),
}
_OTHER_DISK = "check the disk's connection or record to another disk"
_OTHER_SIZE = "start another recording, at another size if it stops again"


class Recorder:
    """Record frames as H.264 at a constant rate; a skipped tick leaves the duration right.

    The file is made, or an older one given up, with the first frame: without one, nothing changes.

    One that is opened again goes on in a file of its own beside what it has recorded: film-2.mp4.

    path: ends in .mp4, .mov or .mkv. files: those that hold something, in order; went_on: those of them that
    were begun after a pause. dropped: frames that came too early for a place of their own. failure: why the
    recording could not begin or stopped before its time, also when that came out only on closing; the first
    reason, if it was several times.
    """

    kind, is_live = RECORDING, False
    retry_s: float | None = 2.0
    waits_for_dream = True

    def __init__(
        self,
        path: str | Path,
        *,
        overwrite: bool = False,
        open_file: Callable[[Path, bool], io.FileIO] | None = None,
        check_file: Callable[[Path, bool], None] | None = None,
    ) -> None:
        """Note where to record; overwrite: an older file of that name is given up.

        open_file: opens a file, as `open_raw`; check_file: says before whether that can be done, as
        `check_recording`; both for tests of disks that fail.
        """
        self.path = Path(path)
        self.name = f"recording {self.path.name}"
        self.dropped = 0
        self.failure: SinkError | None = None
        self.files: tuple[Path, ...] = ()
        self.went_on: tuple[Path, ...] = ()
        self._overwrite, self._open_file = overwrite, open_file
        self._check_file = check_file or check_recording
        self._part = self.path
        self._stop: SinkError | None = None
        self._has_begun = self._any_kept = self._is_gone = self._is_resumed = False
        self._last_pts = -1
        self._movie: Movie | None = None

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start the film, or its next part; odd sizes get one black line. Say which encoder is at work.

        size_wh: pixels. fps: > 0. Raises SinkError with the reason and the way out.
        """
        self.close()
        even_wh = (size_wh[0] + size_wh[0] % 2, size_wh[1] + size_wh[1] % 2)
        try:
            self._movie = self._start(even_wh, Fraction(fps).limit_denominator(1001))
        except SinkError as fault:
            self.failure = self.failure or fault
            raise
        self._last_pts, self._stop = -1, None
        self._is_resumed = bool(self.files) or self.failure is not None
        encoder = self._movie.encoder
        first = ENCODERS[0].name
        why = "" if encoder == first else f" because {first} does not start here"
        return f"H.264 by {encoder}{why}, {even_wh[0]}x{even_wh[1]} at {fps:g} fps"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Record one frame that is due `time_s` seconds after the first one.

        Raises SinkError if the disk or the encoder fails; what was recorded until then stays.
        """
        if self._stop is not None:
            raise self._stop
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
        except Exception as error:  # of the disk, the encoder or a library on the way: the file is closed
            self._note_stop(error, movie)
        self._has_begun |= movie.begun
        if movie.begun and (self._stop is None or self._any_kept):
            self.files += (self._part,)
            self.went_on += (self._part,) if self._is_resumed else ()
        elif movie.begun and not self._is_gone:
            self._remove_part()

    def _start(self, size_wh: tuple[int, int], rate: Fraction) -> Movie:
        """Check the place and start the encoder; nothing is changed on the disk."""
        try:
            self._part = self._next_part() if self._has_begun else self.path
            overwrite = self._overwrite and self._part == self.path
            self._check_file(self._part, overwrite)
            return Movie(self._file(overwrite), self.path.suffix.lower(), size_wh, rate, ENCODERS)
        except InputError as error:
            raise SinkError(str(error)) from error
        except (OSError, av.FFmpegError) as error:
            raise self._stopped(error, 0.0) from error

    def _next_part(self) -> Path:
        """Name the file in which it goes on: film-2.mp4, or the next that is free and it never wrote."""
        path = self.path
        if not path.is_file() and path not in self.files:
            return path  # nothing was kept in it
        names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
        return next(name for name in names if not name.exists() and name not in self.files)

    def _file(self, overwrite: bool) -> WholeFile:
        """Return a file that is created when needed, unbuffered, so that each failure shows at once."""
        part = self._part
        special = part.exists() and not part.is_file()
        opens = self._open_file or open_raw
        return WholeFile.later(lambda: opens(part, overwrite), seekable=not special)

    def _remove_part(self) -> None:
        """Remove the file of a film of which nothing could be written; a device or a pipe stays."""
        with contextlib.suppress(OSError):
            if self._part.is_file():
                self._part.unlink()

    def _record(self, movie: Movie, rgb: Rgb, pts: int) -> None:
        """Encode and write one frame; from a failure on, this file of the recording is over."""
        try:
            movie.add(rgb, pts)
        except Exception as error:  # as in `close`; to go on would leave a hole, or end in it again
            raise self._note_stop(error, movie) from error
        self._last_pts = pts

    def _note_stop(self, error: Exception, movie: Movie) -> SinkError:
        """Note why this file is over, unless that is known, and return it."""
        self._stop = self._stop or self._stopped(error, movie.kept_s)
        self.failure = self.failure or self._stop
        return self._stop

    def _stopped(self, error: Exception, kept_s: float) -> SinkError:
        """Build the error that says what happened, what is kept and what to do."""
        reason, way_out = why_stopped(error)
        self._is_gone = getattr(error, "errno", None) == errno.ENOENT
        self._any_kept = kept_s > 0 and not self._is_gone
        kept = f"the first {kept_s:.1f} s are kept in it" if self._any_kept else "nothing is kept"
        sentence = f"The recording {self._part} has stopped because {reason}; {kept}; {way_out}."
        return SinkError(sentence, reason=reason)


def why_stopped(error: Exception) -> tuple[str, str]:
    """Return why a file cannot be written any further, to follow "because", and what to do about it."""
    if isinstance(error, MemoryError):
        return "there is not enough memory", "close other programs or record at a smaller size"
    code = error.errno if isinstance(error, OSError) else None
    return _REASONS.get(code or 0, (f"of an error ({_told(error)})", _OTHER_DISK if code else _OTHER_SIZE))


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
        raise InputError(f"{path} already exists; choose another name, or overwrite it (--overwrite).")
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
    words = " ".join(str(getattr(error, "strerror", None) or error).split())
    return words or type(error).__name__
