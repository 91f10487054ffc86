"""From the words that a person gives to an open source."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from livedream.clock import Clock, SystemClock
from livedream.containers.checked_file import check_regular
from livedream.errors import InputError, SourceError
from livedream.sources.moving_picture import moves
from livedream.sources.source import Source
from livedream.sources.watchdog import OPENING_S

# cv2 and av take a tenth of a second each to import: only the kind of source that is opened pays for its own.
if TYPE_CHECKING:
    from livedream.sources.cameras import CameraInfo

STREAM_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "udp", "tcp", "rtp", "srt")
WEB_SCHEMES = ("http", "https")
SCHEMES = (*STREAM_SCHEMES, *WEB_SCHEMES, "file")
WORDS = {"camera": "camera", "webcam": "camera", "cam": "camera", "clouds": "clouds", "sky": "clouds"}
"""What people may say -> what it is called here."""

IMAGE_SUFFIX = re.compile(r"\.(avif|bmp|exr|hdr|heic|jfif|jp2|jpe?g?|p[bgnp]m|png|tiff?|webp)", re.IGNORECASE)
IMAGE_START = re.compile(
    rb"\xff\xd8\xff|\x89PNG|BM.{4}\0\0\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP|P[1-6]\s|#\?RADIANCE|\x76\x2f\x31\x01"
    rb"|\0\0\0\x0cjP  |.{4}ftyp(avif|heic|heix|mif1)",
    re.DOTALL,
)
"""How files of still pictures begin, whatever they are called; GIF is left to the video decoder."""


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """How a source is to be: the size and rate asked for, whether it repeats, its clock, the box of films."""

    fps: float
    size_wh: tuple[int, int]
    loop: bool
    clock: Clock
    most_wh: tuple[int, int] | None = None


def open_source(
    spec: str,
    *,
    fps: float = 30.0,
    size_wh: tuple[int, int] = (1280, 720),
    loop: bool = True,
    clock: Clock | None = None,
    most_wh: tuple[int, int] | None = None,
) -> Source:
    """Open what `spec` names: a camera, a file, an address or the clouds.

    spec: "camera" (the first that works), "camera:NAME" or "camera:INDEX", the path of a video or an
        image, an address (rtsp, rtmp, udp, http, ...), "clouds" or "clouds:SEED". A file that is
        called camera or clouds is meant by ./camera or ./clouds.
    fps, size_wh: asked of cameras, kept by clouds; an image repeats at fps; videos have their own.
    loop: videos and images start over for ever. clock: None: the machine's.
    most_wh: the box in which frames are shown anyway: those of HDR films, whose colours take long to map,
        are made to fit it first. None: they keep their size.

    Raises InputError if `spec` is at fault, SourceError if a device or an address does not answer.
    """
    spec = spec.strip()
    request = SourceRequest(fps, size_wh, loop, clock or SystemClock(), most_wh)
    word, colon, detail = spec.partition(":")
    if word == "camera":
        return _open_camera(detail if colon else None, request)
    if word == "clouds":
        return _open_clouds(detail if colon else None, request)
    if re.match(r"[A-Za-z][\w+.-]+://", spec):
        return _open_address(spec, request)
    return _open_file(spec, request)


def is_device(spec: str) -> bool:
    """Return whether `spec` is a camera or a stream, as far as that is known before it is opened."""
    word, colon, rest = spec.strip().partition(":")
    is_address = bool(colon) and rest.startswith("//")
    return word.lower() in STREAM_SCHEMES if is_address else word == "camera"


def open_camera(
    camera: CameraInfo,
    *,
    fps: float = 30.0,
    size_wh: tuple[int, int] = (1280, 720),
    clock: Clock | None = None,
    patience_s: float = OPENING_S,
) -> Source:
    """Open a camera that `list_cameras` has listed, asked for `size_wh` pixels.

    patience_s: how long it may take for its first picture. Raises SourceError.
    """
    return _started(camera, SourceRequest(fps, size_wh, True, clock or SystemClock()), patience_s)


def _open_clouds(seed: str | None, request: SourceRequest) -> Source:
    if seed is not None and not seed.isdecimal():
        raise InputError(f"clouds:{seed} needs a whole number, 0 or more, after the colon, as in clouds:7.")
    from livedream.sources.clouds.cloud_source import Clouds

    return Clouds(request.size_wh, request.fps, int(seed or 0), request.clock)


def _open_camera(wanted: str | None, request: SourceRequest) -> Source:
    from livedream.sources.cameras import CameraInfo, choose_camera, list_cameras

    try:
        cameras = list_cameras()
    except SourceError:
        if wanted is None or not wanted.isdecimal():
            raise
        # An index works without a list, and so a camera that cannot be listed can be used.
        return _started(CameraInfo(int(wanted), f"camera {wanted}"), request)
    if wanted is not None:
        return _started(choose_camera(wanted, cameras), request)
    if not cameras:
        raise InputError("no camera was found: plug one in, or give a video, an image or clouds.")
    return _first_working(cameras, lambda camera: _started(camera, request))


def _first_working(cameras: tuple[CameraInfo, ...], start: Callable[[CameraInfo], Source]) -> Source:
    reasons = []
    for camera in cameras:
        try:
            return start(camera)
        except SourceError as error:
            reasons.append(f"{camera.name}: {error}")
    raise SourceError("no camera works: " + " ".join(reasons))


def _started(camera: CameraInfo, request: SourceRequest, patience_s: float = OPENING_S) -> Source:
    from livedream.sources.camera import Camera, DeviceCapture

    return Camera(
        lambda: DeviceCapture(camera, request.size_wh, request.fps),
        fps=request.fps,
        clock=request.clock,
        patience_s=patience_s,
    )


def _open_address(address: str, request: SourceRequest) -> Source:
    scheme = address.partition("://")[0].lower()
    if scheme == "file":
        return _open_file(_local_path(address), request)
    if scheme not in SCHEMES:
        near = _nearest(scheme, SCHEMES)
        hint = f"did you mean {near}://?" if near else f"use one of {', '.join(SCHEMES)}."
        raise InputError(f"livedream cannot open {scheme}:// addresses: {hint}")
    from livedream.sources.media import is_live
    from livedream.sources.stream import Stream
    from livedream.sources.video import Video

    if scheme in STREAM_SCHEMES or is_live(address):
        return Stream(address, fps=request.fps, clock=request.clock, most_wh=request.most_wh)
    return Video(address, loop=request.loop, clock=request.clock, most_wh=request.most_wh)


def _local_path(address: str) -> str:
    # Imported here: these load all of Python's http and ssl.
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(address).path)


def _open_file(spec: str, request: SourceRequest) -> Source:
    path = expanded(spec)
    start = checked_start(spec, path)
    if is_image(path, start):
        from livedream.sources.still_image import Still

        return Still(path, fps=request.fps, loop=request.loop, clock=request.clock)
    from livedream.sources.video import Video

    try:
        return Video(str(path), loop=request.loop, clock=request.clock, most_wh=request.most_wh)
    except InputError as error:
        # Only now: playlists are text too, and do open.
        if _is_text(start):
            raise InputError(f"{spec} is a text file, not a video: give a video or an image.") from error
        raise


def is_image(path: Path, start: bytes) -> bool:
    """Return whether a file is a still picture, by its first bytes or its suffix.

    Raises InputError for one that moves: of it one picture could be decoded here.
    """
    if not IMAGE_START.match(start) and not IMAGE_SUFFIX.fullmatch(path.suffix):
        return False
    check_still(path)
    return True


def check_still(path: Path) -> None:
    """Raise InputError if a file is a picture that moves."""
    try:
        animated = moves(path)
    except OSError:  # whoever reads it tells
        return
    if animated:
        raise InputError(f"{path} is animated, which only a GIF or a video may be: save it as one of them.")


def expanded(spec: str) -> Path:
    """Read a path as a shell does, a home folder included. Raises InputError."""
    if "\0" in spec:
        raise InputError(f"{spec!r}: a file name cannot contain a NUL character; remove it")
    try:
        return Path(spec).expanduser()
    except RuntimeError as fault:  # what it raises for a home that nobody has
        raise InputError(
            f"{spec} begins with a home folder that does not exist: for a file of that name, write ./{spec}."
        ) from fault


def checked_start(spec: str, path: Path) -> bytes:
    """Read the first bytes of a file. Raises InputError if it cannot be a source."""
    if not spec:
        raise InputError("no source given: use camera, clouds, a file or an address.")
    check_regular(path)
    try:
        if path.is_dir():
            raise InputError(f"{spec} is a folder: give a file in it.")
        if not path.exists():
            hint = "check the path, or use camera, clouds or an address."
            raise InputError(missing_file(spec, path, WORDS, hint))
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise InputError(f"cannot read {spec} ({error.strerror or error}): give another file.") from error
    if not start:
        raise InputError(f"{spec} is empty: give another file.")
    return start


def missing_file(spec: str, path: Path, words: Mapping[str, str], otherwise: str) -> str:
    """Return the sentence for a file that is not there, with what may have been meant.

    words: what people may say -> what it is called. otherwise: the hint if nothing is alike.
    """
    word = spec.partition(":")[0].lower()
    said = _nearest(word, words) if re.fullmatch(r"\w+", word) else None
    near = words[said] if said else None
    if near is None and path.parent.is_dir():
        near = _nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    hint = f"did you mean {near}?" if near and near != spec else otherwise
    return f"there is no file {spec}: {hint}"


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was meant: letters swapped first, then what looks alike."""
    words = list(known)
    swapped = [candidate for candidate in words if sorted(candidate) == sorted(word)]
    return next(iter(swapped + difflib.get_close_matches(word, words, n=1)), None)


def _is_text(start: bytes) -> bool:
    return b"\0" not in start and all(byte >= 32 or byte in b"\t\n\r\f" for byte in start)
