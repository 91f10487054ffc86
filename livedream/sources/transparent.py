"""Image files decoded: upright, colours and alpha apart, by one path for all kinds."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livedream.containers.checked_file import check_regular
from livedream.containers.picture_faults import PICTURE_FAULTS
from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.sources.colour_profile import profile_of, to_srgb
from livedream.sources.moving_picture import moves
from livedream.sources.orientation import Orientation, of_exif

Alpha = NDArray[np.uint8]
"""HxW, 0 (transparent) to 255 (opaque)."""

EXIF_ORIENTATION = 0x0112

JPEG, TIFFS = b"\xff\xd8", (b"II*\0", b"MM\0*")

WITH_ALPHA = ("RGBA", "RGBa", "LA", "La", "PA")
"""Pillow's kinds of pixel that have one."""


def read_transparent(path: Path) -> tuple[Rgb, Alpha | None]:
    """Decode an image file: uint8 HxWx3 in sRGB, turned as its EXIF says, 16 bits cut to 8; and its alpha.

    The colours are not multiplied with the alpha, which is None if the file has none, or is opaque.
    Raises InputError if the file cannot be read or decoded.
    """
    check_regular(path)
    try:
        # Not cv2.imread, which cannot open names with other letters than the code page's on Windows.
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the image {path}: {error.strerror}.") from error
    if not content:
        raise InputError(f"the image {path} is empty: give another file.")
    tiff = _tiff_with_alpha(content) if content.startswith(TIFFS) else None
    rgb, alpha = _decoded(content, path) if tiff is None else _apart(tiff, Orientation())
    return to_srgb(rgb, profile_of(content)), alpha


def declared_size(path: Path) -> tuple[int, int] | None:
    """Return the upright size that a picture's first bytes declare; None if Pillow cannot tell."""
    try:
        with _opened(path) as picture:
            # A TIFF's size is upright already.
            turn = (
                Orientation()
                if picture.format == "TIFF"
                else of_exif(picture.getexif().get(EXIF_ORIENTATION))
            )
            return turn.size_wh(picture.size)
    except PICTURE_FAULTS:
        return None


def holds_several(path: Path) -> bool:
    """Return whether a picture's file holds several, as a GIF may. Raises OSError."""
    return moves(path) or _gif_moves(path)


def _gif_moves(path: Path) -> bool:
    try:
        with Image.open(path, formats=["GIF"]) as picture:
            return bool(getattr(picture, "is_animated", False))
    except PICTURE_FAULTS:
        return False


def _decoded(content: bytes, path: Path) -> tuple[Rgb, Alpha | None]:
    coded, orientation = np.frombuffer(content, np.uint8), _orientation(content)
    whole = None if content.startswith(JPEG) else _try_decode(coded, cv2.IMREAD_UNCHANGED, path)
    if whole is not None and whole.ndim == 3 and whole.shape[2] == 4:
        return _apart(_to_8_bits(whole)[..., [2, 1, 0, 3]], orientation or Orientation())
    if whole is not None and whole.dtype in (np.uint8, np.uint16) and (orientation or whole.ndim == 2):
        code = cv2.COLOR_GRAY2RGB if whole.ndim == 2 else cv2.COLOR_BGR2RGB
        return (orientation or Orientation()).upright(cv2.cvtColor(_to_8_bits(whole), code)), None
    # Where Pillow cannot tell, OpenCV turns what it knows how to turn.
    mode = cv2.IMREAD_COLOR | (0 if orientation is None else cv2.IMREAD_IGNORE_ORIENTATION)
    bgr = _try_decode(coded, mode, path)
    if bgr is None:
        raise InputError(
            f"cannot decode the image {path}: it is damaged or of an unknown kind; save it as PNG or JPEG."
        )
    rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
    return (orientation or Orientation()).upright(rgb), None


def _apart(rgba: NDArray[np.uint8], orientation: Orientation) -> tuple[Rgb, Alpha | None]:
    rgba = orientation.upright(rgba)
    rgb, alpha = np.ascontiguousarray(rgba[..., :3]), np.ascontiguousarray(rgba[..., 3])
    return rgb, None if alpha.min() == 255 else alpha


def _orientation(content: bytes) -> Orientation | None:
    """Return how a picture is to be turned; None if Pillow cannot tell. OpenCV turns TIFF by itself."""
    if content.startswith(TIFFS):
        return None
    try:
        with _opened(io.BytesIO(content)) as picture:
            return of_exif(picture.getexif().get(EXIF_ORIENTATION))
    except PICTURE_FAULTS:
        return None


def _tiff_with_alpha(content: bytes) -> NDArray[np.uint8] | None:
    """Decode a TIFF with alpha, whose colours OpenCV multiplies, or not, as the file stores them."""
    try:
        with _opened(io.BytesIO(content)) as picture:
            if picture.mode not in WITH_ALPHA:
                return None
            picture.load()  # which turns it as well
            return np.asarray(picture.convert("RGBA"), np.uint8)
    except PICTURE_FAULTS:
        return None


def _opened(file: Path | io.BytesIO) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(file)


def _try_decode(content: NDArray[np.uint8], mode: int, path: Path) -> NDArray[Any] | None:
    try:
        return cv2.imdecode(content, mode)
    except cv2.error as error:
        # OpenCV raises for what it refuses on principle, such as more than 2^30 pixels.
        raise InputError(f"cannot decode the image {path}: {error.err}; save a smaller copy.") from error


def _to_8_bits(picture: NDArray[Any]) -> NDArray[np.uint8]:
    if picture.dtype == np.uint8:
        return picture
    most = 65535.0 if picture.dtype == np.uint16 else 1.0
    return np.clip(np.rint(picture * (255 / most)), 0, 255).astype(np.uint8)
