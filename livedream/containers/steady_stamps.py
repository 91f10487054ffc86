"""One time line of the stamps of all streams of a file, over jumps ahead and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from av.container import InputContainer
from av.format import Flags
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

BACK_S = 0.1
"""By so much the stamps of a stream may go back without beginning anew; sound is a little unsteady."""

PAUSE_S = 10.0
"""A longer pause in all streams of a format whose stamps may jump, such as a transport stream, is a jump."""

LONGEST_PAUSE_S = 300.0
"""A longer pause in all streams of any other format is one."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Where, on the mended time line, the stamps jump, and by how many seconds (below 0: back)."""

    at_s: float
    by_s: float


@dataclass(slots=True)
class _Course:
    """Where a stream is. era: which offset holds for it."""

    era: int = 0
    last_s: float | None = None
    end_s: float = 0.0
    is_video: bool = False


class SteadyStamps:
    """Shift the stamps of packets, taken in the file's order, so that all streams go on over a jump.

    What one stream's jump is taken for holds for the others too, so that sound stays with its pictures.
    A pause of one stream is kept while another goes on.
    """

    def __init__(self, *, jumpy: bool = False) -> None:
        """Begin with the file's own stamps; jumpy: those of its format may jump."""
        self.longest_pause_s = PAUSE_S if jumpy else LONGEST_PAUSE_S
        self.jumps: list[Jump] = []
        self._offsets_s: list[float] = [0.0]
        self._courses: dict[int, _Course] = {}
        self._newest_s = float("-inf")

    def mend(self, packet: Packet[Any]) -> None:
        """Shift a packet's stamps; one without any is left as it is."""
        if not packet.time_base:
            return
        course = self._courses.setdefault(
            packet.stream_index, _Course(is_video=packet.stream.type == "video")
        )
        if packet.dts is None:  # its order is not known, only when it is shown
            _shift(packet, self._offsets_s[course.era])
            return
        own_s, length_s = (
            float(packet.dts * packet.time_base),
            float((packet.duration or 0) * packet.time_base),
        )
        offset_s = self._offset_s(course, own_s)
        _shift(packet, offset_s)
        course.last_s = own_s + offset_s
        course.end_s = max(course.end_s, course.last_s + min(length_s, self.longest_pause_s))
        self._newest_s = max(self._newest_s, course.last_s)

    def _offset_s(self, course: _Course, own_s: float) -> float:
        """Return what to add to a stamp of a stream: an offset with which it goes on, else a new one."""
        if course.last_s is None:
            course.end_s = own_s + self._offsets_s[course.era]
            return self._offsets_s[course.era]
        eras = [course.era, *reversed(range(len(self._offsets_s)))]
        for era in eras:
            offset_s: float = self._offsets_s[era]
            if self._goes_on(course, own_s + offset_s):
                course.era = era
                return offset_s
        self._begin_era(course, own_s)
        return self._offsets_s[course.era]

    def _goes_on(self, course: _Course, due_s: float) -> bool:
        assert course.last_s is not None
        latest_s = max(course.end_s, self._newest_s) + self.longest_pause_s
        return course.last_s - BACK_S <= due_s <= latest_s

    def _begin_era(self, course: _Course, own_s: float) -> None:
        # The pictures go on without a gap, whichever stream is the first to jump.
        pictures = [
            each.end_s for each in self._courses.values() if each.is_video and each.last_s is not None
        ]
        follows_s = max(pictures, default=course.end_s)
        self.jumps.append(Jump(follows_s, own_s + self._offsets_s[course.era] - follows_s))
        self._offsets_s.append(follows_s - own_s)
        course.era = len(self._offsets_s) - 1


def _shift(packet: Packet[Any], by_s: float) -> None:
    if by_s and packet.time_base:
        ticks = round(by_s / float(packet.time_base))
        packet.pts = None if packet.pts is None else packet.pts + ticks
        packet.dts = None if packet.dts is None else packet.dts + ticks


def stamps_of(container: InputContainer) -> SteadyStamps:
    """Return what mends the stamps of a file that is read from its beginning."""
    return SteadyStamps(jumpy=bool(Flags(container.format.flags) & Flags.ts_discont))


def picture_track(container: InputContainer) -> VideoStream | None:
    """Return the stream of a file's pictures: the default one, else the first; a song's cover is none.

    One that this FFmpeg can decode goes before one that it cannot.
    """
    cover, default = Disposition.attached_pic, Disposition.default
    streams = [stream for stream in container.streams.video if not stream.disposition & cover]
    return min(
        streams,
        key=lambda stream: (stream.codec_context is None, not stream.disposition & default),
        default=None,
    )


def timed_streams(container: InputContainer) -> Sequence[Stream]:
    """List the streams by which a file's time goes: its pictures and all sound that can be decoded.

    Whoever reads a file mends it by the same streams, and so finds the same time line.
    """
    pictures = picture_track(container)
    sound = [track for track in container.streams.audio if track.codec_context is not None]
    return [*([] if pictures is None else [pictures]), *sound]
