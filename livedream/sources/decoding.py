"""One run through a file or a stream, from its first decodable picture to its last."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator, Iterator
from typing import cast

import av
from av.container import InputContainer

from livedream.containers.steady_stamps import LOOKAHEAD as PACKETS_AHEAD
from livedream.containers.steady_stamps import Jump, stamps_of, steady_packets
from livedream.errors import InputError
from livedream.sources.alpha_decoder import alpha_decoder
from livedream.sources.media import display_name, open_media, picture_stream
from livedream.sources.timeline import HIGHEST_FPS

LOOKAHEAD = 9
"""Pictures decoded at the start to find the rate of what declares none."""

_CLOCK = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")
"""How Matroska tells the end of one of its streams, on the file's clock."""

CUT_SHORT_S = 0.5
"""Missing this much of its declared length, a file counts as cut short."""


class Decoding:
    """Decode the pictures of a file or stream in order, leaving out what cannot be decoded.

    damaged_s: second, from the first picture, at which something was missing; None so far. jumps: where
    the file's stamps jump or begin anew; its pictures go on there without a pause. steady: whether the
    file's header tells one rate.
    declared_s: how long the pictures should last; None if that is not said.
    """

    def __init__(self, location: str, *, live: bool = False) -> None:
        """Open it and decode its first picture; raises InputError if there is none."""
        self._name = display_name(location)
        self._container = open_media(location, live=live)
        self._lookahead = 0 if live else PACKETS_AHEAD
        try:
            self._prepare(location, live)
            self._begin()
        except InputError:
            self._container.close()
            raise

    def _prepare(self, location: str, live: bool) -> None:
        self._stream = stream = picture_stream(self._container, location, live=live)
        # Read now: a stream must not be asked any more once its container is closed.
        self.declared_fps = float(stream.average_rate or stream.guessed_rate or 0)
        self.steady = is_steady(stream)
        self.pixel_shape = stream.sample_aspect_ratio
        self.format_name = self._container.format.name
        self.declared_s = _declared_length_s(self._container, stream)
        self._sound_s = _sound_s(self._container)
        self._decoder = alpha_decoder(stream)

    def _begin(self) -> None:
        self.damaged_s: float | None = None
        self._reached_s = 0.0
        self._first_s: float | None = None
        self._stamps = stamps_of(self._container)
        self._held: list[Jump] = []
        self._pictures = self._decoded(self._stream)
        self._ahead = deque(self._look_ahead())
        if not self._ahead:
            raise InputError(f"{self._name} has no picture that can be decoded: give another file.")

    @property
    def ahead(self) -> tuple[av.VideoFrame, ...]:
        """Return the pictures that are decoded but not taken yet."""
        return tuple(self._ahead)

    @property
    def jumps(self) -> tuple[Jump, ...]:
        """Return where the stamps jumped so far, and where a picture claimed to stay too long."""
        first_s = self._first_s or 0.0
        found = [Jump(jump.at_s - first_s, jump.by_s) for jump in self._stamps.jumps]
        # A picture that stays and the stamp after it tell of the same pause.
        held = [each for each in self._held if all(abs(each.by_s - jump.by_s) > 1 for jump in found)]
        return (*found, *held)

    def next(self) -> av.VideoFrame | None:
        """Take the next picture; None at the end."""
        return self._ahead.popleft() if self._ahead else next(self._pictures, None)

    def rewind(self) -> None:
        """Go back to the first picture of what is open, even if its name is gone by now.

        Raises InputError if that cannot be done or nothing can be decoded any more.
        """
        self._pictures.close()
        try:
            self._seek_start()
        except av.FFmpegError as error:
            raise InputError(f"{self._name} cannot be rewound: open it again.") from error
        self._begin()

    def close(self) -> None:
        """Close the file or connection."""
        self._pictures.close()
        self._ahead.clear()
        self._container.close()

    def _seek_start(self) -> None:
        try:
            self._container.seek(0)
        except av.FFmpegError:
            # A raw stream knows bytes, but no times.
            self._container.seek(0, unsupported_byte_offset=True)

    def _look_ahead(self) -> Iterator[av.VideoFrame]:
        wanted = 1 if 0 < self.declared_fps <= HIGHEST_FPS else LOOKAHEAD
        for _ in range(wanted):
            picture = next(self._pictures, None)
            if picture is None:
                return
            yield picture

    def _decoded(self, stream: av.VideoStream) -> Generator[av.VideoFrame]:
        try:
            for packet in steady_packets(self._container, self._stamps, lookahead=self._lookahead):
                if packet.stream_index == stream.index:
                    yield from self._pictures_of(cast("av.Packet[av.VideoStream]", packet))
        except av.FFmpegError:
            # Nothing behind this place can be read: a file cut off, or a connection lost.
            self._note_damage()
            return
        skipped_s = sum(max(0.0, jump.by_s) for jump in self.jumps)
        if self.declared_s is not None and self._reached_s + skipped_s < self.declared_s - CUT_SHORT_S:
            self._note_damage()

    def _pictures_of(self, packet: av.Packet[av.VideoStream]) -> Iterator[av.VideoFrame]:
        self._shorten(packet)
        try:
            pictures = packet.decode() if self._decoder is None else self._with_alpha(self._decoder, packet)
        except av.FFmpegError:
            self._note_damage()
            return
        for picture in pictures:
            self._note_reached(picture)
            yield picture

    def _shorten(self, packet: av.Packet[av.VideoStream]) -> None:
        """Take back a picture's claim to stay longer than any pause may last, unless sound goes on too."""
        length_s = float((packet.duration or 0) * (packet.time_base or 0))
        if length_s > max(self._stamps.longest_pause_s, self._sound_s):
            packet.duration = 0
            self._held.append(Jump(self._reached_s, length_s))

    def _with_alpha(
        self, decoder: av.VideoCodecContext, packet: av.Packet[av.VideoStream]
    ) -> list[av.VideoFrame]:
        return decoder.decode(packet if packet.size else None)

    def _note_reached(self, picture: av.VideoFrame) -> None:
        stamp = stamp_s(picture)
        if stamp is None:
            return
        self._first_s = stamp if self._first_s is None else self._first_s
        self._reached_s = max(self._reached_s, stamp - self._first_s + (duration_s(picture) or 0))

    def _note_damage(self) -> None:
        if self.damaged_s is None:
            self.damaged_s = self._reached_s


