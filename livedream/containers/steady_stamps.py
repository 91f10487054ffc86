"""One time line of the stamps of all streams of a file, over jumps ahead and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import av
from av.container import InputContainer
from av.format import Flags
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

BACK_S = 0.1
"""By so much the stamps of a stream may go back without beginning anew; sound is a little unsteady."""

REORDERED_S = 2.0
"""By so much pictures may be stored before others that are shown earlier."""

LOOKAHEAD = 20
"""Packets, more than any codec's pictures are stored out of their order."""

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
    """Where a stream is.

    era: which offset holds for it. own_s: its own last decoding stamp. step_s: how long its packets last.
    """

    is_video: bool
    era: int = 0
    own_s: float | None = None
    newest_s: float = 0.0
    step_s: float = 0.0
    end_s: float = 0.0


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

    def mend(self, packet: Packet[Any], ahead: Iterable[Packet[Any]] = ()) -> None:
        """Shift a packet's stamps; ahead: those that follow, as pictures are stored out of their order."""
        course = self._courses.setdefault(packet.stream_index, _Course(packet.stream.type == "video"))
        own_s = _stamp_s(packet)
        if packet.dts is None or own_s is None or not packet.time_base:
            _shift(packet, self._offsets_s[course.era])  # its order is not known, only when it is shown
            return
        decoded_s = float(packet.dts * packet.time_base)
        self._choose_era(course, (own_s, decoded_s), (packet, ahead))
        course.own_s = decoded_s
        _shift(packet, self._offsets_s[course.era])
        due_s = own_s + self._offsets_s[course.era]
        length_s = float((packet.duration or 0) * packet.time_base)
        course.step_s = course.step_s if length_s > REORDERED_S else length_s
        course.newest_s = max(course.newest_s, due_s)
        course.end_s = max(
            course.end_s, due_s + (course.step_s if length_s > self.longest_pause_s else length_s)
        )

    def _choose_era(
        self,
        course: _Course,
        stamps_s: tuple[float, float],
        packets: tuple[Packet[Any], Iterable[Packet[Any]]],
    ) -> None:
        """Find an offset with which a stream goes on: its own, a known one, or a new one."""
        own_s, decoded_s = stamps_s
        if course.own_s is None:
            course.era = self._first_era(own_s)
            course.newest_s = course.end_s = own_s + self._offsets_s[course.era]
            return
        # What begins anew follows all there was; what only goes on may be stored out of its order.
        anew = decoded_s < course.own_s - BACK_S
        earliest_s = course.end_s - BACK_S / 2 if anew else course.newest_s - REORDERED_S
        latest_s = (
            max(max(each.newest_s, each.end_s) for each in self._courses.values()) + self.longest_pause_s
        )
        eras = [*([] if anew else [course.era]), *reversed(range(len(self._offsets_s)))]
        for era in eras:
            if earliest_s <= own_s + self._offsets_s[era] <= latest_s:
                course.era = era
                return
        packet, ahead = packets
        if not anew:  # pictures of before may still follow
            course.end_s = self._end_s(course, packet, ahead)
        self._begin_era(course, _first_s(own_s, packet, ahead))

    def _end_s(self, course: _Course, packet: Packet[Any], ahead: Iterable[Packet[Any]]) -> float:
        """Return when what a stream had before a jump ends, with what is stored behind its first packet."""
        offset_s = self._offsets_s[course.era]
        stamps_s = [_stamp_s(each) for each in ahead if each.stream_index == packet.stream_index]
        due_s = [stamp_s + offset_s for stamp_s in stamps_s if stamp_s is not None]
        of_before = [due for due in due_s if abs(due - course.newest_s) <= REORDERED_S]
        # Sound is stored in its order; and where all goes on as before, a single stamp is wrong.
        if not course.is_video or not of_before or due_s[-1] == of_before[-1]:
            return course.end_s
        # The last one's own length is the pause.
        return max(course.end_s, max(of_before) + course.step_s)

    def _first_era(self, own_s: float) -> int:
        """Return which offset brings a stream that begins now nearest to the others."""
        others = [each.newest_s for each in self._courses.values() if each.own_s is not None]
        eras = range(len(self._offsets_s))
        return min(eras, key=lambda era: abs(own_s + self._offsets_s[era] - max(others, default=own_s)))

    def _begin_era(self, course: _Course, first_s: float) -> None:
        # The pictures go on without a gap, whichever stream is the first to jump.
        pictures = [each.end_s for each in self._courses.values() if each.is_video and each.own_s is not None]
        follows_s = max(pictures, default=course.end_s)
        self.jumps.append(Jump(follows_s, first_s + self._offsets_s[course.era] - follows_s))
        self._offsets_s.append(follows_s - first_s)
        course.era = len(self._offsets_s) - 1


def steady_packets(
    container: InputContainer, stamps: SteadyStamps, *, lookahead: int = LOOKAHEAD
) -> Iterator[Packet[Any]]:
    """Yield the packets of a file's timed streams, mended; lookahead: 0 for what is live.

    Raises what reading raises, after all that could be read.
    """
    ahead: deque[Packet[Any]] = deque()
    fault: av.FFmpegError | None = None
    packets = container.demux(*timed_streams(container))
    while True:
        try:
            ahead.append(next(packets))
        except StopIteration:
            break
        except av.FFmpegError as error:
            fault = error
            break
        if len(ahead) > lookahead:
            packet = ahead.popleft()
            stamps.mend(packet, ahead)
            yield packet
    while ahead:
        packet = ahead.popleft()
        stamps.mend(packet, ahead)
        yield packet
    if fault is not None:
        raise fault


def _stamp_s(packet: Packet[Any]) -> float | None:
    """Return when a packet is due, by its own clock."""
    stamp = packet.dts if packet.pts is None else packet.pts
    return None if stamp is None or not packet.time_base else float(stamp * packet.time_base)


def _first_s(own_s: float, packet: Packet[Any], ahead: Iterable[Packet[Any]]) -> float:
    """Return the earliest stamp of what begins with a packet."""
    same = (_stamp_s(each) for each in ahead if each.stream_index == packet.stream_index)
    return min([own_s, *(each for each in same if each is not None and abs(each - own_s) <= REORDERED_S)])


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
