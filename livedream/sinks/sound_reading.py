"""The sound of a stretch of a file, mended: on one time line, at one rate, without holes or overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

from livedream.containers.ogg_chain import OggLink, ogg_links
from livedream.containers.steady_stamps import stamps_of, steady_packets
from livedream.sinks.sound_choice import SoundChoice, open_sound

UNSTEADY_S = 0.04
"""By so much the stamps of sound may differ from the length of what came before; eyes do not see it."""

Wave = NDArray[np.float32]
"""CxN samples, planar."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which sound: of the file `path`, from `begin_s` on its own clock, for `length_s` seconds."""

    path: Path
    begin_s: float
    length_s: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Decoded sound from `due_s` on, in seconds from the stretch's beginning (below 0: before it)."""

    due_s: float
    frame: av.AudioFrame


class SoundReading:
    """One run through a stretch of a file's sound.

    damaged_s: second of the stretch at which something could not be decoded; None so far. uneven: its
    stamps go back or jump, or its rate or layout changes.
    """

    def __init__(self, stretch: Stretch, choice: SoundChoice) -> None:
        """Open the file; choice: of a track that is there. Raises OSError or av.FFmpegError."""
        assert choice.index is not None
        self.damaged_s: float | None = None
        self._changes = False
        self._stretch = stretch
        self._index = choice.index
        self._links = ogg_links(stretch.path)
        self._open = ExitStack()
        self._container = self._opened(0)
        self.track = self._container.streams.audio[choice.index]
        self._stamps = stamps_of(self._container)

    @property
    def uneven(self) -> bool:
        """Return whether what was read so far cannot be copied as it is."""
        return self._changes or bool(self._stamps.jumps)

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    def packets(self) -> Iterator[tuple[float, Packet[Any]]]:
        """Yield the track's packets until the stretch's end, timed from its beginning, stamps mended.

        What follows damage that nothing can be read behind is left out.
        """
        reached_s = 0.0
        for packet in self._all_packets():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None and packet.time_base:
                reached_s = float(stamp * packet.time_base) - self._stretch.begin_s
            if reached_s >= self._stretch.length_s:
                return
            yield reached_s, packet

    def _all_packets(self) -> Iterator[Packet[Any]]:
        """Yield the track's packets, those of a chained Ogg link by link."""
        reached_s = 0.0
        for number in range(max(1, len(self._links))):
            try:
                container = self._opened(number) if number else self._container
                for packet in steady_packets(container, self._stamps):
                    if packet.size and packet.stream is container.streams.audio[self._index]:
                        yield packet
                        reached_s = float((packet.pts or 0) * (packet.time_base or 0)) - self._stretch.begin_s
            except (av.FFmpegError, ValueError, IndexError):
                self._note_damage(reached_s)

    def _opened(self, number: int) -> InputContainer:
        """Open a link of a chained Ogg, or any other file."""
        if not self._links:
            return self._open.enter_context(open_sound(self._stretch.path))
        part = self._open.enter_context(OggLink(self._stretch.path, *self._links[number]))
        return self._open.enter_context(open_sound(part))

    def pieces(self) -> Iterator[Piece]:
        """Decode the stretch; what cannot be decoded is left out."""
        next_s: float | None = None  # some decoders leave the time out, where one frame follows the other
        form: tuple[object, ...] | None = None
        for packet_s, packet in self.packets():
            for frame in self._decoded(packet_s, packet):
                begin_s = packet_s if next_s is None else next_s
                if frame.pts is not None and frame.time_base:
                    begin_s = float(frame.pts * frame.time_base) - self._stretch.begin_s
                form, before = (frame.format.name, frame.layout.name, frame.sample_rate), form
                self._changes = self._changes or (before is not None and form != before)
                next_s = begin_s + frame.samples / frame.sample_rate
                yield Piece(begin_s, frame)

    def waves(self, layout: str, rate: int) -> Iterator[Wave]:
        """Yield the stretch from its beginning, without a hole, as float samples of a layout and rate."""
        head, last = 0, round(self._stretch.length_s * rate)
        for due_s, wave in self._resampled(layout, rate):
            begin = round(due_s * rate)
            if abs(begin - head) <= UNSTEADY_S * rate and head:
                begin = head
            if begin > head:
                yield from _silence(wave.shape[0], min(begin, last) - head, rate)
                head = min(begin, last)
            kept = wave[:, head - begin : last - begin]
            if kept.shape[1]:
                head += kept.shape[1]
                yield kept
            if head >= last:
                return

    def _decoded(self, packet_s: float, packet: Packet[Any]) -> list[av.AudioFrame]:
        try:
            return cast("list[av.AudioFrame]", packet.decode())
        except (av.FFmpegError, ValueError):
            self._note_damage(packet_s)
            return []

    def _note_damage(self, at_s: float) -> None:
        if self.damaged_s is None:
            self.damaged_s = max(0.0, at_s)

    def _resampled(self, layout: str, rate: int) -> Iterator[tuple[float, Wave]]:
        """Yield the pieces as samples; a resampler knows one form, and so each form gets its own."""
        form: tuple[object, ...] | None = None
        resampler: AudioResampler | None = None
        end_s = 0.0
        for piece in self.pieces():
            frame = piece.frame
            before, form = form, (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is None or form != before:
                yield from _rest(resampler, end_s)
                resampler = AudioResampler("fltp", layout, rate)
            frame.pts = None
            end_s = piece.due_s
            for part in resampler.resample(frame):
                yield end_s, _wave(part)
                end_s += part.samples / rate
        yield from _rest(resampler, end_s)


def _rest(resampler: AudioResampler | None, due_s: float) -> Iterator[tuple[float, Wave]]:
    """Yield what a resampler still holds."""
    for part in () if resampler is None else resampler.resample(None):
        yield due_s, _wave(part)


def _wave(frame: av.AudioFrame) -> Wave:
    return np.asarray(frame.to_ndarray(), np.float32)


def _silence(channels: int, samples: int, rate: int) -> Iterator[Wave]:
    """Yield silence, a second at a time."""
    while samples > 0:
        count = min(samples, rate)
        samples -= count
        yield np.zeros((channels, count), np.float32)