def stamp_s(picture: av.VideoFrame) -> float | None:
    """Return a picture's own time stamp in seconds, None if it has none."""
    if picture.pts is None or not picture.time_base:
        return None
    return float(picture.pts * picture.time_base)


def duration_s(picture: av.VideoFrame) -> float | None:
    """Return for how many seconds a picture is shown, None if it does not declare that."""
    if not picture.duration or not picture.time_base:
        return None
    return float(picture.duration * picture.time_base)


def is_steady(stream: av.VideoStream) -> bool:
    """Return whether the rates that a file's header tells agree; where they do not, its rate may vary."""
    mean, base = float(stream.average_rate or 0), float(stream.guessed_rate or 0)
    return 0 < mean <= HIGHEST_FPS and (not base or abs(mean - base) <= 0.01 * mean)


def _sound_s(container: InputContainer) -> float:
    """Return the declared length of the sound, 0 without."""
    lengths_s = [float((track.duration or 0) * (track.time_base or 0)) for track in container.streams.audio]
    whole_s = float(container.duration or 0) / av.time_base if lengths_s else 0.0
    return max([*lengths_s, whole_s])


def _declared_length_s(container: InputContainer, stream: av.VideoStream) -> float | None:
    """Return the declared length of the video; a container's length counts if it holds nothing else."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if clock := _CLOCK.fullmatch(stream.metadata.get("DURATION", "")):
        end_s = int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3])
        return end_s - float((stream.start_time or 0) * (stream.time_base or 0))
    if container.duration and len(container.streams) == 1:
        return float(container.duration) / av.time_base
    return None
