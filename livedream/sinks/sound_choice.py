"""Which sound of a file is taken, found by decoding some of it, before hours of rendering."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition

from livedream.containers.addresses import file_address
from livedream.containers.checked_file import check_regular
from livedream.containers.ogg_chain import OggLink
from livedream.errors import InputError

TRIED_PACKETS = 64
"""So many packets of a track may be undecodable at its beginning."""


@dataclass(frozen=True, slots=True)
class SoundChoice:
    """A file's sound.

    index: of its track among all sound of the file, None if there is none to take. begin_s: where it begins
    on the file's clock. note: what was left out and why, for people; "" for nothing.
    """

    index: int | None
    begin_s: float = 0.0
    note: str = ""


def open_sound(file: Path | OggLink) -> InputContainer:
    """Open a file, or a link of a chained Ogg. Raises OSError or av.FFmpegError.

    Its tags may be in any coding, as WAV and ID3v1 do not say in which they are.
    """
    return av.open(file_address(file) if isinstance(file, Path) else file, "r", metadata_errors="replace")


def choose_sound(path: Path) -> SoundChoice:
    """Choose the default track of a file, or else the first, of those that can be decoded.

    Raises OSError or av.FFmpegError if the file cannot be opened, InputError if it is a pipe.
    """
    check_regular(path)
    refused: list[int] = []
    for index in _order(path):
        with open_sound(path) as container:
            track = container.streams.audio[index]
            begin_s = _begin_s(container, track)
            if begin_s is not None:
                return SoundChoice(index, begin_s, _passed_over(path, refused))
            refused.append(index + 1)
    return SoundChoice(None, note=f"no sound: that of {path.name} cannot be decoded" if refused else "")


def check_sound(path: Path) -> None:
    """Raise InputError if the sound of a film cannot be read, before hours of rendering."""
    try:
        choose_sound(path)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise InputError(f"the sound of {path} cannot be read ({error}); use --no-sound") from error


def music_begin_s(path: Path, option: str = "--sound") -> float:
    """Return where the sound of a file begins on its own clock. Raises InputError if it has none.

    option: what the file was given for.
    """
    try:
        choice = choose_sound(path)
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{option} {path} cannot be read ({reason}); give a file with sound") from error
    if choice.index is None:
        why = "no sound that can be decoded" if choice.note else "no sound"
        raise InputError(f"{option} {path} contains {why}; give a file with sound")
    return choice.begin_s


def _order(path: Path) -> list[int]:
    """List the file's tracks as they are to be tried: the default ones first, as players do."""
    with open_sound(path) as container:
        tracks = list(enumerate(container.streams.audio))
    return [
        index for index, _ in sorted(tracks, key=lambda each: not each[1].disposition & Disposition.default)
    ]


def _begin_s(container: InputContainer, track: AudioStream) -> float | None:
    """Return when the track begins; None if nothing of it can be decoded."""
    # FFmpeg gives no context where it has no decoder.
    if getattr(track, "codec_context", None) is None:
        return None
    if any(_decodes(packet) for packet in islice(container.demux(track), TRIED_PACKETS)):
        return float((track.start_time or 0) * (track.time_base or 0))
    return None


def _decodes(packet: Packet[AudioStream]) -> bool:
    try:
        return bool(packet.decode())
    except (av.FFmpegError, ValueError):
        return False


def _passed_over(path: Path, refused: list[int]) -> str:
    if not refused:
        return ""
    return (
        f"sound track {' and '.join(map(str, refused))} of {path.name} cannot be decoded, so another is taken"
    )
