"""A film on the disk, read from its beginning as often as needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path

from livedream.containers.steady_stamps import Jump
from livedream.sources.decoding import Decoding, duration_s, stamp_s
from livedream.sources.film_scan import USUAL_RATES, FilmScan, rate_that_matters, scan
from livedream.sources.footage import Shot, transparency_words
from livedream.sources.timeline import Timeline, nominal_fps
from livedream.sources.video_frame import Developer, colour_words

NEARLY = 2e-4
"""Share of a usual rate by which a mean one may differ from it; 24 and 23.976 differ by a thousandth."""


class Film:
    """The pictures of a film; `origin_s` is the time stamp of the first, which sound is counted from."""

    def __init__(self, path: Path) -> None:
        """Look at its beginning, and at all of its stamps if its rate may vary.

        Raises InputError if there is no picture in it.
        """
        self.path, self.name = path, path.name
        self._found: list[str] = []
        run = Decoding(str(path))
        try:
            stamps = [stamp for stamp in map(stamp_s, run.ahead) if stamp is not None]
            mean_fps, steady = run.declared_fps, run.steady
            self.origin_s = stamps[0] if stamps else 0.0
            self.size_wh = Developer(run.ahead[0], run.pixel_shape).size_wh
            if colours := colour_words(run.ahead[0]):
                self._note(f"the colours of {self.name} are {colours}: they are mapped to BT.709 (BT.2390)")
            self.length_s = run.declared_s
        finally:
            run.close()
        self._fps = nominal_fps(mean_fps, stamps) if steady else self._rate_that_matters(mean_fps)
        self.rate = exact_rate(self._fps)
        self.identity = identity_of([path])

    @property
    def damage(self) -> str:
        """Return what could not be read as it is so far; "" for nothing."""
        return "; ".join(self._found)

    @cached_property
    def _scanned(self) -> FilmScan:
        return scan(str(self.path))

    def measured_s(self) -> float | None:
        """Return when the last picture ends, by reading to the end of the file."""
        return self._scanned.end_s or None

    def shots(self) -> Iterator[Shot]:
        """Decode the pictures one after the other; what cannot be decoded is left out."""
        run = Decoding(str(self.path))
        developer, timeline = Developer(run.ahead[0], run.pixel_shape), Timeline(self._fps)
        try:
            while (picture := run.next()) is not None:
                due_s = timeline.place(stamp_s(picture), duration_s(picture))
                yield Shot(due_s, timeline.end_s, partial(developer, picture))
            self._note(damage_words(self.name, run.damaged_s))
        finally:
            self._note(jump_words(self.name, run.jumps))
            self._note(transparency_words(self.name) if developer.saw_transparency else "")
            run.close()

    def _rate_that_matters(self, mean_fps: float) -> float:
        found = self._scanned
        self.length_s = found.end_s or self.length_s
        fps = rate_that_matters(found.stamps_s, mean_fps)
        if len(found.stamps_s) > 1 and fps > 1.2 * len(found.stamps_s) / max(found.end_s, 1e-9):
            self._note(
                f"the rate of {self.name} varies: {float(exact_rate(fps)):.4g} frames a second lose none "
                "of its pictures, and --fps sets fewer"
            )
        return fps

    def _note(self, words: str) -> None:
        if words and words not in self._found:
            self._found.append(words)


def damage_words(name: str, damaged_s: float | None) -> str:
    """Return where a film is damaged, in words; "" if it is not."""
    if damaged_s is None:
        return ""
    return f"{name} is damaged or cut short at {damaged_s:.1f} s: what can be decoded is rendered"


def jump_words(name: str, jumps: Sequence[Jump]) -> str:
    """Return where the stamps of a film jump, in words; "" if they do not."""
    if not jumps:
        return ""
    first, *others = jumps
    how = f"jump by {first.by_s:.0f} s" if first.by_s > 0 else "begin anew"
    more = f", and {len(others)} times more" if others else ""
    return f"the time stamps of {name} {how} at {first.at_s:.1f} s{more}: it goes on there without a pause"


def exact_rate(fps: float) -> Fraction:
    """Return a rate as a fraction: 29.97 is 30000/1001, and a mean rate is rounded to a usual one near it."""
    nearest = min(USUAL_RATES, key=lambda usual: abs(float(usual) - fps))
    if abs(float(nearest) - fps) <= NEARLY * fps:
        return nearest
    return Fraction(fps).limit_denominator(1001)


def identity_of(paths: list[Path]) -> str:
    """Return a hash of the files' names, sizes and times. Raises OSError."""
    import hashlib

    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        digest.update(
            f"{path.name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode(errors="surrogateescape")
        )
    return digest.hexdigest()[:16]
