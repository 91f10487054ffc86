"""The parts of a film joined into the film, with its sound and what it was made with."""

from __future__ import annotations

import errno
import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from livedream.containers.addresses import file_address
from livedream.errors import SinkError
from livedream.sinks.segments import to_disk, told
from livedream.sinks.sound_reading import Stretch
from livedream.sinks.soundtrack import Soundtrack, Way
from livedream.whole_file import finished_or_gone

DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EROFS)
"""What fails for the pictures as well."""

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


class SoundError(Exception):
    """What a sound failed with; the pictures are not to be lost for it."""


def mux_film(job: MuxJob, film: Path, check: Callable[[], None] = lambda: None) -> str:
    """Write the film, whole or not at all, without re-encoding; return what became of the sound, in words.

    Sound that fails in one way is written in another, and at last left out. check: called when all is
    written, before the film is there; raises what is in its way. Raises SinkError if it cannot be written.
    """
    ways: tuple[Way | None, ...] = (None,) if job.sound is None else ("as it is", "mended", None)
    lost = ""
    for way in ways:
        try:
            how = _written(job, film, way, check)
        except SoundError as fault:
            lost = f"no sound: it cannot be written ({fault})"
        else:
            return lost if way is None and lost else how
    raise AssertionError("a film without sound has no sound that fails")


def _written(job: MuxJob, film: Path, way: Way | None, check: Callable[[], None]) -> str:
    """Write the film, its sound in a way, None for without. Raises SinkError, SoundError."""
    suffix = film.suffix.lower()
    options = {} if suffix == ".mkv" else {"movflags": "+faststart"}
    with told(film), finished_or_gone(film) as beside:
        with av.open(file_address(beside), "w", MUXERS[suffix], container_options=options) as container:
            how = _fill(job, container, way)
        to_disk(beside)  # before its parts are removed
        check()
        beside.replace(film)
    return how


def _fill(job: MuxJob, container: OutputContainer, way: Way | None) -> str:
    container.metadata["comment"] = job.comment
    with av.open(file_address(job.parts[0])) as first:
        template = first.streams.video[0]
        extradata = template.codec_context.extradata
        stream = container.add_stream_from_template(template)
    stream.time_base = 1 / job.rate
    if way is None or job.sound is None:
        for _, packet in _pictures(job, stream, extradata):
            container.mux(packet)
        return "no sound"
    with _sound_faults():
        track = Soundtrack(job.sound, container, way)
    try:
        both = (_pictures(job, stream, extradata), _told_sounds(track))
        for _, packet in heapq.merge(*both, key=lambda timed: timed[0]):
            if packet.stream is stream:
                container.mux(packet)
                continue
            with _sound_faults():
                container.mux(packet)
        return track.how
    finally:
        track.close()


def _told_sounds(track: Soundtrack) -> Iterator[tuple[float, Packet[Any]]]:
    with _sound_faults():
        yield from track.packets()


@contextmanager
def _sound_faults() -> Iterator[None]:
    """Turn what reading, encoding or taking the sound raises into a SoundError; a failing disk is none."""
    try:
        yield
    except (av.FFmpegError, OSError, ValueError) as fault:
        if isinstance(fault, OSError) and fault.errno in DISK_FAULTS:
            raise
        raise SoundError(getattr(fault, "strerror", None) or str(fault)) from fault


def _pictures(
    job: MuxJob, stream: VideoStream, extradata: bytes | None
) -> Iterator[tuple[float, Packet[Any]]]:
    """Yield every packet of every part with its time in seconds; one packet is a frame."""
    for number, part in enumerate(job.parts):
        with av.open(file_address(part)) as container:
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
