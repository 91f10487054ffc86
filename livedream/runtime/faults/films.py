"""Whether what was recorded is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from livedream.containers.addresses import file_address
from livedream.runtime.faults.sink import CountingRecorder


@dataclass(frozen=True, slots=True)
class FilmCheck:
    """What became of a recording.

    files: their names. handed: frames that the recorder took. decoded: frames in the files. lost: what was
    taken and is in none of them. missed: ticks at which no frame went out. broken: promises not kept.
    """

    files: tuple[str, ...]
    handed: int
    decoded: int
    lost: int
    missed: int
    broken: tuple[str, ...]


def checked(recorder: CountingRecorder, missed: int, fps: float, *, stops: int) -> FilmCheck:
    """Decode all of a recording that has ended.

    missed: ticks at which nothing was recorded. stops: how often its disk failed, each of which may cost
    what was not written yet, a second at most.
    """
    decoded, damaged = 0, list[str]()
    for file in recorder.files:
        frames, fault = frames_of(file)
        decoded += frames
        if fault:
            damaged.append(f"{file.name} is damaged after frame {frames} ({fault})")
    lost, most = recorder.handed - decoded, round(stops * fps)
    if lost > most:
        damaged.append(f"{lost} of {recorder.handed} frames are lost")
    names = tuple(file.name for file in recorder.files)
    return FilmCheck(names, recorder.handed, decoded, lost, missed, tuple(damaged))


def frames_of(file: Path) -> tuple[int, str]:
    """Count the frames of a film that can be decoded, and say what ended that; "": its end."""
    frames = 0
    try:
        with av.open(file_address(file)) as film:
            for _ in film.decode(video=0):
                frames += 1
    except (av.FFmpegError, OSError) as fault:
        return frames, str(fault)
    return frames, ""
