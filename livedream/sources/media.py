"""Open what FFmpeg reads, and say in words why it cannot be opened."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from livedream.containers.addresses import file_address
from livedream.containers.steady_stamps import picture_track
from livedream.errors import InputError

NETWORK_TIMEOUT_S = 5.0
"""After this long without a byte, a network address is given up."""

ONE_THREAD_PX = 1920 * 1088
"""Up to this size one thread decodes 60 frames a second, and at the least cost: several threads hand
frames around for 20 to 25 % more processor time, which the dream needs."""

LIVE_OPTIONS = {"rtsp_transport": "tcp", "flags": "low_delay"}
"""Not nobuffer: it throws away what was read to find out about the stream, for HLS all of it."""


def is_url(location: str) -> bool:
    """Return whether it names a scheme; one letter is a Windows drive."""
    scheme, found, _ = location.partition("://")
    return bool(found) and len(scheme) > 1


def display_name(location: str) -> str:
    """Shorten a path or an address for people; passwords in addresses are left out."""
    if not is_url(location):
        return Path(location).name
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def open_media(location: str, *, live: bool = False) -> InputContainer:
    """Open a file or an address; raises InputError with the reason."""
    timeout = NETWORK_TIMEOUT_S if is_url(location) else None
    try:
        address = location if is_url(location) else file_address(location)
        options = LIVE_OPTIONS if live else {}
        return av.open(address, mode="r", options=options, metadata_errors="replace", timeout=timeout)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise InputError(_why_not(location, error)) from error


def picture_stream(container: InputContainer, location: str, *, live: bool = False) -> VideoStream:
    """Find the stream to decode and set how; raises InputError if there is sound only, or no decoder."""
    stream = picture_track(container)
    if stream is None:
        kind = "has sound but no picture" if container.streams.audio else "has no picture"
        raise InputError(f"{display_name(location)} {kind}: give a video, an image or a camera.")
    # FFmpeg gives no context where it has no decoder.
    if stream.codec_context is None:
        raise InputError(f"this FFmpeg cannot decode {display_name(location)}: convert it to H.264.")
    _set_threads(stream, live)
    return stream


def is_live(location: str) -> bool:
    """Return whether an address has no end, as a camera's has none; a video or an image has one."""
    with open_media(location) as container:
        is_image = container.format.name.endswith("_pipe") or container.format.name == "image2"
        return not is_image and not container.duration


def _set_threads(stream: VideoStream, live: bool) -> None:
    context = stream.codec_context
    if context.width * context.height <= ONE_THREAD_PX:
        context.thread_type, context.thread_count = "NONE", 1
    else:
        # Threads that each take a frame of their own hold back as many frames as there are threads.
        context.thread_type = "SLICE" if live else "AUTO"
        context.thread_count = min(4, os.cpu_count() or 1)


def _why_not(location: str, error: Exception) -> str:
    name = display_name(location)
    if isinstance(error, FileNotFoundError) and not is_url(location):
        return f"there is no file {location}: check the path."
    if isinstance(error, av.error.ProtocolNotFoundError):
        scheme = location.partition("://")[0]
        return f"this FFmpeg cannot open {scheme}:// addresses ({name}): use rtsp, rtmp, http or udp."
    if isinstance(error, av.error.InvalidDataError):
        return (
            f"cannot open {name}: it is damaged, cut short or not a video; check whether a player can "
            "open it."
        )
    if isinstance(error, av.error.ExitError):
        return (
            f"{name} does not answer within {NETWORK_TIMEOUT_S:g} s: check the address, and that it is "
            "switched on."
        )
    reason = getattr(error, "strerror", None) or str(error)
    return f"cannot open {name} ({reason}): check {'the address' if is_url(location) else 'the file'}."
