"""The parts of a film joined into the film, with its sound and what it was made with."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from livedream.errors import SinkError
from livedream.sinks.segments import told, unfinished
from livedream.sinks.soundtrack import Soundtrack, Stretch

MUXERS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}


@dataclass(frozen=True, slots=True)
class MuxJob:
    """What a film is joined from.

    parts: files of `part_frames` frames each, the last of fewer. sound: None for a silent film.
    comment: goes into the film's metadata.
    """

    parts: Sequence[Path]
    part_frames: int
    rate: Fraction
    sound: Stretch | None
    comment: str


def mux_film(job: MuxJob, film: Path) -> str:
    """Write the film, whole or not at all, without re-encoding; return what became of the sound, in words.

    Raises SinkError if it cannot be written.
    """
    with told(film):
        suffix = film.suffix.lower()
        options = {} if suffix == ".mkv" else {"movflags": "+faststart"}
        container = av.open(str(unfinished(film)), "w", MUXERS[suffix], container_options=options)
        with container:
            how = _fill(job, container)
        unfinished(film).replace(film)
    return how


def _fill(job: MuxJob, container: OutputContainer) -> str:
    container.metadata["comment"] = job.comment
    with av.open(str(job.parts[0])) as first:
        template = first.streams.video[0]
        extradata = template.codec_context.extradata
        stream = container.add_stream_from_template(template)
    stream.time_base = 1 / job.rate
    track = None if job.sound is None else Soundtrack(job.sound, container)
    try:
        pictures = _pictures(job, stream, extradata)
        sounds = iter(()) if track is None else track.packets()
        for _, packet in heapq.merge(pictures, sounds, key=lambda timed: timed[0]):
            container.mux(packet)
        return "no sound" if track is None else track.how
    finally:
        if track is not None:
            track.close()


def _pictures(
    job: MuxJob, stream: VideoStream, extradata: bytes | None
) -> Iterator[tuple[float, Packet[Any]]]:
    """Yield every packet of every part with its time in seconds; one packet is a frame."""
    for number, part in enumerate(job.parts):
        with av.open(str(part)) as container:
            source = container.streams.video[0]
            if source.codec_context.extradata != extradata:
                raise SinkError(f"{part} was encoded differently from the first part; render it again")
            index = number * job.part_frames
            for packet in container.demux(source):
                if packet.size:
                    packet.pts = packet.dts = index
                    packet.time_base, packet.duration, packet.stream = 1 / job.rate, 1, stream
                    yield float(index / job.rate), packet
                    index += 1
