"""A still picture as a file."""

from __future__ import annotations

from pathlib import Path

import cv2

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.whole_file import write_whole

SUFFIXES = (".png", ".jpg", ".jpeg")
JPEG_QUALITY = 90


def check_image_file(file: Path) -> None:
    """Raise InputError if a picture cannot be written as `file`: another suffix, no folder."""
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"the picture {file} needs a name that ends in .png or .jpg")
    if not file.absolute().parent.is_dir():
        raise InputError(f"the picture {file} needs the folder {file.absolute().parent}; create it first")


def write_image(file: Path, rgb: Rgb) -> None:
    """Write uint8 HxWx3 as PNG or JPEG, by the file's suffix; whole or not at all. Raises InputError."""
    check_image_file(file)
    try:
        # Not cv2.imwrite, which cannot write names with other letters than the code page's on Windows.
        write_whole(file, lambda into: into.write(encoded(rgb, file.suffix)))
    except OSError as fault:
        raise InputError(f"the picture {file} cannot be written: {fault.strerror}") from fault


def encoded(rgb: Rgb, suffix: str) -> bytes:
    """Encode uint8 HxWx3 as PNG or JPEG; suffix: one of SUFFIXES."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if suffix.lower() != ".png" else []
    return cv2.imencode(suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), quality)[1].tobytes()
