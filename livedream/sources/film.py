"""A film on the disk, read from its beginning as often as needed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

from livedream.sources.decoding import Decoding, duration_s, stamp_s
from livedream.sources.footage import Shot
from livedream.sources.timeline import Timeline, nominal_fps
from livedream.sources.video_frame import Developer

USUAL_RATES = tuple(
    Fraction(whole * 1000, base) for whole in (24, 25, 30, 48, 50, 60, 100, 120) for base in (1001, 1000)
)

NEARLY = 2e-4
"""Share of a usual rate by which a mean one may differ from it; 24 and 23.976 differ by a thousandth."""


class Film:
    """The pictures of a film; `origin_s` is the time stamp of the first, which sound is counted from."""

    def __init__(self, path: Path) -> None:
        """Look at its beginning. Raises InputError if there is no picture in it."""
        self.path, self.name = path, path.name
        self.damage = ""
        run = Decoding(str(path))
        try:
            stamps = [stamp for stamp in map(stamp_s, run.ahead) if stamp is not None]
            self._fps = nominal_fps(run.declared_fps, stamps)
            self.origin_s = stamps[0] if stamps else 0.0
            self.size_wh = Developer(run.ahead[0], run.pixel_shape).size_wh
            self.length_s = run.declared_s
        finally:
            run.close()
        self.rate = exact_rate(self._fps)
        self.identity = identity_of([path])

    def shots(self) -> Iterator[Shot]:
        """Decode the pictures one after the other; what cannot be decoded is left out."""
        run = Decoding(str(self.path))
        developer, timeline = Developer(run.ahead[0], run.pixel_shape), Timeline(self._fps)
        try:
            while (picture := run.next()) is not None:
                due_s = timeline.place(stamp_s(picture), duration_s(picture))
                yield Shot(due_s, timeline.end_s, partial(developer, picture))
            self._note_damage(run.damaged_s)
        finally:
            run.close()

    def _note_damage(self, damaged_s: float | None) -> None:
        if damaged_s is not None:
            self.damage = (
                f"{self.name} is damaged or cut short at {damaged_s:.1f} s: what can be decoded is rendered"
            )


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
