"""The sound of a film for another film: copied as it is, or as AAC where it cannot be."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from livedream.errors import InputError

AAC_FRAME = 1024
"""Samples in a packet of AAC."""

TRIED_PACKETS = 8

AAC_BIT_RATE = 192_000
"""Of a stereo track, where no ear finds a difference."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which sound: of the file `path`, from `begin_s` on its own clock, for `length_s` seconds."""

    path: Path
    begin_s: float
    length_s: float


class Soundtrack:
    """The first sound of a file, cut to a stretch, for a container that is being written."""

    def __init__(self, stretch: Stretch, into: OutputContainer) -> None:
        """Open the file and add a stream; a file without sound adds none. Raises InputError."""
        self._stretch = stretch
        self._keeps_early = "matroska" not in into.format.name
        self._source: InputContainer = av.open(str(stretch.path))
        streams = self._source.streams.audio
        self._track = streams[0] if streams else None
        self._copied = self._track is not None and _copies_well(into.format.name, self._track, stretch.path)
        self._into = None if self._track is None else self._added(self._track, into)

    @property
    def how(self) -> str:
        """Return how the sound is written, in words."""
        if self._track is None:
            return "no sound"
        return (
            "sound copied" if self._copied else f"sound ({self._track.codec.canonical_name}) written as AAC"
        )

    def packets(self) -> Iterator[tuple[float, Packet[Any]]]:
        """Yield the packets in order, each with its time in seconds from the film's beginning."""
        if self._track is not None:
            yield from self._copies(self._track) if self._copied else self._encodings(self._track)

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _added(self, track: AudioStream, into: OutputContainer) -> AudioStream:
        if self._copied:
            return into.add_stream_from_template(track)
        rate = track.codec_context.sample_rate
        stream = into.add_stream("aac", rate if rate in AAC_RATES else 48_000)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = "mono" if track.codec_context.channels == 1 else "stereo"
        stream.codec_context.bit_rate = AAC_BIT_RATE
        return stream

    def _copies(self, track: AudioStream) -> Iterator[tuple[float, Packet[Any]]]:
        for packet in self._source.demux(track):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            offset = round(Fraction(self._stretch.begin_s) / packet.time_base)
            packet.pts, packet.dts = packet.pts - offset, packet.dts - offset
            due_s = float(packet.pts * packet.time_base)
            if due_s >= self._stretch.length_s:
                return
            if not self._too_early(due_s, float((packet.duration or 0) * packet.time_base)):
                assert self._into is not None
                packet.stream = self._into
                yield due_s, packet

    def _too_early(self, due_s: float, duration_s: float) -> bool:
        """Return whether a packet ends before the beginning.

        One that only begins before it is cut by an MP4's edit list; Matroska would move the pictures.
        """
        return due_s + duration_s <= 0 if self._keeps_early else due_s < 0

    def _encodings(self, track: AudioStream) -> Iterator[tuple[float, Packet[Any]]]:
        assert self._into is not None
        context = self._into.codec_context
        resampler = AudioResampler("fltp", context.layout, context.sample_rate, frame_size=AAC_FRAME)
        for frame in self._decoded(track):
            for piece in resampler.resample(frame):
                yield from self._encoded(piece)
        for piece in resampler.resample(None):
            yield from self._encoded(piece)
        yield from self._encoded(None)

    def _decoded(self, track: AudioStream) -> Iterator[av.AudioFrame]:
        """Yield the sound within the stretch, timed from its beginning."""
        next_s = 0.0  # some decoders leave the time out, where one frame follows the other
        for frame in self._source.decode(track):
            begin_s = next_s if frame.pts is None else float(frame.pts * (frame.time_base or 0))
            next_s = begin_s + frame.samples / frame.sample_rate
            due_s = begin_s - self._stretch.begin_s
            if due_s >= self._stretch.length_s:
                return
            if due_s >= 0:
                frame.pts = math.floor(due_s * frame.sample_rate)
                frame.time_base = Fraction(1, frame.sample_rate)
                yield frame

    def _encoded(self, frame: av.AudioFrame | None) -> Iterator[tuple[float, Packet[Any]]]:
        assert self._into is not None
        for packet in self._into.encode(frame):
            if packet.pts is not None and packet.time_base is not None:
                yield float(packet.pts * packet.time_base), packet


PLAYED_IN_MP4 = frozenset({"aac", "mp3", "ac3", "eac3", "alac"})
"""Of what an MP4 takes as it is, the kinds of sound that common players find in it."""


def _copies_well(muxer: str, track: AudioStream, path: Path) -> bool:
    """Return whether sound plays if it is copied unchanged."""
    return (muxer != "mp4" or track.codec.canonical_name in PLAYED_IN_MP4) and _takes(muxer, path)


def _takes(muxer: str, path: Path) -> bool:
    """Return whether a container takes a file's sound unchanged; only writing some of it can tell."""
    try:
        with av.open(str(path)) as source, av.open(io.BytesIO(), "w", muxer) as trial:
            copy = trial.add_stream_from_template(source.streams.audio[0])
            for packet in islice(source.demux(source.streams.audio[0]), TRIED_PACKETS):
                if packet.size:
                    packet.stream = copy
                    trial.mux(packet)
    except (av.FFmpegError, ValueError):
        return False
    return True


AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
"""Samples a second that AAC knows."""


def check_sound(path: Path) -> None:
    """Raise InputError if the sound of a film cannot be read, before hours of rendering."""
    try:
        _begin_s(path)
    except (av.FFmpegError, OSError) as error:
        raise InputError(f"the sound of {path} cannot be read ({error}); use --no-sound") from error


def music_begin_s(path: Path) -> float:
    """Return where the sound of a file begins on its own clock. Raises InputError if it has none."""
    try:
        begin_s = _begin_s(path)
    except (av.FFmpegError, OSError) as error:
        reason = error.strerror or str(error)
        raise InputError(f"--sound {path} cannot be read ({reason}); give a file with sound") from error
    if begin_s is None:
        raise InputError(f"--sound {path} contains no sound; give a file with sound")
    return begin_s


def _begin_s(path: Path) -> float | None:
    """Return when the first sound of a file begins, None if it has none."""
    with av.open(str(path)) as source:
        for track in source.streams.audio[:1]:
            next(source.demux(track), None)
            return float((track.start_time or 0) * (track.time_base or 0))
    return None
