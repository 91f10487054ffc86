"""The sound of a film for another film: copied as it is, or mended and written as AAC."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from livedream.sinks.sound_choice import SoundChoice, choose_sound, open_sound
from livedream.sinks.sound_reading import SoundReading, Stretch, Wave

AAC_FRAME = 1024
"""Samples in a packet of AAC."""

TRIED_PACKETS = 8

AAC_BIT_RATE = 192_000
"""Of a stereo track, where no ear finds a difference."""

AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
"""Samples a second that AAC knows."""

PLAYED_IN_MP4 = frozenset({"aac", "mp3", "ac3", "eac3", "alac"})
"""Of what an MP4 takes as it is, the kinds of sound that common players find in it."""

Way = Literal["as it is", "mended"]
"""How sound is written: copied where that plays, or re-encoded in any case."""


class Soundtrack:
    """The sound of a file, cut to a stretch, for a container that is being written."""

    def __init__(self, stretch: Stretch, into: OutputContainer, way: Way = "as it is") -> None:
        """Open the file and add a stream; a file without sound that can be decoded adds none.

        Raises OSError or av.FFmpegError.
        """
        self._stretch = stretch
        self._keeps_early = "matroska" not in into.format.name
        self._choice = choice = choose_sound(stretch.path)
        self._reading = None if choice.index is None else SoundReading(stretch, choice)
        if self._reading is None:
            return
        track = self._reading.track
        self._codec_name = track.codec.canonical_name
        self._copied = (
            way == "as it is"
            and _copies_well(into.format.name, track, stretch.path, choice)
            and _is_flawless(stretch, choice)
        )
        self._into = self._added(track, into)

    @property
    def how(self) -> str:
        """Return how the sound was written, in words, once all of it is."""
        if self._reading is None:
            return self._choice.note or "no sound"
        how = "sound copied" if self._copied else f"sound ({self._codec_name}) written as AAC"
        damaged_s = self._reading.damaged_s
        damage = (
            ""
            if damaged_s is None
            else f"{self._stretch.path.name}: its sound is damaged at {damaged_s:.1f} s"
        )
        return "; ".join(part for part in (how, self._choice.note, damage) if part)

    def packets(self) -> Iterator[tuple[float, Packet[Any]]]:
        """Yield the packets in order, each with its time in seconds from the film's beginning."""
        if self._reading is not None:
            yield from self._copies(self._reading) if self._copied else self._encodings(self._reading)

    def close(self) -> None:
        """Close the file."""
        if self._reading is not None:
            self._reading.close()

    def _added(self, track: AudioStream, into: OutputContainer) -> AudioStream:
        if self._copied:
            return into.add_stream_from_template(track)
        rate = track.codec_context.sample_rate
        stream = into.add_stream("aac", rate if rate in AAC_RATES else 48_000)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = "mono" if track.codec_context.channels == 1 else "stereo"
        stream.codec_context.bit_rate = AAC_BIT_RATE
        return stream

    def _copies(self, reading: SoundReading) -> Iterator[tuple[float, Packet[Any]]]:
        for _, packet in reading.packets():
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            offset = round(Fraction(self._stretch.begin_s) / packet.time_base)
            packet.pts, packet.dts = packet.pts - offset, packet.dts - offset
            due_s = float(packet.pts * packet.time_base)
            if not self._too_early(due_s, float((packet.duration or 0) * packet.time_base)):
                packet.stream = self._into
                yield due_s, packet

    def _too_early(self, due_s: float, duration_s: float) -> bool:
        """Return whether a packet ends before the beginning.

        One that only begins before it is cut by an MP4's edit list; Matroska would move the pictures.
        """
        return due_s + duration_s <= 0 if self._keeps_early else due_s < 0

    def _encodings(self, reading: SoundReading) -> Iterator[tuple[float, Packet[Any]]]:
        context = self._into.codec_context
        begin = 0
        for wave in _blocks(reading.waves(context.layout.name, context.sample_rate), AAC_FRAME):
            frame = av.AudioFrame.from_ndarray(wave, "fltp", context.layout.name)
            frame.sample_rate, frame.pts = context.sample_rate, begin
            frame.time_base = Fraction(1, context.sample_rate)
            begin += frame.samples
            yield from self._encoded(frame)
        if begin:
            yield from self._encoded(None)

    def _encoded(self, frame: av.AudioFrame | None) -> Iterator[tuple[float, Packet[Any]]]:
        for packet in self._into.encode(frame):
            if packet.pts is not None and packet.time_base is not None:
                yield float(packet.pts * packet.time_base), packet


def _blocks(waves: Iterator[Wave], samples: int) -> Iterator[Wave]:
    """Divide sound into blocks of as many samples, the last of fewer."""
    held: list[Wave] = []
    count = 0
    for wave in waves:
        held.append(wave)
        count += wave.shape[1]
        if count >= samples:
            joined = np.concatenate(held, axis=1)
            whole = count - count % samples
            for begin in range(0, whole, samples):
                yield np.ascontiguousarray(joined[:, begin : begin + samples])
            held, count = [joined[:, whole:]], count - whole
    if count:
        yield np.ascontiguousarray(np.concatenate(held, axis=1))


def _is_flawless(stretch: Stretch, choice: SoundChoice) -> bool:
    """Return whether all of a stretch can be decoded as it stands; only decoding it can tell."""
    reading = SoundReading(stretch, choice)
    try:
        for _ in reading.pieces():
            if reading.uneven:
                return False
        return reading.damaged_s is None and not reading.uneven
    finally:
        reading.close()


def _copies_well(muxer: str, track: AudioStream, path: Path, choice: SoundChoice) -> bool:
    """Return whether sound plays if it is copied unchanged."""
    return (muxer != "mp4" or track.codec.canonical_name in PLAYED_IN_MP4) and _takes(muxer, path, choice)


def _takes(muxer: str, path: Path, choice: SoundChoice) -> bool:
    """Return whether a container takes a file's sound unchanged; only writing some of it can tell."""
    assert choice.index is not None
    try:
        with open_sound(path) as source, av.open(io.BytesIO(), "w", muxer) as trial:
            track = source.streams.audio[choice.index]
            copy = trial.add_stream_from_template(track)
            for packet in islice(source.demux(track), TRIED_PACKETS):
                if packet.size:
                    packet.stream = copy
                    trial.mux(packet)
    except (av.FFmpegError, ValueError):
        return False
    return True
