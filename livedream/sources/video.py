"""A video file as a source, decoded on demand."""

from __future__ import annotations

import threading

import av

from livedream.clock import Clock, SystemClock
from livedream.errors import InputError, SourceError
from livedream.frame import Frame
from livedream.health import Health
from livedream.sources.decoding import Decoding, duration_s, stamp_s
from livedream.sources.film import jump_words
from livedream.sources.media import display_name
from livedream.sources.source import SourceInfo
from livedream.sources.timeline import Timeline, nominal_fps
from livedream.sources.video_frame import Developer, colour_words


class Video:
    """Read the frames of a file (or of a finite video at an http address) one after the other.

    Every run opens the file anew, since some formats cannot be rewound; a file that was removed
    while it is open is rewound all the same. What cannot be decoded is left out, and `health` says
    from which second on the file is damaged.
    """

    def __init__(
        self,
        location: str,
        *,
        loop: bool = False,
        clock: Clock | None = None,
        most_wh: tuple[int, int] | None = None,
    ) -> None:
        """Open it and decode its first frame; raises InputError if there is none.

        most_wh: see `open_source`.
        """
        self._location, self._name = location, display_name(location)
        self._loop = loop
        self._clock = clock or SystemClock()
        # PyAV must not close a container that another thread reads.
        self._lock = threading.Lock()
        self._damage = self._jumps = ""
        self._ended = self._closed = False
        self._index = 0
        self._run = Decoding(location)
        ahead = self._run.ahead
        fps = nominal_fps(self._run.declared_fps, [s for s in map(stamp_s, ahead) if s is not None])
        self._developer = Developer(ahead[0], self._run.pixel_shape, most_wh)
        colours = colour_words(ahead[0])
        self._colours = f"{self._name} is {colours}, mapped to BT.709." if colours else ""
        self._timeline = Timeline(fps)
        self._info = SourceInfo(self._name, self._developer.size_wh, fps, is_device=False)

    @property
    def info(self) -> SourceInfo:
        """Return name, size (upright, square pixels) and nominal rate."""
        return self._info

    @property
    def health(self) -> Health:
        """Return its health, and at which second the file is damaged."""
        if self._closed:
            return Health("off", f"{self._name} is closed.")
        if self._ended:
            return Health("off", " ".join((f"{self._name} has ended.", *self._told())))
        return Health("live", " ".join(self._told()))

    def read(self, stop: threading.Event) -> Frame | None:
        """Decode the next frame; None at the end, when closed, or when `stop` is set.

        Raises SourceError if the file, looping, cannot be opened again and what is open gives no more.
        """
        with self._lock:
            if stop.is_set() or self._closed or self._ended:
                return None
            picture = self._next_picture()
            self._ended = picture is None
            return None if picture is None else self._frame(picture)

    def close(self) -> None:
        """Close the file, after the frame that is being decoded."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._run.close()

    def _frame(self, picture: av.VideoFrame) -> Frame:
        media_s = self._timeline.place(stamp_s(picture), duration_s(picture))
        index, self._index = self._index, self._index + 1
        return Frame(self._developer(picture), self._clock.now_s(), index, media_s)

    def _next_picture(self) -> av.VideoFrame | None:
        picture = self._run.next()
        self._note_damage()
        if picture is None and self._loop:
            self._start_over()
            picture = self._run.next()
        return picture

    def _note_damage(self) -> None:
        if self._run.jumps and not self._jumps:
            self._jumps = f"{jump_words(self._name, self._run.jumps)}."
        if self._run.damaged_s is not None and not self._damage:
            self._damage = (
                f"{self._name} is damaged or cut short at {self._run.damaged_s:.1f} s: "
                "what can be decoded is shown; make a new copy of it."
            )

    def _told(self) -> list[str]:
        """List the sentences on what was mended or left out."""
        return [words for words in (self._colours, self._damage, self._jumps) if words]

    def _start_over(self) -> None:
        """Open the file again, or go on with what is open if it was removed or is being rewritten."""
        self._timeline.restart()
        try:
            again = Decoding(self._location)
        except InputError as error:
            self._rewind(error)
        else:
            self._run.close()
            self._run = again

    def _rewind(self, why: InputError) -> None:
        try:
            self._run.rewind()
        except InputError:
            raise SourceError(f"cannot play {self._name} again: {why}") from why
